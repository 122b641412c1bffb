"""What is reached today is reached then: firewall, Cloud NAT, Private Google Access, routes, other sites."""

from __future__ import annotations

from msgspec import structs

from tests.fleet.worlds import CONNECTOR, DB, REGION, codes, fleet, found, ids, job, nat, plan, service, world
from wizard.inventory import Gap
from wizard.plan.plan import Plan
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.subnet import CreateSubnet
from wizard.ports import EffectiveFirewalls
from wizard.records import FirewallPolicy, FirewallRule, Literal, PolicyRule, Ports, Route, Router

API = "http://10.0.0.10:80"


def _rules(made: Plan) -> list[FirewallRule]:
    return [p.step.rule for p in made.steps if isinstance(p.step, CreateFirewallRule)]


def test_the_fewest_rules_for_all_services_together() -> None:
    there = fleet(service("a"), service("b"), service("c"), job("nightly"))
    made = plan(there, subnet="apps", targets={"b": (API,), "c": (API, DB)})
    rules = _rules(made)
    opened = {(r.destinations, r.protocols, r.sources, r.priority) for r in rules}
    assert opened == {
        (("10.0.0.5/32",), (Ports("tcp", ("5432",)),), ("10.20.0.0/24",), 899),
        (("10.0.0.10/32",), (Ports("tcp", ("80",)),), ("10.20.0.0/24",), 1000),
    }, "the first one beats the deny rule at 900"
    reasons = {p.change.reason for p in made.steps if isinstance(p.step, CreateFirewallRule)}
    assert reasons == {
        "for a, c, job:nightly; closed now by no-db (deny, priority 900)",
        "for b, c; closed now by implied deny ingress (deny, priority 65535)",
    }


def test_today_s_rules_are_named_and_google_s_own_apart() -> None:
    made = plan(fleet(service("a")), subnet="apps", targets={"a": (API, DB)})
    assert found(made, "firewall_today").message == f"let in today by rules: db-from-con: {DB}"
    automatic = found(made, "automatic_rules").message
    assert automatic.endswith(f"go with it: aet-uscentral1-con-sbntfw: {API}")


def test_a_rule_for_the_whole_network_needs_nothing_new() -> None:
    wide = FirewallRule(name="inside", network="my-vpc", sources=("10.0.0.0/8",), priority=10)
    made = plan(fleet(service("a"), firewalls=(*world().firewalls, wide)), subnet="apps")
    assert ids(made) == []
    assert not made.blocked


def test_rules_left_alone_block_those_that_would_lose_a_target() -> None:
    there = fleet(service("a"), service("b"))
    made = plan(there, subnet="apps", firewall="leave", targets={"b": (API,)})
    assert found(made, "firewall_closed").message == (
        f"open today and closed then: {DB} for a, by no-db (deny, priority 900);"
        f" {API} for b, by implied deny ingress (deny, priority 65535)"
    )
    assert (ids(made), made.groups, made.blocked) == ([], (), True)


def test_a_policy_that_no_rule_beats_names_who_can_change_it() -> None:
    policy = FirewallPolicy(
        name="corp",
        level="organization",
        rules=(
            PolicyRule(priority=1, action="goto_next", sources=("10.8.0.0/28",)),
            PolicyRule(priority=2, action="deny", sources=("10.0.0.0/8",), protocols=(Ports("tcp", ("5432",)),)),
        ),
    )
    effective = {"my-vpc": EffectiveFirewalls(rules=world().firewalls, policies=(policy,))}
    there = fleet(service("a"), service("b"), effective=effective)
    made = plan(there, subnet="apps", targets={"b": (API,)}, blocked="skip")
    finding = found(made, "firewall_cannot_fix")
    assert finding.message.startswith(f"{DB} would be closed for a: ")
    assert finding.fix == "ask whoever administers firewall policy corp"
    assert made.groups == ("b",)
    assert [rule.destinations for rule in _rules(made)] == [("10.0.0.10/32",)]


def test_what_nobody_reaches_today_is_not_opened_but_said() -> None:
    made = plan(fleet(service("a")), subnet="apps", targets={"a": ("tcp://10.0.0.5:22", "tcp://10.0.0.99:1")})
    finding = found(made, "closed_today")
    assert "tcp://10.0.0.5:22 for a, no-db" in finding.message
    assert "tcp://10.0.0.99:1 for a, nobody in my-vpc has 10.0.0.99" in finding.message
    assert _rules(made) == []


