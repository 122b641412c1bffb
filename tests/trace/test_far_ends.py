"""Ends of the way that the comparison with the sandbox's gateway has found wrong or unsaid in the tracer."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from wizard.network.path import trace
from wizard.network.routes import PEERING
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import Goal, Origin
from wizard.records import (
    Address,
    FirewallRule,
    ForwardingRule,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    SecondaryRange,
    Subnet,
)

REGION = "us-central1"
ORIGIN = Origin(
    resource="service s",
    way="direct",
    egress="all-traffic",
    network="my-vpc",
    region=REGION,
    range="10.1.0.0/26",
    subnet="run",
)
WORLD = Facts(
    project="demo",
    networks=(Network(name="my-vpc"), Network(name="other")),
    subnets=(
        Subnet(
            name="run",
            network="my-vpc",
            region=REGION,
            range="10.1.0.0/26",
            secondary=(SecondaryRange(name="pods", range="10.70.0.0/24"),),
        ),
        Subnet(name="bought", network="other", region=REGION, range="198.51.100.0/24"),
    ),
    routes=(
        Route(
            name="default",
            network="my-vpc",
            range="0.0.0.0/0",
            next_hop="internet",
            hop_type="NEXT_HOP_INTERNET_GATEWAY",
        ),
    ),
    routers=(Router(name="router", network="my-vpc", region=REGION, nats=(Nat(name="nat", all_subnets=True),)),),
    rules=(FirewallRule(name="in", network="my-vpc"),),
)


def goal(address: str) -> Goal:
    return Goal(label=address, host=address, address=address, port=80)


@pytest.mark.parametrize(("address", "cause"), [("198.51.100.7", "PRIVATE_TRAFFIC_TO_INTERNET"), ("203.0.113.7", "")])
def test_an_address_that_another_network_keeps_is_missed_by_way_of_the_internet(address: str, cause: str) -> None:
    """The same by Cloud NAT as from outside of every network, and a live test must say."""
    for origin in (ORIGIN, replace(ORIGIN, egress="private-ranges-only")):
        found = trace(Topology(WORLD), origin, goal(address))
        assert (found.cause, any("other" in doubt for doubt in found.verify)) == (cause, bool(cause))


NEXT_HOPS = {
    "10.60.0.9": "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED",
    "10.70.0.9": "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED",
    "10.1.0.77": "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED",
    "10.1.0.20": "ROUTE_NEXT_HOP_FORWARDING_RULE_TYPE_INVALID",
    "10.1.0.21": "ROUTE_NEXT_HOP_FORWARDING_RULE_TYPE_INVALID",
    "10.1.0.22": "",
}
"""A managed service, an alias, nobody, a proxy, an endpoint, and a passthrough load balancer."""


@pytest.mark.parametrize("hop", NEXT_HOPS)
def test_what_can_be_a_next_hop(hop: str) -> None:
    def front(address: str, **fields: object) -> ForwardingRule:
        made = ForwardingRule(name=f"at-{address[-2:]}", network="my-vpc", address=address, scheme="INTERNAL")
        return replace(made, region=REGION, **fields)

    world = replace(
        WORLD,
        addresses=(Address(name="managed", network="my-vpc", range="10.60.0.0/24", purpose="VPC_PEERING"),),
        forwarding_rules=(
            front("10.1.0.20", scheme="INTERNAL_MANAGED"),
            front("10.1.0.21", psc_target="theirs"),
            front("10.1.0.22", all_ports=True),
        ),
        routes=(Route(name="to", network="my-vpc", range="10.40.0.0/16", next_hop=hop, hop_type="NEXT_HOP_IP"),),
    )
    assert trace(Topology(world), ORIGIN, goal("10.40.0.1")).cause == NEXT_HOPS[hop]


def test_a_peered_network_of_the_project_is_asked_before_ranges_of_managed_services() -> None:
    """The route decides where a packet goes; a reserved range alone does not."""
    peering = Peering(name="to-other", network="other", project="demo")
    world = replace(
        WORLD,
        networks=(Network(name="my-vpc", peerings=(peering,)), Network(name="other")),
        peering_routes=(PeeringRoute(network="my-vpc", peering="to-other", range="198.51.100.0/24"),),
        addresses=(Address(name="managed", network="my-vpc", range="198.51.100.0/24", purpose="VPC_PEERING"),),
    )
    assert trace(Topology(world), ORIGIN, goal("198.51.100.7")).cause == "UNKNOWN_INTERNAL_ADDRESS"
    closed = replace(world, networks=(Network(name="my-vpc", peerings=(replace(peering, state="INACTIVE"),)),))
    assert trace(Topology(closed), ORIGIN, goal("198.51.100.7")).cause == "ROUTE_WRONG_NETWORK"
    theirs = replace(world, networks=(Network(name="my-vpc", peerings=(replace(peering, project="google"),)),))
    assert trace(Topology(theirs), ORIGIN, goal("198.51.100.7")).delivered


def test_own_and_peers_custom_routes_of_one_range_leave_a_doubt() -> None:
    """Which of them goes first is in no text seen."""
    tunnel = Route(name="to", network="my-vpc", range="10.40.0.0/16", next_hop="t", hop_type="NEXT_HOP_VPN_TUNNEL")
    peers = replace(tunnel, name="theirs", next_hop="peering:peer", hop_type=PEERING, priority=100)
    alone, both = replace(WORLD, routes=(tunnel,)), replace(WORLD, routes=(tunnel, peers))
    doubts = [trace(Topology(one), ORIGIN, goal("10.40.0.1")).verify for one in (alone, both)]
    assert ["which is taken is not certain" in " ".join(said) for said in doubts] == [False, True]


def test_an_offered_range_without_a_prefix_is_one_address() -> None:
    offered = PeeringRoute(network="my-vpc", peering="peer", range="10.40.0.1")
    topology = Topology(replace(WORLD, peering_routes=(offered,)))
    assert trace(topology, ORIGIN, goal("10.40.0.1")).delivered
    assert trace(topology, ORIGIN, goal("10.40.0.2")).cause == "PRIVATE_TRAFFIC_TO_INTERNET"
