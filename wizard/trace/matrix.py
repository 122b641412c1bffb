"""The egress matrix: what each egress mode does with each kind of destination, traced and not guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, structs

from wizard.inventory import Inventory
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY, private_block
from wizard.network.hosts import Host
from wizard.network.leaving import NOT_FROM_THE_NETWORK, is_class_e, is_vip
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import ABORT, NO_WAY, Goal, Origin, Trace
from wizard.probe.targets import parse
from wizard.records import Target
from wizard.trace.goals import goal_of

MODES = (PRIVATE_RANGES_ONLY, ALL_TRAFFIC)

WORKS, BLOCKED, NEEDS, UNKNOWN = "works", "blocked", "needs", "unknown"

PRIVATE, PUBLIC, GOOGLE, RUN = "private address", "public address", "Google APIs", "internal Run service"

_GOOGLE = "https://storage.googleapis.com"
_RUN = "https://another-service-uc.a.run.app"
"""Stands for a service that is not known here; no service has this name."""

_OUTSIDE = "SERVERLESS_EXTERNAL_CONNECTION"
_WAY_IN = "a connector or Direct VPC egress"
_FIREWALL = frozenset(
    {
        "FIREWALL_RULE",
        "INGRESS_FIREWALL_TAGS_UNSUPPORTED_BY_DIRECT_VPC_EGRESS",
        "VPC_CONNECTOR_SERVERLESS_TRAFFIC_BLOCKED",
        "VPC_CONNECTOR_HEALTH_CHECK_TRAFFIC_BLOCKED",
    }
)


class Destination(Struct, frozen=True, kw_only=True):
    """A row's destination: a kind, or one of the person's `own` targets. `goal` is what stands for it, None when
    nothing known here does."""

    name: str
    goal: Goal | None
    own: bool = False


class Cell(Struct, frozen=True, kw_only=True):
    """What becomes of it in one mode: `works`, `blocked`, `needs` (`why` says what) or `unknown`.

    `verify` are the points that only a live test settles.
    """

    mode: str
    word: str
    why: str
    verify: tuple[str, ...] = ()


class MatrixRow(Struct, frozen=True, kw_only=True):
    """A destination in every mode of `MODES`. `example` is what was traced to, empty when nothing was."""

    name: str
    own: bool
    example: str
    cells: tuple[Cell, ...]


def egress_matrix(topology: Topology, origin: Origin, destinations: Iterable[Destination]) -> tuple[MatrixRow, ...]:
    """One row for each destination, traced from `origin` in each mode (facts: section 5)."""
    return tuple(_row(topology, origin, one) for one in destinations)


def destinations(
    inventory: Inventory, topology: Topology, origin: Origin, targets: Sequence[Target] = ()
) -> tuple[Destination, ...]:
    """The kinds, each with what stands for it in this project, then the person's own targets."""
    own = [Destination(name=target.url, goal=goal_of(inventory, origin, target), own=True) for target in targets]
    public = Goal(label="a public address", host="the internet", kind="public")
    return (
        Destination(name=PRIVATE, goal=_private(topology, origin, own)),
        Destination(name=PUBLIC, goal=public),
        Destination(name=GOOGLE, goal=goal_of(inventory, origin, parse(_GOOGLE))),
        Destination(name=RUN, goal=_internal_service(inventory, origin)),
        *own,
    )


def _private(topology: Topology, origin: Origin, own: Sequence[Destination]) -> Goal | None:
    """The first own target with a private address; else somebody in the sender's network, without a port."""
    goals = (one.goal for one in own if one.goal is not None)
    meant = next((g for g in goals if g.kind == "address" and private_block(g.address) and not is_vip(g.address)), None)
    if meant is not None:
        return meant
    near = [(a, h) for n, a, h in topology.hosts.all() if origin.network in ("", n) and private_block(a) and h.running]
    return _somebody(*min(near, key=lambda one: (one[1].guarded, one[1].name))) if near else None


def _somebody(address: str, host: Host) -> Goal:
    ports = [port for port in host.ports if port.isdigit()]
    return Goal(label=host.name, host=address, address=address, port=int(ports[0]) if ports else None)


def _internal_service(inventory: Inventory, origin: Origin) -> Goal:
    """A service of Cloud Run with internal ingress: one of the region, else one that nobody has."""
    others = (s for s in inventory.services if s.uri and f"service {s.name}" != origin.resource)
    found = next((s for s in others if s.ingress.startswith("internal")), None)
    goal = goal_of(inventory, origin, parse(found.uri if found is not None else _RUN))
    return structs.replace(goal, internal_ingress=True)


def _row(topology: Topology, origin: Origin, one: Destination) -> MatrixRow:
    return MatrixRow(
        name=one.name,
        own=one.own,
        example=one.goal.label if one.goal is not None else "",
        cells=tuple(_cell(topology, structs.replace(origin, egress=mode), one) for mode in MODES),
    )


