"""Which ranges of a network are in use, out of everything that can occupy one (facts: 7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wizard.network.address_rules import address_rules
from wizard.network.intervals import Taken, parse_found
from wizard.records import Address, Connector, Network, PeeringRoute, Route, Router, Subnet

_WIDEST_ROUTE = 1 << 24
"""Routes to more than a /8 are default routes, perhaps in halves: they leave the addresses free."""

_PURPOSES = {
    "VPC_PEERING": "private services access range",
    "IPSEC_INTERCONNECT": "range for VPN over Interconnect",
    "INTERNAL_RANGE": "internal range",
}


def used_ranges(
    network: Network,
    *,
    subnets: Iterable[Subnet] = (),
    connectors: Iterable[Connector] = (),
    addresses: Iterable[Address] = (),
    routes: Iterable[Route] = (),
    peering_routes: Iterable[PeeringRoute] = (),
    routers: Iterable[Router] = (),
) -> tuple[Taken, ...]:
    """Everything of `network` that a new range must not overlap, sorted by address.

    The records may be those of the whole project: what belongs to other networks is left out, except subnets of an
    active peer whose routes could not be read. Ranges that no network may use are not in it: `find_free` and `check`
    know them.
    """
    subnets, peering_routes = tuple(subnets), tuple(peering_routes)
    found = [
        *_network(network),
        *_subnets(network, subnets),
        *_connectors(network, connectors),
        *_addresses(network, addresses),
        *_routes(network, routes),
        *_peers(network, subnets, peering_routes),
        *_learned(network, routers),
    ]
    return tuple(sorted(found, key=lambda taken: (taken.start, taken.end)))


def _taken(cidr: str, why: str, source: str) -> Iterator[Taken]:
    interval = parse_found(cidr)
    if interval is not None:
        yield Taken(*interval, why, source)


def _network(network: Network) -> Iterator[Taken]:
    if network.mode == "auto":
        block = address_rules().auto_mode
        yield from _taken(block.range, block.why, "network")
    if network.legacy_range:
        yield from _taken(network.legacy_range, f"legacy network {network.name}", "network")


def _subnets(network: Network, subnets: Iterable[Subnet]) -> Iterator[Taken]:
    for subnet in subnets:
        if subnet.network == network.name:
            yield from _ranges_of(subnet, f"subnet {subnet.name} in {subnet.region}", "subnetworks")


def _ranges_of(subnet: Subnet, why: str, source: str) -> Iterator[Taken]:
    if subnet.range:
        yield from _taken(subnet.range, why, source)
    for secondary in subnet.secondary:
        yield from _taken(secondary.range, f"secondary range {secondary.name} of {why}", source)


def _connectors(network: Network, connectors: Iterable[Connector]) -> Iterator[Taken]:
    """Connectors on a bare range, in every region: their subnets are hidden (facts: trap 10)."""
    for connector in connectors:
        if connector.network == network.name and connector.range:
            yield from _taken(connector.range, f"connector {connector.name} in {connector.region}", "connectors")


def _addresses(network: Network, addresses: Iterable[Address]) -> Iterator[Taken]:
    """Ranges and addresses reserved in the network itself; one inside a subnet names the subnet, not the network."""
    for address in addresses:
        if address.network == network.name and address.range:
            what = _PURPOSES.get(address.purpose, "reserved range")
            yield from _taken(address.range, f"{what} {address.name}", "addresses")


def _routes(network: Network, routes: Iterable[Route]) -> Iterator[Taken]:
    for route in routes:
        if route.network == network.name and route.type != "SUBNET":
            yield from _narrow(route.range, _route_words(route), "routes")


def _route_words(route: Route) -> str:
    return f"route {route.name}, next hop {route.next_hop}" if route.next_hop else f"route {route.name}"


def _narrow(cidr: str, why: str, source: str) -> Iterator[Taken]:
    return (t for t in _taken(cidr, why, source) if t.end - t.start < _WIDEST_ROUTE)


def _peers(network: Network, subnets: Iterable[Subnet], routes: Iterable[PeeringRoute]) -> Iterator[Taken]:
    read: set[str] = set()
    for route in routes:
        if route.network == network.name:
            read.add(route.peering)
            if route.imported:
                yield from _narrow(route.range, f"route of peering {route.peering}", "peering routes")
    active = (p for p in network.peerings if p.state == "ACTIVE" and p.name not in read and p.network != network.name)
    peers = {p.network: p.name for p in active}
    for subnet in subnets:
        if subnet.network in peers:
            why = f"subnet {subnet.name} of the network behind peering {peers[subnet.network]}"
            yield from _ranges_of(subnet, why, "subnetworks")


def _learned(network: Network, routers: Iterable[Router]) -> Iterator[Taken]:
    for router in routers:
        if router.network == network.name:
            for cidr in router.learned:
                yield from _narrow(cidr, f"dynamic route learned by router {router.name}", "routers")
