"""The end of the way: the machine, load balancer, endpoint, managed service or appliance that has the address."""

from __future__ import annotations

from wizard.network.crossing import arrive_firewall
from wizard.network.hosts import ALIAS, ENDPOINT, INSTANCE, MANAGED, PASSTHROUGH, PROXY, Host
from wizard.network.routes import NETWORK, PEERING, Choice
from wizard.network.tracing import ABORT, Decided, Stop
from wizard.network.walk import Walk, dropped

_APPLIANCES = frozenset({"NEXT_HOP_IP", "NEXT_HOP_INSTANCE", "NEXT_HOP_ILB"})

_STATES = {INSTANCE: "ARRIVE_AT_INSTANCE", PASSTHROUGH: "ARRIVE_AT_INTERNAL_LOAD_BALANCER", PROXY: "PROXY_CONNECTION"}


def arrive(walk: Walk, choice: Choice, address: str) -> Stop | None:
    """Where the route leads; None when the packet is delivered there."""
    if choice.hop_type in (NETWORK, ""):
        return _in_network(walk, walk.origin.network, address)
    if choice.hop_type == PEERING:
        return _across(walk, choice, address)
    if choice.hop_type in _APPLIANCES:
        return _appliance(walk, choice, address)
    detail = f"{choice.name} has a next hop of a kind that is not known here: {choice.hop_type}"
    return Stop(cause="UNSUPPORTED", detail=detail, verdict=ABORT)


def _in_network(walk: Walk, network: str, address: str) -> Stop | None:
    host = walk.topology.find_host(network, address)
    if host is None:
        return _nobody(walk, network, address)
    return _reach(walk, network, host, address)


def _reach(walk: Walk, network: str, host: Host, address: str) -> Stop | None:
    """The firewall before the host, and the host itself."""
    if host.kind == MANAGED:
        walk.hop("DELIVER", host.name, "a managed service behind private services access: no ingress rule applies")
        return None
    if host.kind == PASSTHROUGH:
        walk.hop(_STATES[PASSTHROUGH], host.name, f"{len(host.machines)} machine(s) behind it" if host.known else "")
    stop = _not_for_us(walk, host) or _wrong_port(walk, host) or arrive_firewall(walk, network, host, address)
    if stop is not None:
        return stop
    if not host.running:
        decided = Decided(kind="INSTANCE", name=host.name, action="not running")
        walk.hop(_STATES[INSTANCE], host.name, "not running", decided)
        return dropped("INSTANCE_NOT_RUNNING", f"VM {host.name} is not running")
    if host.kind in (INSTANCE, PROXY):
        walk.hop(_STATES[host.kind], host.name)
    if host.kind == PROXY:
        walk.doubt(f"{host.name} is a proxy: whether its backends answer is not visible from here")
    walk.hop("DELIVER", host.name, "Private Service Connect endpoint" if host.kind == ENDPOINT else "")
    return None


def _not_for_us(walk: Walk, host: Host) -> Stop | None:
    """A load balancer without global access is for its own region alone."""
    if not host.region or host.region == walk.origin.region:
        return None
    detail = f"{host.name} is in {host.region} and has no global access"
    walk.hop("APPLY_FORWARDING_RULE", host.name, detail, Decided(kind="FORWARDING_RULE", name=host.name))
    return dropped("FORWARDING_RULE_REGION_MISMATCH", detail)


def _wrong_port(walk: Walk, host: Host) -> Stop | None:
    """A forwarding rule takes its own ports alone."""
    port = walk.goal.port
    if not host.ports or port is None or any(_holds(ports, port) for ports in host.ports):
        return None
    detail = f"{host.name} takes {', '.join(host.ports)}, not {port}"
    walk.hop("APPLY_FORWARDING_RULE", host.name, detail, Decided(kind="FORWARDING_RULE", name=host.name))
    return dropped("FORWARDING_RULE_MISMATCH", detail)


def _holds(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return first.isdigit() and int(first) <= port <= int(last or first)


def _nobody(walk: Walk, network: str, address: str) -> Stop | None:
    """An address of a subnet that no known resource has."""
    if {"instances", "forwarding rules"} & walk.topology.facts.unread:
        walk.doubt(f"who has {address} could not be read: rules for tags or service accounts do not count")
        unknown = Host(name=address, kind=INSTANCE)
        stop = arrive_firewall(walk, network, unknown, address)
        if stop is None:
            walk.hop("DELIVER", address)
        return stop
    decided = Decided(kind="ADDRESS", name=address)
    walk.hop("APPLY_ROUTE", network, f"no VM, load balancer or endpoint of {network} has {address}", decided)
    return dropped("UNKNOWN_INTERNAL_ADDRESS", f"nobody in {network} has {address}")


def _across(walk: Walk, choice: Choice, address: str) -> Stop | None:
    """A peering: into a network that is ours to read, or into somebody else's."""
    origin, topology = walk.origin, walk.topology
    peering = topology.peering(origin.network, choice.hop)
    if peering is not None and peering.state != "ACTIVE":
        detail = f"peering {choice.hop} is {peering.state}"
        return dropped("ROUTE_WRONG_NETWORK", detail)
    ours = peering is not None and peering.project in ("", topology.facts.project)
    if peering is not None and ours and topology.network(peering.network) is not None:
        return _in_network(walk, peering.network, address)
    managed = topology.find_host(origin.network, address)
    if managed is not None and managed.kind == MANAGED:
        return _reach(walk, origin.network, managed, address)
    name = peering.network if peering is not None and peering.network else choice.hop
    walk.hop("FORWARD", f"network {name}", "a network of another project")
    walk.doubt(f"the firewall of network {name} cannot be read from here")
    return None


def _appliance(walk: Walk, choice: Choice, address: str) -> Stop | None:
    """A next hop that is a machine: it must exist and be let in to; what lies behind it is not visible."""
    network = walk.origin.network
    host = walk.topology.find_host(network, choice.hop) or _named(walk, choice.hop)
    if host is not None and host.kind in (PROXY, ENDPOINT):
        detail = f"the next hop {host.name} is no internal passthrough load balancer"
        return dropped("ROUTE_NEXT_HOP_FORWARDING_RULE_TYPE_INVALID", detail)
    if host is None or host.kind in (MANAGED, ALIAS):
        return dropped("ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED", f"nobody in {network} has the next hop {choice.hop}")
    stop = arrive_firewall(walk, network, host, address)
    if stop is not None:
        return stop
    if not host.running:
        return dropped("INSTANCE_NOT_RUNNING", f"the next hop {host.name} is not running")
    walk.hop(_STATES.get(host.kind, "ARRIVE_AT_INSTANCE"), host.name, "next hop of the route")
    walk.hop("FORWARD", host.name, "what it forwards is its own matter")
    walk.doubt(f"{host.name} forwards the packet: whether it does, and the way back, show only a live test")
    return None


def _named(walk: Walk, name: str) -> Host | None:
    """The machine with this name in the network; routes may name an instance instead of an address."""
    named = (host for network, _, host in walk.topology.hosts.all() if network == walk.origin.network)
    return next((host for host in named if host.name == name), None)
