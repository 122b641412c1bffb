"""What should be reached, as a sender in a network sees it: an address, a name, or a resource of the project."""

from __future__ import annotations

from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.egress_modes import suffixes
from wizard.network.intervals import parse_found, text
from wizard.network.names import check_resource_name
from wizard.network.tracing import NO_WAY, Goal, Origin, Stop
from wizard.probe.targets import parse
from wizard.records import Service, Target
from wizard.trace.names import internal_name, look_up

_INTERNAL_INGRESS = frozenset({"internal", "internal-and-cloud-load-balancing"})
_UNKNOWN = "UNKNOWN_INTERNAL_ADDRESS"


def goal_of(inventory: Inventory, origin: Origin, target: Target) -> Goal:
    """The goal that a target is for this sender."""
    if target.address:
        return Goal(label=target.url, host=target.host, address=target.address, port=target.port)
    goal = Goal(label=target.url, host=target.host, port=target.port)
    named = _resource(inventory, origin, target.host)
    if named is not None:
        what, address = named
        return _at(goal, address, f"{target.host} is {what} with {address}")
    address = internal_name(inventory, target.host)
    if address:
        return _inside(origin, _at(goal, address, f"{target.host} is the VM with {address}"))
    return _by_zone(inventory, origin, goal)


def check_target(text: str) -> None:
    """Refuse what can be neither a target nor a name, before anything is read. Raises InputError."""
    if _is_name(text.strip()):
        check_resource_name(text.strip(), field="TARGET")
    else:
        parse(text)


def named_target(inventory: Inventory, text: str) -> Target:
    """TARGET of the command line: a URL, `host:port`, or the name of a resource alone, with the one port it takes.

    Raises InputError when a name alone leaves the port open.
    """
    name = text.strip()
    if not _is_name(name):
        return parse(name)
    rule = next((r for r in inventory.forwarding_rules if r.name == name), None)
    if rule is not None and len(rule.ports) == 1 and rule.ports[0].isdigit():
        return parse(f"{name}:{rule.ports[0]}")
    known = rule is not None or any(i.name == name for i in inventory.instances)
    if known:
        raise InputError(f"{name}: which port?", field="TARGET", fix=f"for example {name}:443", code="missing_input")
    return parse(name)


def _is_name(text: str) -> bool:
    """Whether this is the name of a resource and nothing else: no address, no port, no URL."""
    return bool(text) and not {".", ":", "/"} & set(text)


def _resource(inventory: Inventory, origin: Origin, name: str) -> tuple[str, str] | None:
    """A VM, forwarding rule or private services range of the project by its name, in the sender's network first.

    Of a range it is the first address that stands for all.
    """
    if "." in name:
        return None
    found = [("VM", i.network, i.address) for i in inventory.instances if i.name == name]
    found += [("forwarding rule", r.network, r.address) for r in inventory.forwarding_rules if r.name == name]
    ranges = (a for a in inventory.addresses if a.name == name and a.purpose == "VPC_PEERING")
    found += [("private services range", a.network, _first_address(a.range)) for a in ranges]
    found.sort(key=lambda one: one[1] != origin.network)
    return next(((what, address) for what, _, address in found if address), None)


def _first_address(range_: str) -> str:
    interval = parse_found(range_)
    return text(interval[0] + 1, interval[0] + 1).removesuffix("/32") if interval is not None else ""


def _at(goal: Goal, address: str, note: str) -> Goal:
    return Goal(
        label=goal.label, host=goal.host, address=address, port=goal.port, protocol=goal.protocol, notes=(note,)
    )


def _by_zone(inventory: Inventory, origin: Origin, goal: Goal) -> Goal:
    """A name: the private zones of the network first, then what is public about it."""
    found = look_up(inventory, origin.network, goal.host)
    if found.address:
        return _at(goal, found.address, f"private zone {found.zone} has {found.address} for it")
    if found.elsewhere:
        doubt = f"{goal.host} is asked of {found.elsewhere} ({found.zone}): its address is not known here"
        return Goal(label=goal.label, host=goal.host, port=goal.port, kind="public", doubts=(doubt,))
    if found.zone:
        detail = f"{goal.host} has no address: private zone {found.zone} answers for it and has no such record"
        return _lost(goal, detail)
    if _under(goal.host, suffixes().internal):
        return _lost(goal, f"{goal.host} has no address in {origin.network or 'any network'}")
    return _public(inventory, origin, goal)


def _public(inventory: Inventory, origin: Origin, goal: Goal) -> Goal:
    kind, internal = "public", False
    if _under(goal.host, suffixes().run):
        kind, internal = "run", _has_internal_ingress(inventory.services, goal.host)
    elif _under(goal.host, suffixes().google_api):
        kind = "google_api"
    hidden = [z for z in inventory.zones if z.private and _under(goal.host, (z.dns_name.rstrip("."),))]
    if hidden and origin.way == NO_WAY:
        detail = (
            f"{goal.host} is in private zone {hidden[0].dns_name.rstrip('.')}, which only a network's instances see"
        )
        return _lost(goal, detail, "VPC_CONNECTOR_NOT_SET")
    return Goal(
        label=goal.label,
        host=goal.host,
        port=goal.port,
        kind=kind,
        internal_ingress=internal,
        doubts=_doubts(inventory, origin, goal.host),
    )


def _doubts(inventory: Inventory, origin: Origin, host: str) -> tuple[str, ...]:
    """Private zones that could not be read may give the name another address."""
    unread = any(gap.what == "DNS zones" for gap in inventory.gaps)
    return (
        (f"private DNS zones could not be read: {host} may have a private address",)
        if unread and origin.network
        else ()
    )


def _has_internal_ingress(services: tuple[Service, ...], host: str) -> bool:
    return any(s.ingress in _INTERNAL_INGRESS for s in services if s.uri.partition("://")[2].rstrip("/") == host)


def _inside(origin: Origin, goal: Goal) -> Goal:
    """Internal names are known to instances in a network alone."""
    if origin.way != NO_WAY:
        return goal
    return _lost(
        goal, f"{goal.host} is an internal name, which only a network's instances see", "VPC_CONNECTOR_NOT_SET"
    )


def _lost(goal: Goal, detail: str, cause: str = _UNKNOWN) -> Goal:
    return Goal(label=goal.label, host=goal.host, port=goal.port, lost=Stop(cause=cause, detail=detail))


def _under(name: str, zones: tuple[str, ...]) -> bool:
    return any(name == zone or name.endswith(f".{zone}") for zone in zones)
