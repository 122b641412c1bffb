"""Which route a packet takes out of a VPC network: one table per network, looked up by prefix length.

Order (facts: 7.2 and Google's page on VPC routes): subnet routes, own and of peers, before all others; then the longest
prefix; then own routes before those of peers; then the smallest priority. A route with tags is for instances that have
one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from wizard.network.intervals import parse_found
from wizard.records import Network, PeeringRoute, Route, Router, Subnet

SUBNET, STATIC, DYNAMIC = "SUBNET", "STATIC", "DYNAMIC"
PEERING_SUBNET, PEERING_STATIC, PEERING_DYNAMIC = "PEERING_SUBNET", "PEERING_STATIC", "PEERING_DYNAMIC"

INTERNET_GATEWAY = "NEXT_HOP_INTERNET_GATEWAY"
PEERING = "NEXT_HOP_PEERING"
NETWORK = "NEXT_HOP_NETWORK"
TUNNEL = "NEXT_HOP_VPN_TUNNEL"

_USUAL_PRIORITY = 1000

_SUBNETS = frozenset({SUBNET, PEERING_SUBNET})
_FROM_PEERS = frozenset({PEERING_SUBNET, PEERING_STATIC, PEERING_DYNAMIC})
_EXCHANGED = {
    "SUBNET_PEERING_ROUTE": PEERING_SUBNET,
    "STATIC_PEERING_ROUTE": PEERING_STATIC,
    "DYNAMIC_PEERING_ROUTE": PEERING_DYNAMIC,
}


class Choice(Struct, frozen=True, kw_only=True):
    """A route as a packet may take it. `type` and `hop_type` in the words of Connectivity Tests; `hop` names the next
    hop, for a peering the peering's name."""

    name: str
    type: str
    range: str
    priority: int = 1000
    hop_type: str = ""
    hop: str = ""
    tags: tuple[str, ...] = ()

    @property
    def prefix(self) -> int:
        """The prefix length."""
        return int(self.range.partition("/")[2] or 32)


class RouteTable:
    """The routes of one network. Looking up costs one step for each prefix length that occurs."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self.choices = tuple(choices)
        self._subnets = _index(c for c in self.choices if c.type in _SUBNETS)
        self._others = _index(c for c in self.choices if c.type not in _SUBNETS)

    def choose(self, address: int, tags: Iterable[str] = ()) -> Choice | None:
        """The route that a packet to this address takes, sent by an instance with these network tags."""
        return next(self.candidates(address, tags), None)

    def candidates(self, address: int, tags: Iterable[str] = ()) -> Iterator[Choice]:
        """Every route that fits, the preferred one first."""
        own = frozenset(tags)
        for index in (self._subnets, self._others):
            for choice in _fitting(index, address):
                if not choice.tags or own.intersection(choice.tags):
                    yield choice


_Index = dict[int, dict[int, list[Choice]]]
"""Prefix length, longest first → first address of the range → routes, preferred first."""


def _index(choices: Iterable[Choice]) -> _Index:
    found: _Index = {}
    for choice in choices:
        interval = parse_found(choice.range)
        if interval is not None:
            found.setdefault(choice.prefix, {}).setdefault(interval[0], []).append(choice)
    for by_address in found.values():
        for same in by_address.values():
            same.sort(key=_preference)
    return dict(sorted(found.items(), reverse=True))


def _preference(choice: Choice) -> tuple[bool, int, int, str]:
    return choice.type in _FROM_PEERS, choice.priority, _among_equals(choice), choice.name


def _among_equals(choice: Choice) -> int:
    """At equal range and priority. This order is not confirmed: `equals` finds such ties, so that traces say so."""
    if choice.type == DYNAMIC:
        return 1
    return {"NEXT_HOP_ILB": 2, INTERNET_GATEWAY: 3}.get(choice.hop_type, 0)


def equals(table: RouteTable, choice: Choice, address: int, tags: Iterable[str] = ()) -> tuple[Choice, ...]:
    """Other routes with the range of the chosen one that lead elsewhere, and that may be taken instead: those with its
    priority, and of own routes and those of peers the others, whose order is not confirmed either."""
    same = (c for c in table.candidates(address, tags) if c.prefix == choice.prefix and c.type not in _SUBNETS)
    others = (c for c in same if (c.hop_type, c.hop) != (choice.hop_type, choice.hop))
    peers = choice.type in _FROM_PEERS
    return tuple(c for c in others if c.priority == choice.priority or (c.type in _FROM_PEERS) != peers)


def _fitting(index: _Index, address: int) -> Iterator[Choice]:
    for prefix, by_address in index.items():
        mask = (0xFFFF_FFFF << (32 - prefix)) & 0xFFFF_FFFF
        yield from by_address.get(address & mask, ())


def route_table(
    network: Network,
    *,
    subnets: Iterable[Subnet] = (),
    routes: Iterable[Route] = (),
    peering_routes: Iterable[PeeringRoute] = (),
    routers: Iterable[Router] = (),
    hidden: Iterable[tuple[str, str]] = (),
) -> RouteTable:
    """The table of `network`; the records may be those of the whole project.

    Subnet routes come from the subnets themselves, so that a list of routes that shows none is no hole. `hidden` are
    name and range of subnets that no list shows: those of connectors on a bare range (facts: trap 10).
    """
    choices = [_of_subnet(name, range_) for name, range_ in _ranges(network, subnets)]
    choices += [_of_subnet(name, range_) for name, range_ in hidden]
    choices += [_listed(route) for route in routes if route.network == network.name]
    choices += [_exchanged(route) for route in peering_routes if route.network == network.name and route.imported]
    choices += [
        _learned(router, range_) for router in routers if router.network == network.name for range_ in router.learned
    ]
    return RouteTable({(c.type, c.range, c.hop, c.priority, c.tags): c for c in choices}.values())


def _ranges(network: Network, subnets: Iterable[Subnet]) -> Iterator[tuple[str, str]]:
    for subnet in subnets:
        if subnet.network == network.name and subnet.range:
            yield subnet.name, subnet.range
            yield from ((subnet.name, secondary.range) for secondary in subnet.secondary)


def _of_subnet(name: str, range_: str) -> Choice:
    return Choice(name=f"subnet route {name}", type=SUBNET, range=range_, priority=0, hop_type=NETWORK)


def _listed(route: Route) -> Choice:
    if route.type == "SUBNET" and route.hop_type != PEERING:
        return Choice(name=route.name, type=SUBNET, range=route.range, priority=0, hop_type=NETWORK)
    kind = {"BGP": DYNAMIC, "SUBNET": PEERING_SUBNET}.get(route.type, STATIC)
    if route.hop_type == PEERING and kind == STATIC:
        kind = PEERING_STATIC
    return Choice(
        name=route.name,
        type=kind,
        range=route.range,
        priority=route.priority,
        hop_type=route.hop_type,
        hop=route.next_hop.removeprefix("peering:"),
        tags=route.tags,
    )


def _exchanged(route: PeeringRoute) -> Choice:
    kind = _EXCHANGED.get(route.type, PEERING_STATIC)
    name = f"route of peering {route.peering}"
    return Choice(name=name, type=kind, range=route.range, priority=0, hop_type=PEERING, hop=route.peering)


def _learned(router: Router, range_: str) -> Choice:
    """A dynamic route; whether it came over a tunnel or an attachment is the router's matter."""
    return Choice(
        name=f"dynamic route of router {router.name}",
        type=DYNAMIC,
        range=range_,
        priority=router.priorities.get(range_, _USUAL_PRIORITY),
        hop_type=TUNNEL,
        hop=router.name,
    )
