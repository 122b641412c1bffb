"""The gateway at the edges of the network: internet, NAT, peerings, managed services, load balancers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.small_worlds import (
    DIRECT,
    LINK,
    NETWORK,
    PROJECT,
    REGION,
    VIA_CONNECTOR,
    firewall,
    machine,
    route,
    subnet,
    world,
)
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import Decision, decide
from wizard.sandbox.world import World

ALL_OF_IT: Body = {**DIRECT, "egress": "ALL_TRAFFIC"}
CONNECTOR_ALL: Body = {**VIA_CONNECTOR, "egress": 1}
PARTNER = """
[[target]]
name = "partner"
address = "203.0.113.9"
network = "my-vpc"
serves = ["http:80"]
"""
MANAGED = """
[[peering]]
name = "servicenetworking-googleapis-com"
network = "my-vpc"
routes = ["10.60.0.0/24"]

[[target]]
name = "orders"
address = "10.60.0.3"
network = "my-vpc"
kind = "sql"
serves = ["postgres:5432"]

[[target]]
name = "elsewhere"
address = "10.61.0.3"
network = "my-vpc"
kind = "redis"
serves = ["redis:6379"]
"""
BALANCER = """
[[target]]
name = "balancer"
address = "10.0.0.20"
network = "my-vpc"
tags = ["web"]
kind = "ilb"
serves = ["http:80"]
"""


def nat(of: World, **fields: object) -> None:
    of.store.put(f"compute/{PROJECT}/regions/{REGION}/routers/r", {"network": LINK, "nats": [{"name": "n", **fields}]})


def listing(subnet_name: str) -> Body:
    named = [{"name": f"{PROJECT}/regions/{REGION}/subnetworks/{subnet_name}"}]
    return {"sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS", "subnetworks": named}


EVERYTHING: Body = {"sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}


@pytest.mark.parametrize(
    ("access", "gateway", "verdict"),
    [
        pytest.param(None, None, "deliver", id="no VPC access"),
        pytest.param(DIRECT, None, "deliver", id="private ranges only"),
        pytest.param(ALL_OF_IT, None, "drop", id="all traffic without NAT"),
        pytest.param(ALL_OF_IT, EVERYTHING, "deliver", id="all traffic with NAT"),
        pytest.param(ALL_OF_IT, listing("run"), "deliver", id="NAT for the subnet"),
        pytest.param(ALL_OF_IT, listing("machines"), "drop", id="NAT for another subnet"),
        pytest.param(CONNECTOR_ALL, EVERYTHING, "deliver", id="connector with NAT for all"),
        pytest.param(CONNECTOR_ALL, listing("run"), "drop", id="a connector's own range cannot be listed"),
    ],
)
def test_public_addresses(access: Body | None, gateway: Body | None, verdict: str) -> None:
    made = world(PARTNER)
    if gateway:
        nat(made, **gateway)
    decision = decide(made, access, REGION, "203.0.113.9", 80)
    assert decision.verdict == verdict, decision.trail


def test_an_unknown_public_address_is_silence() -> None:
    assert decide(world(), None, REGION, "198.51.100.1", 443).verdict == "drop"


@pytest.mark.parametrize(("access_on", "why"), [(False, "no Private Google Access"), (True, "the sandbox has no")])
def test_google_apis_need_private_google_access(access_on: bool, why: str) -> None:
    made = world()
    subnet(made, "run", "10.1.0.0/26", privateIpGoogleAccess=access_on)
    decision = decide(made, DIRECT, REGION, "199.36.153.8", 443)
    assert decision.verdict == "drop"
    assert why in decision.trail[-1]


@pytest.mark.parametrize(
    ("address", "port", "verdict"),
    [
        ("10.60.0.3", 5432, "deliver"),
        ("10.60.0.3", 1, "refuse"),
        ("10.60.0.4", 5432, "drop"),
        ("10.61.0.3", 6379, "drop"),
    ],
)
@pytest.mark.parametrize("access", [DIRECT, VIA_CONNECTOR])
def test_managed_services_need_a_peering_route_and_no_rule_of_ours(
    access: Body, address: str, port: int, verdict: str
) -> None:
    assert decide(world(MANAGED), access, REGION, address, port).verdict == verdict


def test_an_egress_rule_stands_before_managed_services_too() -> None:
    made = world(MANAGED)
    firewall(made, "e", "deny", direction="EGRESS", destinationRanges=["10.60.0.0/24"])
    assert decide(made, DIRECT, REGION, "10.60.0.3", 5432).verdict == "drop"


@pytest.mark.parametrize(("tags", "verdict"), [(["web"], "deliver"), (["other"], "drop")])
def test_a_load_balancer_has_the_firewall_of_its_machines(tags: list[str], verdict: str) -> None:
    made = world(BALANCER)
    firewall(made, "a", "allow", targetTags=tags)
    assert decide(made, DIRECT, REGION, "10.0.0.20", 80).verdict == verdict


def peered(state: str = "ACTIVE", **rule: Any) -> Decision:
    """A VM in another network, reached over a peering; `rule` is an ingress rule of that network."""
    made = world()
    other = LINK.replace("my-vpc", "other")
    mine = made.store.get(f"compute/{NETWORK}") or {}
    made.store.put(f"compute/{NETWORK}", mine | {"peerings": [{"name": "p", "network": other, "state": state}]})
    route(made, "peer", "10.70.0.0/24", nextHopPeering="p")
    machine(made, "there", "10.70.0.3", tags=[], network=other)
    if rule:
        firewall(made, "a", "allow", **{**rule, "network": other})
    return decide(made, VIA_CONNECTOR, REGION, "10.70.0.3", 80)


def test_over_a_peering_the_other_networks_rules_hold() -> None:
    assert peered().verdict == "drop", "Google's rule for the connector is not in that network"
    assert peered(sourceTags=["vpc-connector"]).verdict == "drop", "tags do not cross a peering"
    assert peered(sourceRanges=["10.8.0.0/28"]).verdict == "refuse"
    assert peered("INACTIVE", sourceRanges=["10.8.0.0/28"]).verdict == "drop"


def test_what_is_attached_listens() -> None:
    made = world()
    assert decide(made, VIA_CONNECTOR, REGION, "10.0.0.3", 7777).verdict == "refuse"
    made.attached["10.0.0.3:7777"] = ("127.0.0.1", 1)
    assert decide(made, VIA_CONNECTOR, REGION, "10.0.0.3", 7777).verdict == "deliver"
