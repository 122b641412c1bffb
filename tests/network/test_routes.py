"""Routes: the table against a linear scan with `ipaddress`, and the documented order one by one."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.network.intervals import parse_found
from wizard.network.routes import Choice, RouteTable, route_table
from wizard.records import Network, PeeringRoute, Route, Router, SecondaryRange, Subnet

NET = Network(name="my-vpc")
_TYPES = ("SUBNET", "STATIC", "DYNAMIC", "PEERING_SUBNET", "PEERING_STATIC", "PEERING_DYNAMIC")
_RANGES = ("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.0.128/25", "10.0.0.3/32", "192.168.0.0/16")
_ADDRESSES = ("10.0.0.3", "10.0.0.200", "10.0.9.1", "10.7.0.1", "192.168.4.4", "8.8.8.8")

CHOICES = st.lists(
    st.builds(
        Choice,
        name=st.sampled_from("abcdef"),
        type=st.sampled_from(_TYPES),
        range=st.sampled_from(_RANGES),
        priority=st.sampled_from((0, 100, 1000)),
        tags=st.sampled_from(((), ("app",), ("db", "app"))),
    ),
    max_size=8,
)


def number(address: str) -> int:
    return int(ip_address(address))


@given(CHOICES, st.sampled_from(_ADDRESSES), st.sampled_from(((), ("app",), ("web",))))
def test_agrees_with_a_linear_scan(choices: list[Choice], address: str, tags: tuple[str, ...]) -> None:
    fits = [
        c for c in choices if ip_address(address) in ip_network(c.range) and (not c.tags or bool({*c.tags} & {*tags}))
    ]
    found = RouteTable(choices).choose(number(address), tags)
    if not fits:
        assert found is None
        return
    local = [c for c in fits if c.type in ("SUBNET", "PEERING_SUBNET")]
    rest = local or fits
    longest = max(ip_network(c.range).prefixlen for c in rest)
    rest = [c for c in rest if ip_network(c.range).prefixlen == longest]
    rest = [c for c in rest if not c.type.startswith("PEERING")] or rest
    assert found is not None
    assert found in rest
    assert found.priority == min(c.priority for c in rest)


@pytest.mark.parametrize("address", ["10.0.0.3", "10.4.0.9", "10.8.0.1"])
def test_subnets_their_secondary_ranges_and_hidden_ones_have_routes(address: str) -> None:
    subnet = Subnet(
        name="a",
        network="my-vpc",
        region="r",
        range="10.0.0.0/24",
        secondary=(SecondaryRange(name="pods", range="10.4.0.0/16"),),
    )
    table = route_table(NET, subnets=[subnet], hidden=[("con", "10.8.0.0/28")])
    found = table.choose(number(address))
    assert found is not None
    assert (found.type, found.hop_type) == ("SUBNET", "NEXT_HOP_NETWORK")


def test_what_peers_offer_counts_only_when_it_is_imported() -> None:
    offered = [
        PeeringRoute(network="my-vpc", peering="p", range="10.60.0.0/16"),
        PeeringRoute(network="my-vpc", peering="p", range="10.61.0.0/16", imported=False),
        PeeringRoute(network="other", peering="p", range="10.62.0.0/16"),
    ]
    table = route_table(NET, peering_routes=offered)
    found = table.choose(number("10.60.0.1"))
    assert found is not None
    assert (found.type, found.hop_type, found.hop) == ("PEERING_SUBNET", "NEXT_HOP_PEERING", "p")
    assert table.choose(number("10.61.0.1")) is None
    assert table.choose(number("10.62.0.1")) is None


def test_dynamic_routes_come_from_routers_and_from_the_list() -> None:
    learned = Router(name="r", network="my-vpc", region="us-central1", learned=("10.70.0.0/16", "fd00::/8"))
    listed = Route(name="bgp", network="my-vpc", range="10.71.0.0/16", type="BGP", hop_type="NEXT_HOP_VPN_TUNNEL")
    table = route_table(NET, routes=[listed], routers=[learned])
    names = [c.name for a in ("10.70.1.1", "10.71.1.1") if (c := table.choose(number(a))) is not None]
    assert names == ["dynamic route of router r", "bgp"]


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_every_range_is_found_under_its_own_prefix(start: int, prefix: int) -> None:
    network = ip_network((start, prefix), strict=False)
    table = RouteTable([Choice(name="one", type="STATIC", range=str(network))])
    interval = parse_found(str(network))
    assert interval is not None
    assert all(table.choose(address) is not None for address in interval)
    if prefix:
        assert table.choose((interval[1] + 1) % 2**32) is None


def test_a_dynamic_route_has_the_priority_that_its_router_says() -> None:
    router = Router(name="r", network="my-vpc", region="r", learned=("10.70.0.0/16",), priorities={"10.70.0.0/16": 100})
    static = Route(name="s", network="my-vpc", range="10.70.0.0/16", hop_type="NEXT_HOP_IP", next_hop="10.0.0.9")
    found = route_table(NET, routes=[static], routers=[router]).choose(number("10.70.0.1"))
    assert found is not None
    assert (found.type, found.priority) == ("DYNAMIC", 100)