def test_rules_on_the_way_out_and_on_the_way_in() -> None:
    out = FirewallRule(name="none-out", network="my-vpc", action="deny", direction="EGRESS", priority=500)
    con = FirewallRule(
        name="con-out", network="my-vpc", direction="EGRESS", priority=400, target_tags=("vpc-connector",)
    )
    made = plan(fleet(service("a"), firewalls=(*world().firewalls, out, con)), subnet="apps")
    assert [(r.direction, r.priority, r.name) for r in _rules(made)] == [
        ("EGRESS", 499, "runvpc-con-1"),
        ("INGRESS", 899, "runvpc-con-2"),
    ]
    assert not made.blocked


def test_a_firewall_that_cannot_be_read_is_not_called_closed() -> None:
    gap = Gap(what="firewall rules", status="PERMISSION_DENIED", message="no")
    made = plan(fleet(service("a"), firewalls=(), gaps=(gap,)), subnet="apps")
    assert "closed_today" not in "".join(codes(made))
    assert "not_checked" in "".join(codes(made))


def test_a_connector_that_is_broken_hides_nothing() -> None:
    """Its users must move all the more: what they will reach counts, not what they reach through it."""
    broken = structs.replace(CONNECTOR, state="ERROR")
    there = fleet(service("a"), connectors=(broken,))
    made = plan(structs.replace(there, connector=broken), subnet="apps")
    assert [rule.destinations for rule in _rules(made)] == [("10.0.0.5/32",)]
    assert "closed_today" not in "".join(codes(made))


def test_restrictions_of_the_connector_are_named() -> None:
    rules = (
        FirewallRule(name="not-there", network="my-vpc", action="deny", priority=10, sources=("10.8.0.0/28",)),
        FirewallRule(name="by-tag", network="my-vpc", action="deny", priority=10, source_tags=("vpc-connector",)),
        FirewallRule(
            name="out",
            network="my-vpc",
            action="deny",
            direction="EGRESS",
            target_tags=("vpc-connector-us-central1-con",),
        ),
        FirewallRule(name="off", network="my-vpc", action="deny", sources=("10.8.0.0/28",), disabled=True),
        FirewallRule(name="all", network="my-vpc", action="deny", priority=65000, sources=("10.0.0.0/8",)),
        FirewallRule(name="far", network="my-vpc", action="deny", priority=10, sources=("172.16.0.0/12",)),
        FirewallRule(name="else", network="other", action="deny", sources=("10.8.0.0/28",)),
    )
    made = plan(fleet(service("a"), firewalls=rules), subnet="apps")
    assert found(made, "restriction_lost").message.endswith(": not-there, by-tag, out")


def test_cloud_nat_that_serves_all_stays() -> None:
    made = plan(fleet(service("a", egress="all-traffic"), routers=(nat("out"),)), subnet="apps")
    assert found(made, "nat_exists").message == "router out translates the new range to the internet as well, for a"
    assert not [p for p in made.steps if isinstance(p.step, CreateNat)]


CON = structs.replace(CONNECTOR, network="", range="", subnet="con-subnet")


def _on_a_subnet(routers: tuple[Router, ...], *, google: bool = False, egress: str = "all-traffic") -> Plan:
    """The connector has a subnet of its own, with these gateways."""
    own = structs.replace(world().subnets[1], name="con-subnet", range="10.8.0.0/28", private_google_access=google)
    subnets = (*world().subnets, own)
    there = fleet(service("a", egress=egress), subnets=subnets, connectors=(CON,), routers=routers)
    return plan(structs.replace(there, connector=CON), subnet="apps")


def test_cloud_nat_of_the_connector_alone_gets_one_beside_it() -> None:
    made = _on_a_subnet((nat("out", "con-subnet"),))
    (step,) = [p.step for p in made.steps if isinstance(p.step, CreateNat)]
    assert (step.subnet, step.network, step.region) == ("apps", "my-vpc", REGION)
    assert "allow-lists" in found(made, "nat_addresses").fix
    assert step.id in made.step("probe/runvpc-a-t1").depends_on


def test_another_router_means_other_public_addresses() -> None:
    made = _on_a_subnet((nat("out", "con-subnet"), nat("else", "apps")))
    assert "router else will translate to the internet instead of out" in found(made, "nat_addresses").message


def test_without_nat_today_none_is_made() -> None:
    made = _on_a_subnet(())
    assert "as today: the internet is not reached by a" in found(made, "nat_missing").message
    assert not [p for p in made.steps if isinstance(p.step, CreateNat)]
    assert not made.blocked


def test_nat_that_is_to_be_left_alone_holds_all_traffic_back() -> None:
    own = structs.replace(world().subnets[1], name="con-subnet", range="10.8.0.0/28")
    holders = (service("a", egress="all-traffic"), service("b"))
    there = fleet(*holders, subnets=(*world().subnets, own), connectors=(CON,), routers=(nat("out", "con-subnet"),))
    made = plan(structs.replace(there, connector=CON), subnet="apps", nat="leave", blocked="skip")
    assert found(made, "nat_missing").message.endswith("no internet for a; left out")
    assert made.groups == ("b",)