def _cell(topology: Topology, origin: Origin, one: Destination) -> Cell:
    if one.goal is None:
        return Cell(mode=origin.egress, word=UNKNOWN, why="depends on the target: name one")
    found = trace(topology, origin, one.goal)
    word, why = _words(found, own=one.own)
    return Cell(mode=origin.egress, word=word, why=why, verify=_verify(found, own=one.own))


def _verify(found: Trace, *, own: bool) -> tuple[str, ...]:
    """The doubts; without that of the addresses of a name which only stands for a kind."""
    of_name = f"the addresses of {found.goal.host} are not known here"
    return tuple(doubt for doubt in found.verify if own or not doubt.startswith(of_name))


def _words(found: Trace, *, own: bool) -> tuple[str, str]:
    if found.delivered:
        return WORKS, _carried(found)
    if found.verdict == ABORT:
        return UNKNOWN, _detail(found)
    if not own and found.goal.port is None and found.goal.address and _stopped_on_arrival(found):
        return NEEDS, f"an ingress rule for the port in question: {_detail(found)}"
    return _stopped(found)


def _carried(found: Trace) -> str:
    """What carries the packets."""
    decided = found.decided_by
    if decided is not None and decided.kind in ("PRIVATE_GOOGLE_ACCESS", "CLOUD_NAT"):
        return f"by Cloud NAT {decided.name}" if decided.kind == "CLOUD_NAT" else f"by {_access(found.origin)}"
    if _is_outside(found):
        return "straight to the internet, past the network"
    last = found.hops[-1].resource
    return f"through {found.origin.network} to {last}" if last else f"through {found.origin.network}"


def _stopped(found: Trace) -> tuple[str, str]:
    by_cause: dict[str, Callable[[Trace], tuple[str, str]]] = {
        "VPC_CONNECTOR_NOT_SET": lambda _: (NEEDS, _WAY_IN),
        "NO_EXTERNAL_ADDRESS": lambda found: (NEEDS, _nat(found.origin)),
        "PRIVATE_GOOGLE_ACCESS_DISALLOWED": _google_access,
        NOT_FROM_THE_NETWORK: _not_internal,
        "NO_ROUTE": _no_route,
        "PRIVATE_TRAFFIC_TO_INTERNET": _not_sent,
    }
    if found.cause in _FIREWALL:
        return NEEDS, f"another firewall rule: {_detail(found)}"
    words = by_cause.get(found.cause)
    return words(found) if words is not None else (BLOCKED, _detail(found))


def _google_access(found: Trace) -> tuple[str, str]:
    """Cloud NAT is another way to public names, but none to the private addresses or to internal ingress."""
    nat = not is_vip(found.goal.address) and not found.goal.internal_ingress and found.origin.subnet
    return NEEDS, _access(found.origin) + (", or Cloud NAT" if nat else "")


def _not_internal(found: Trace) -> tuple[str, str]:
    if not _is_outside(found):
        return NEEDS, f"{_access(found.origin)}: Cloud NAT does not make a request internal"
    if found.origin.way == NO_WAY:
        return NEEDS, f"{_WAY_IN} with {ALL_TRAFFIC}, and Private Google Access"
    other = f"{ALL_TRAFFIC} or a private DNS zone for run.app"
    return BLOCKED, f"past the network, where internal ingress answers 404; {other} sends it through"


def _no_route(found: Trace) -> tuple[str, str]:
    address = found.goal.address
    if not address or not private_block(address):
        return NEEDS, f"a route of {found.origin.network} to the default internet gateway"
    gateway = " to the default internet gateway" if is_vip(address) else ""
    return NEEDS, f"a route of {found.origin.network} for {address}{gateway}"


def _not_sent(found: Trace) -> tuple[str, str]:
    """An address that the network has, or that nobody on the internet has."""
    if not _is_outside(found) or is_class_e(found.goal.address):
        return BLOCKED, _detail(found)
    return NEEDS, f"egress {ALL_TRAFFIC}" if found.origin.way != NO_WAY else f"{_WAY_IN} with {ALL_TRAFFIC}"


def _access(origin: Origin) -> str:
    return f"Private Google Access on {_subnet(origin)}"


def _nat(origin: Origin) -> str:
    return f"Cloud NAT for {_subnet(origin)}"


def _subnet(origin: Origin) -> str:
    return f"subnet {origin.subnet}" if origin.subnet else f"a subnet of its own for connector {origin.connector}"


def _is_outside(found: Trace) -> bool:
    return any(hop.state == _OUTSIDE for hop in found.hops)


def _stopped_on_arrival(found: Trace) -> bool:
    return bool(found.legs) and found.cause in _FIREWALL and found.legs[-1].direction == "INGRESS"


def _detail(found: Trace) -> str:
    return found.hops[-1].detail
