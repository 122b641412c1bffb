"""What the comparison with the tracer has found wrong in the gateway, each case by itself."""

from __future__ import annotations

import pytest

from tests.sandbox.small_worlds import (
    DIRECT,
    LINK,
    NETWORK,
    PROJECT,
    REGION,
    firewall,
    machine,
    policy,
    policy_rule,
    route,
    world,
)
from tests.trace.worlds import read, seeded
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import Decision, decide
from wizard.sandbox.world import World

ALL: Body = {**DIRECT, "egress": "ALL_TRAFFIC"}

PEER = """
[[peering]]
name = "peer"
network = "my-vpc"
routes = ["10.60.0.0/16"]
"""


def target(address: str, kind: str = "psa") -> str:
    lines = (
        "[[target]]",
        'name = "there"',
        f'address = "{address}"',
        'network = "my-vpc"',
        f'kind = "{kind}"',
        'serves = ["http:80"]',
    )
    return "\n".join(lines)


def asked(of: World, address: str, access: Body = ALL) -> Decision:
    return decide(of, access, REGION, address, 80)


def test_subnet_routes_of_peers_come_before_longer_static_routes() -> None:
    made = world(PEER + target("10.60.0.3"))
    route(made, "narrow", "10.60.0.3/32", nextHopGateway=f"{PROJECT}/global/gateways/default-internet-gateway")
    assert asked(made, "10.60.0.3").verdict == "deliver"


@pytest.mark.parametrize(("priority", "verdict"), [(65534, "deliver"), (65535, "drop")])
def test_an_ingress_allow_as_weak_as_the_implied_deny_loses(priority: int, verdict: str) -> None:
    made = world()
    firewall(made, "weak", "allow", priority)
    assert asked(made, "10.0.0.3").verdict == verdict


def test_an_egress_deny_as_weak_as_the_implied_allow_wins() -> None:
    made = world()
    firewall(made, "in", "allow")
    firewall(made, "weak", "deny", 65535, direction="EGRESS")
    assert asked(made, "10.0.0.3").verdict == "drop"


@pytest.mark.parametrize(
    ("address", "verdict"), [("240.0.0.9", "drop"), ("198.51.100.7", "drop"), ("203.0.113.9", "deliver")]
)
def test_what_a_subnet_keeps_for_itself_is_not_on_the_internet(address: str, verdict: str) -> None:
    made = world(target(address))
    bought = {"ipCidrRange": "10.90.0.0/24", "secondaryIpRanges": [{"ipCidrRange": "198.51.100.0/24"}]}
    made.store.put(f"compute/{PROJECT}/regions/europe-west1/subnetworks/bought", bought)
    assert decide(made, None, REGION, address, 80).verdict == verdict


def test_an_appliance_may_lead_to_googles_private_addresses_and_a_tunnel_may_not() -> None:
    made = world(target("199.36.153.8"))
    firewall(made, "in", "allow")
    route(made, "to-google", "199.36.153.8/30", nextHopIp="10.0.0.3")
    assert asked(made, "199.36.153.8").verdict == "deliver"
    route(made, "to-google", "199.36.153.8/30", nextHopVpnTunnel="tunnel")
    assert asked(made, "199.36.153.8").verdict == "drop"


def test_a_managed_service_is_no_next_hop() -> None:
    made = world(target("10.60.0.9"))
    route(made, "to-office", "10.40.0.0/16", nextHopIp="10.60.0.9")
    found = asked(made, "10.40.0.1")
    assert (found.verdict, found.trail[-1]) == ("drop", "route: the next hop does not exist")


def test_machines_behind_a_load_balancer_have_the_usual_identity() -> None:
    made = world(target("10.0.0.20", "ilb"))
    account = "123456789012-compute@developer.gserviceaccount.com"
    firewall(made, "usual", "allow", targetServiceAccounts=[account])
    assert asked(made, "10.0.0.20").verdict == "deliver"


def test_policies_are_listed_from_the_top_down_whatever_their_names() -> None:
    made = seeded('[project]\nid = "demo-project"\n[[network]]\nname = "my-vpc"\n')
    policy(made, "locations/global", "folders/2", policy_rule(1, "deny"))
    policy(made, "locations/global", "organizations/1", policy_rule(2, "allow"))
    for key in made.store.keys("compute/locations/global/firewallPolicies/"):
        made.store.put(key, {**(made.store.get(key) or {}), "name": key, "shortName": key})
    found = read(made).effective["my-vpc"].policies
    assert [(one.level, one.rules[0].priority) for one in found] == [("organization", 2), ("folder", 1)]


def test_the_route_says_in_which_network_an_address_is_looked_for() -> None:
    """A machine of a peer, and a managed service, with an address of a subnet of the network itself."""
    made = world(target("10.0.0.30"))
    firewall(made, "in", "allow")
    machine(made, "theirs", "10.0.0.40", tags=[], network=LINK.replace("my-vpc", "other"))
    mine = made.store.get(f"compute/{NETWORK}") or {}
    made.store.put(
        f"compute/{NETWORK}", mine | {"peerings": [{"name": "p", "network": LINK.replace("my-vpc", "other")}]}
    )
    assert [asked(made, address).verdict for address in ("10.0.0.30", "10.0.0.40", "10.0.0.3")] == [
        "drop",
        "drop",
        "deliver",
    ]