def test_private_google_access_for_all_traffic_and_as_it_was() -> None:
    def accesses(made: Plan) -> list[str]:
        return [p.step.name for p in made.steps if isinstance(p.step, SetPrivateGoogleAccess)]

    assert accesses(_on_a_subnet(())) == ["apps"]
    assert accesses(_on_a_subnet((), egress="private-ranges-only")) == []
    assert accesses(_on_a_subnet((), egress="private-ranges-only", google=True)) == ["apps"]
    fresh = plan(fleet(service("a", egress="all-traffic")))
    assert [p.step.private_google_access for p in fresh.steps if isinstance(p.step, CreateSubnet)] == [True]


def test_routes_for_the_tags_of_the_connector_do_not_follow() -> None:
    routes = (
        *world().routes,
        Route(name="by-tag", network="my-vpc", range="10.90.0.0/16", tags=("vpc-connector",), next_hop="10.0.0.10"),
        Route(name="other", network="my-vpc", range="10.91.0.0/16", tags=("else",), next_hop="10.0.0.10"),
    )
    made = plan(fleet(service("a"), routes=routes), subnet="apps")
    assert "by-tag (10.90.0.0/16, for vpc-connector)" in found(made, "route").message
    assert "other" not in found(made, "route").message
    tagged = plan(fleet(service("a"), routes=routes), subnet="apps", tags=("vpc-connector",))
    assert "route" not in [f.code for f in tagged.findings]


def test_a_target_that_is_lost_with_such_a_route_holds_its_service_back() -> None:
    route = Route(
        name="by-tag",
        network="my-vpc",
        range="10.90.0.0/16",
        tags=("vpc-connector",),
        hop_type="NEXT_HOP_VPN_TUNNEL",
        next_hop="tunnel",
    )
    env = {"DB_HOST": Literal("10.90.0.5"), "DB_PORT": Literal("5432")}
    made = plan(fleet(service("a", env=env), service("b"), routes=(route,)), subnet="apps", blocked="skip")
    assert made.groups == ("b",)
    held = [f for f in made.findings if f.code == "route" and "reached today" in f.message]
    assert "postgres://10.90.0.5:5432 for a" in held[0].message


def test_targets_on_the_other_side_of_a_tunnel() -> None:
    vpn = Route(name="vpn", network="my-vpc", range="10.90.0.0/16", hop_type="NEXT_HOP_VPN_TUNNEL", next_hop="tunnel")
    env = {"DB_HOST": Literal("10.90.0.5"), "DB_PORT": Literal("5432")}
    made = plan(fleet(service("a", env=env), service("b"), routes=(vpn,)), subnet="apps")
    assert found(made, "on_premises").message == (
        "beyond a tunnel or Interconnect: postgres://10.90.0.5:5432; 10.20.0.0/24 must be known there"
    )
    assert made.groups == ("a", "b")
    assert "on_premises" not in "".join(codes(plan(fleet(service("b"), routes=(vpn,)), subnet="apps")))


def test_the_old_and_the_new_range_are_named() -> None:
    message = found(plan(fleet(service("a")), subnet="apps"), "source_range").message
    assert message == "packets will come from 10.20.0.0/24 instead of 10.8.0.0/28"


def test_nothing_is_made_for_what_is_held_back() -> None:
    """Its other target needs a rule, its egress mode Private Google Access: neither is for those that do move."""
    policy = FirewallPolicy(
        name="corp",
        level="organization",
        rules=(
            PolicyRule(priority=1, action="goto_next", sources=("10.8.0.0/28",)),
            PolicyRule(priority=2, action="deny", sources=("10.0.0.0/8",), protocols=(Ports("tcp", ("5432",)),)),
        ),
    )
    effective = {"my-vpc": EffectiveFirewalls(rules=world().firewalls, policies=(policy,))}
    there = fleet(service("a", egress="all-traffic"), service("b"), effective=effective, routers=(nat("out"),))
    made = plan(there, subnet="apps", targets={"a": (API, DB), "b": ("http://10.0.0.10:81",)}, blocked="skip")
    assert made.groups == ("b",)
    assert [rule.protocols for rule in _rules(made)] == [(Ports("tcp", ("81",)),)]
    assert [p.step.kind for p in made.steps if not p.group] == ["firewall"]
    assert codes(made).count("warn firewall_cannot_fix") == 1
    assert "info nat_exists" not in codes(made), "it is about a alone"
