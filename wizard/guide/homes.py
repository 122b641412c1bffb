"""Which network of the project holds an address, or leads to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address

from msgspec import Struct

from wizard.errors import InputError
from wizard.inventory import Inventory
from wizard.network.egress_modes import private_block
from wizard.network.intervals import parse_found
from wizard.wording import one_line

_WIDEST_ROUTE = 1 << 24
"""Addresses. A route to more than a /8 says nothing about where one target is."""


class Where(StrEnum):
    """How an address relates to the networks of the project."""

    INSIDE = "inside"
    BEHIND = "behind"
    SEVERAL = "several"
    NOWHERE = "nowhere"
    PUBLIC = "public"
    BY_NAME = "by name"


class Home(Struct, frozen=True, kw_only=True):
    """Where a host is: the network that holds it or leads to it (empty: none, or several), and that in words."""

    where: Where
    network: str
    words: str


class Homes:
    """Which network holds an address. Made once for an inventory, then asked for each host."""

    def __init__(self, inventory: Inventory) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        exact = [(i.address, i.network) for i in inventory.instances]
        exact += [(f.address, f.network) for f in inventory.forwarding_rules]
        for address, network in exact:
            if address and network:
                self._exact[address].add(network)
        inside = [(s.network, s.range) for s in inventory.subnets if s.purpose == "PRIVATE"]
        inside += [(s.network, r.range) for s in inventory.subnets for r in s.secondary]
        inside += [(a.network, a.range) for a in inventory.addresses if a.purpose == "VPC_PEERING"]
        self._inside = _ranges(inside)
        self._peered = _ranges((r.network, r.range) for r in inventory.peering_routes if r.imported)
        routed = [(r.network, r.range) for r in inventory.routes if r.type != "SUBNET"]
        routed += [(r.network, cidr) for r in inventory.routers for cidr in r.learned]
        self._routed = [found for found in _ranges(routed) if found[2] - found[1] < _WIDEST_ROUTE]

    def of(self, host: str) -> Home:
        """Where this host (an IPv4 address or a name) is."""
        try:
            address = int(IPv4Address(host))
        except AddressValueError:
            return Home(where=Where.BY_NAME, network="", words="by name, its address is not known here")
        exact = self._exact.get(host, set())
        if len(exact) == 1:
            return _inside(exact)
        inside = exact or _holding(self._inside, address)
        if inside:
            return _inside(inside)
        for ranges, way in ((self._peered, "peering"), (self._routed, "a route")):
            behind = _holding(ranges, address)
            if behind:
                return _behind(behind, way)
        if private_block(host):
            return Home(where=Where.NOWHERE, network="", words="in no network here")
        return Home(where=Where.PUBLIC, network="", words="public address")


def _ranges(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """Network, first and last address; what is not an IPv4 range is left out."""
    found: list[tuple[str, int, int]] = []
    for network, cidr in pairs:
        try:
            interval = parse_found(cidr) if network else None
        except InputError:
            continue
        if interval is not None:
            found.append((network, *interval))
    return found


def _holding(ranges: list[tuple[str, int, int]], address: int) -> set[str]:
    return {network for network, start, end in ranges if start <= address <= end}


def _inside(networks: set[str]) -> Home:
    if len(networks) == 1:
        name = next(iter(networks))
        return Home(where=Where.INSIDE, network=name, words=f"in {one_line(name)}")
    return _several(networks)


def _behind(networks: set[str], way: str) -> Home:
    if len(networks) == 1:
        name = next(iter(networks))
        return Home(where=Where.BEHIND, network=name, words=f"behind {one_line(name)}, by {way}")
    return _several(networks)


def _several(networks: set[str]) -> Home:
    names = sorted(networks)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return Home(where=Where.SEVERAL, network="", words=f"in several networks: {', '.join(names[:2])}{more}")
