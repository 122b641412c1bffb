"""Repairs: what they propose is put into the facts by hand, and the packet is traced again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import POLICIES, PORTS, firewalls
from wizard.network.packets import Destination, Source
from wizard.network.path import trace
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import FROM_JOB, Goal, Origin, Stop, Trace
from wizard.plan.repair import Repairs, repairs, repairs_document
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.records import (
    Connector,
    FirewallPolicy,
    FirewallRule,
    ForwardingRule,
    Instance,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    PolicyRule,
    Ports,
    Route,
    Router,
    Subnet,
)

REGION = "us-central1"
DIRECT = Origin(
    resource="service my-service",
    way="direct",
    egress="private-ranges-only",
    project="demo-project",
    network="my-vpc",
    region=REGION,
    range="10.8.1.0/26",
    subnet="run",
    tags=("web",),
)
EVERYTHING = replace(DIRECT, egress="all-traffic")
CONNECTOR = Origin(
    resource="service my-service",
    way="connector",
    egress="all-traffic",
    project="demo-project",
    network="my-vpc",
    region=REGION,
    range="10.9.0.0/28",
    connector="con",
)
OUTSIDE = Origin(resource="service my-service", region=REGION)
REDIS = Goal(label="redis://10.0.0.3:6379", host="10.0.0.3", address="10.0.0.3", port=6379)
WEB = Goal(label="https://example.com", host="example.com", port=443, kind="public")
STORAGE = Goal(label="https://storage.googleapis.com", host="storage.googleapis.com", port=443, kind="google_api")
DEFAULT = Route(name="default", network="my-vpc", range="0.0.0.0/0", hop_type="NEXT_HOP_INTERNET_GATEWAY")
DENY = FirewallRule(name="deny-redis", network="my-vpc", action="deny", priority=800, protocols=(Ports("all"),))
OUT = replace(DENY, name="deny-out", direction="EGRESS", priority=900)
FACTS = Facts(
    project="demo-project",
    networks=(Network(name="my-vpc"), Network(name="far")),
    subnets=(
        Subnet(name="machines", network="my-vpc", region=REGION, range="10.0.0.0/24"),
        Subnet(name="run", network="my-vpc", region=REGION, range="10.8.1.0/26", free=40),
        Subnet(name="away", network="far", region=REGION, range="10.50.0.0/24"),
    ),
    routes=(DEFAULT,),
    instances=(
        Instance(name="cache", network="my-vpc", zone="us-central1-b", address="10.0.0.3", tags=("redis",)),
        Instance(name="db", network="my-vpc", address="10.0.0.5"),
        Instance(name="neighbour", network="my-vpc", address="10.8.1.9"),
        Instance(name="remote", network="far", address="10.50.0.7"),
    ),
    connectors=(Connector(name="con", region=REGION, network="my-vpc", range="10.9.0.0/28"),),
)


def mend(facts: Facts, origin: Origin, goal: Goal, *others: Origin) -> tuple[Trace, Repairs]:
    topology = Topology(facts)
    found = trace(topology, origin, goal)
    return found, repairs(topology, found, others)


def after(facts: Facts, found: Repairs) -> Facts:
    """The facts as they are once the steps have run."""
    for fix in found.fixes:
        match fix.step:
            case CreateFirewallRule(rule=rule):
                assert rule.name not in {r.name for r in facts.rules}
                facts = structs.replace(facts, rules=(*facts.rules, rule))
            case CreateNat(name=name, network=network, region=region, subnet=subnet):
                router = Router(name=name, network=network, region=region, nats=(Nat(name="n", subnets=(subnet,)),))
                facts = structs.replace(facts, routers=(*facts.routers, router))
            case SetPrivateGoogleAccess(name=name, region=region, on=on):
                subnets = tuple(
                    structs.replace(s, private_google_access=on) if (s.name, s.region) == (name, region) else s
                    for s in facts.subnets
                )
                facts = structs.replace(facts, subnets=subnets)
            case _:
                raise AssertionError(fix)
    return facts


def mended(facts: Facts, origin: Origin, goal: Goal, *others: Origin) -> Repairs:
    """The repairs of a packet that is dropped; with them it is delivered, and not without the last one."""
    before, found = mend(facts, origin, goal, *others)
    assert before.verdict == "DROP"
    assert found.cannot_fix is None
    assert found.verified
    assert trace(Topology(after(facts, found)), origin, goal).verdict == "DELIVER"
    for fix in found.fixes:
        fewer = structs.replace(found, fixes=tuple(other for other in found.fixes if other is not fix))
        assert trace(Topology(after(facts, fewer)), origin, goal).verdict == "DROP"
        assert fix.gcloud
    return found


def test_what_is_delivered_needs_nothing() -> None:
    _, found = mend(structs.replace(FACTS, rules=(replace(DENY, action="allow"),)), DIRECT, REDIS)
    assert found == Repairs()


def test_a_rule_for_the_implied_deny() -> None:
    (fix,) = mended(FACTS, DIRECT, REDIS).fixes
    assert isinstance(fix.step, CreateFirewallRule)
    rule = fix.step.rule
    assert (rule.sources, rule.destinations, rule.priority) == (("10.8.1.0/26",), ("10.0.0.3/32",), 1000)
    assert fix.step.project == "demo-project"
    assert rule.protocols == (Ports("tcp", ("6379",)),)
    assert "10.0.0.3:6379" in fix.step.why


def test_a_deny_is_beaten_by_one() -> None:
    (fix,) = mended(structs.replace(FACTS, rules=(DENY,)), DIRECT, REDIS).fixes
    assert isinstance(fix.step, CreateFirewallRule)
    assert fix.step.rule.priority == 799


def test_both_firewalls_of_the_network() -> None:
    found = mended(structs.replace(FACTS, rules=(DENY, OUT)), DIRECT, REDIS)
    assert [fix.step.rule.direction for fix in found.fixes if isinstance(fix.step, CreateFirewallRule)] == [
        "EGRESS",
        "INGRESS",
    ]


def test_a_policy_above_is_not_ours_to_change() -> None:
    policy = FirewallPolicy(name="org", level="organization", rules=(PolicyRule(priority=5, action="deny"),))
    _, found = mend(structs.replace(FACTS, policies={"my-vpc": (policy,)}), DIRECT, REDIS)
    assert found.fixes == ()
    assert found.cannot_fix is not None
    assert found.cannot_fix.who == "whoever administers firewall policy org"


def test_a_policy_below_is_beaten() -> None:
    policy = FirewallPolicy(name="guard", level="global", rules=(PolicyRule(priority=5, action="deny"),))
    mended(structs.replace(FACTS, policies={"my-vpc": (policy,)}), DIRECT, REDIS)


def test_across_a_peering_the_rule_is_made_in_the_other_network() -> None:
    """The rules of that network about packets going out do not matter."""
    there = (replace(DENY, name="far-out", network="far", direction="EGRESS"), replace(DENY, network="far"))
    facts = structs.replace(
        FACTS, networks=peered(("my-vpc", "far"), ("far", "my-vpc")), rules=there, peering_routes=WAY
    )
    goal = Goal(label="tcp://10.50.0.7:80", host="10.50.0.7", address="10.50.0.7", port=80)
    (fix,) = mended(facts, DIRECT, goal).fixes
    assert isinstance(fix.step, CreateFirewallRule)
    assert (fix.step.rule.network, fix.step.rule.direction) == ("far", "INGRESS")


def peered(*pairs: tuple[str, str]) -> tuple[Network, ...]:
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return tuple(
        Network(name=name, peerings=tuple(Peering(name=f"to-{b}", network=b) for a, b in pairs if a == name))
        for name in names
    )


WAY = (PeeringRoute(network="my-vpc", peering="to-far", range="10.50.0.0/24"),)


def test_others_who_gain_are_named() -> None:
    sibling = replace(DIRECT, resource="service other", tags=())
    stranger = replace(DIRECT, resource="service stranger", range="10.7.0.0/26", subnet="s")
    (fix,) = mended(FACTS, DIRECT, REDIS, sibling, stranger).fixes
    assert fix.also == ("service other", "VM neighbour")
    assert fix.proof is not None
    assert fix.proof.holds
    assert {change.target for change in fix.proof.changed} == {"cache (10.0.0.3)"}


def test_what_a_connector_cannot_do_without() -> None:
    """One rule for health checks, one for Cloud Run itself: for all machines of the connector."""
    shut = replace(DENY, name="shut", priority=50, target_tags=("vpc-connector",))
    before, found = mend(structs.replace(FACTS, rules=(shut,)), CONNECTOR, REDIS)
    assert before.cause == "VPC_CONNECTOR_SERVERLESS_TRAFFIC_BLOCKED"
    mended(structs.replace(FACTS, rules=(shut,)), CONNECTOR, REDIS)
    rules = [fix.step.rule for fix in found.fixes if isinstance(fix.step, CreateFirewallRule)]
    assert [rule.sources for rule in rules] == [
        ("35.199.224.0/19",),
        ("35.191.0.0/16", "35.191.192.0/18", "130.211.0.0/22"),
    ]
    assert {(rule.priority, rule.target_tags, rule.destinations) for rule in rules} == {
        (49, ("vpc-connector-us-central1-con",), ())
    }


def test_nat_for_all_traffic() -> None:
    (fix,) = mended(FACTS, EVERYTHING, WEB, replace(EVERYTHING, resource="service other")).fixes
    assert isinstance(fix.step, CreateNat)
    assert (fix.step.network, fix.step.subnet, fix.step.region) == ("my-vpc", "run", REGION)
    assert fix.also[0] == "service other"
    taken = structs.replace(FACTS, routers=(Router(name=fix.step.name, network="far", region=REGION),))
    (other,) = mended(taken, EVERYTHING, WEB).fixes
    assert isinstance(other.step, CreateNat)
    assert other.step.name == f"{fix.step.name}-2"


def test_a_hidden_subnet_gets_no_nat_and_no_private_google_access() -> None:
    for goal in (WEB, STORAGE):
        _, found = mend(FACTS, CONNECTOR, goal)
        assert found.cannot_fix is not None
        assert "hidden" in found.cannot_fix.reason


def test_private_google_access_for_googles_apis() -> None:
    (fix,) = mended(FACTS, EVERYTHING, STORAGE).fixes
    assert isinstance(fix.step, SetPrivateGoogleAccess)
    vip = Goal(label="https://x", host="storage.googleapis.com", address="199.36.153.8", port=443)
    (fix,) = mended(FACTS, DIRECT, vip).fixes
    assert isinstance(fix.step, SetPrivateGoogleAccess)


def test_internal_ingress_is_reached_through_the_network() -> None:
    goal = Goal(label="https://a.run.app", host="a.run.app", port=443, kind="run", internal_ingress=True)
    before, found = mend(FACTS, DIRECT, goal)
    assert before.verdict == "DROP"
    assert found.verified
    assert [type(fix.step) for fix in found.fixes] == [type(None), SetPrivateGoogleAccess]
    assert found.fixes[0].gcloud[0][-1] == "--vpc-egress=all-traffic"
    changed = Topology(after(FACTS, structs.replace(found, fixes=found.fixes[1:])))
    assert trace(changed, EVERYTHING, goal).delivered


def test_an_address_of_the_network_that_is_not_private() -> None:
    """Public addresses used privately are reached with all-traffic alone."""
    facts = structs.replace(
        FACTS,
        subnets=(*FACTS.subnets, Subnet(name="odd", network="my-vpc", region=REGION, range="30.0.0.0/24")),
        instances=(*FACTS.instances, Instance(name="odd", network="my-vpc", address="30.0.0.3")),
        rules=(replace(DENY, action="allow"),),
    )
    goal = Goal(label="tcp://30.0.0.3:1", host="30.0.0.3", address="30.0.0.3", port=1)
    before, found = mend(facts, DIRECT, goal)
    assert before.cause == "PRIVATE_TRAFFIC_TO_INTERNET"
    assert (len(found.fixes), found.verified) == (1, True)
    assert trace(Topology(facts), EVERYTHING, goal).delivered
    _, outside = mend(facts, OUTSIDE, goal)
    assert "--egress=all-traffic" in outside.fixes[0].runvpc


def test_without_a_way_in_the_set_up_is_named() -> None:
    _, found = mend(FACTS, OUTSIDE, REDIS)
    (fix,) = found.fixes
    assert (fix.step, found.verified) == (None, False)
    assert fix.runvpc == (
        "runvpc",
        "setup",
        "--service=my-service",
        "--target=redis://10.0.0.3:6379",
        "--egress=private-ranges-only",
        "--region=us-central1",
    )
    assert "--subnet=run" in fix.gcloud[0]
    no_room = structs.replace(FACTS, subnets=())
    assert mend(no_room, OUTSIDE, REDIS)[1].fixes[0].gcloud == ()
    _, job = mend(FACTS, replace(OUTSIDE, resource="job nightly", start=FROM_JOB), REDIS)
    assert job.fixes[0].runvpc == ()
    assert job.fixes[0].gcloud[0][:4] == ("gcloud", "run", "jobs", "update")
    _, revision = mend(FACTS, replace(OUTSIDE, resource="revision my-service-1"), REDIS)
    assert revision.cannot_fix is not None


NOWHERE = Goal(label="tcp://172.16.0.1:80", host="172.16.0.1", address="172.16.0.1", port=80)
FAR = Goal(label="tcp://10.50.0.7:80", host="10.50.0.7", address="10.50.0.7", port=80)
NOBODY = Goal(label="tcp://10.0.0.99:80", host="10.0.0.99", address="10.0.0.99", port=80)
LOST = Goal(label="db:1", host="db.corp", port=1, lost=Stop(cause="UNKNOWN_INTERNAL_ADDRESS", detail="no such record"))
FRONT = ForwardingRule(
    name="front", network="my-vpc", region="europe-west1", address="10.0.0.20", scheme="INTERNAL", ports=("443",)
)
CLASS_E = Goal(label="tcp://240.0.0.1:80", host="240.0.0.1", address="240.0.0.1", port=80)
STOPPED = Instance(name="cache", network="my-vpc", zone="z", address="10.0.0.3", status="TERMINATED")
GONE = Route(name="hop", network="my-vpc", range="172.16.0.0/12", hop_type="NEXT_HOP_IP", next_hop="10.0.0.98")
ROUTES = "whoever administers the routes of my-vpc"


@pytest.mark.parametrize(
    ("facts", "origin", "goal", "who", "gcloud"),
    [
        ({"routes": ()}, EVERYTHING, WEB, ROUTES, "gcloud compute routes create my-vpc-to-internet"),
        ({"routes": ()}, DIRECT, NOWHERE, ROUTES, "gcloud compute routes list"),
        ({}, DIRECT, NOWHERE, ROUTES, "gcloud compute routes list"),
        ({}, DIRECT, FAR, "whoever administers networks my-vpc and far", "gcloud compute networks peerings create"),
        (
            {"networks": peered(("my-vpc", "hub"), ("hub", "my-vpc"), ("hub", "far"), ("far", "hub"))},
            DIRECT,
            FAR,
            "whoever administers networks my-vpc and far",
            "gcloud compute networks peerings create",
        ),
        ({}, DIRECT, NOBODY, "whoever runs 10.0.0.99: is this its address?", ""),
        ({}, DIRECT, LOST, "whoever administers DNS for db.corp", ""),
        (
            {"instances": (STOPPED,)},
            DIRECT,
            REDIS,
            "whoever runs VM cache",
            "gcloud compute instances start cache --zone=z",
        ),
        (
            {},
            replace(CONNECTOR, broken=Stop(cause="VPC_CONNECTOR_NOT_RUNNING", detail="connector con is ERROR")),
            REDIS,
            "whoever administers connector con",
            "gcloud compute networks vpc-access connectors describe con",
        ),
        (
            {"routes": (GONE,)},
            DIRECT,
            NOWHERE,
            ROUTES,
            "gcloud compute routes describe hop",
        ),
        (
            {"forwarding_rules": (FRONT,)},
            DIRECT,
            replace(NOBODY, address="10.0.0.20"),
            "whoever runs front",
            "gcloud compute forwarding-rules update front --region=europe-west1 --allow-global-access",
        ),
        (
            {"forwarding_rules": (replace(FRONT, region=REGION),)},
            DIRECT,
            replace(NOBODY, address="10.0.0.20"),
            "whoever runs front; or use a port",
            "",
        ),
        ({}, OUTSIDE, CLASS_E, "whoever runs 240.0.0.1", ""),
        ({}, DIRECT, CLASS_E, ROUTES, "gcloud compute routes list"),
        ({"unread": frozenset({"firewalls"})}, DIRECT, REDIS, "whoever grants permissions in demo-project", ""),
    ],
)
def test_what_cannot_be_fixed_from_here(
    facts: dict[str, object], origin: Origin, goal: Goal, who: str, gcloud: str
) -> None:
    _, found = mend(structs.replace(FACTS, **facts), origin, goal)
    assert found.fixes == ()
    assert found.cannot_fix is not None
    assert found.cannot_fix.reason
    assert found.cannot_fix.who.startswith(who)
    command = " ".join(found.cannot_fix.gcloud[0]) if found.cannot_fix.gcloud else ""
    assert command.startswith(gcloud)
    assert bool(command) == bool(gcloud)


def test_peering_is_not_transitive() -> None:
    networks = peered(("my-vpc", "hub"), ("hub", "my-vpc"), ("hub", "far"), ("far", "hub"))
    _, found = mend(structs.replace(FACTS, networks=networks), DIRECT, FAR)
    assert found.cannot_fix is not None
    assert "not transitive" in found.cannot_fix.reason


def test_fixes_that_do_not_lead_to_the_end_are_not_proposed() -> None:
    """The egress rule could be made, but there is no route after it."""
    _, found = mend(structs.replace(FACTS, rules=(OUT,)), DIRECT, NOWHERE)
    assert found.fixes == ()
    assert found.cannot_fix is not None


def test_the_document() -> None:
    _, found = mend(FACTS, DIRECT, REDIS)
    document = repairs_document(found)
    fixes = document["fixes"]
    assert isinstance(fixes, list)
    assert fixes[0]["step"] == "firewall/runvpc-my-service-1"
    assert fixes[0]["gcloud"][0][:4] == ["gcloud", "compute", "firewall-rules", "create"]
    assert fixes[0]["proof"]["holds"] is True
    assert document["fixes_verified"] is True
    _, none = mend(FACTS, DIRECT, NOBODY)
    assert set(repairs_document(none)) == {"cannot_fix"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(firewalls(), POLICIES, st.sampled_from(PORTS), st.sampled_from(("10.0.0.3", "10.0.0.5")))
def test_any_firewall(
    rules: tuple[FirewallRule, ...], policies: tuple[FirewallPolicy, ...], port: int, address: str
) -> None:
    """A fix delivers, also by a plain walk over the rules; what cannot be fixed is a policy's or a rule's at 0."""
    facts = structs.replace(FACTS, rules=rules, policies={"my-vpc": policies})
    goal = Goal(label="t", host=address, address=address, port=port)
    before, found = mend(facts, replace(DIRECT, range="10.8.0.0/28"), goal)
    if before.verdict == "DELIVER":
        assert found == Repairs()
        return
    if found.cannot_fix is not None:
        assert "enforced before" in found.cannot_fix.reason or "strongest" in found.cannot_fix.reason
        return
    all_rules = after(facts, found).rules
    target = Destination(address=address, tags=("redis",) if address == "10.0.0.3" else ())
    source = Source(range="10.8.0.0/28", kind="direct", tags=("web",))
    for direction, met in (("EGRESS", Destination(address=address)), ("INGRESS", target)):
        for sender in ("10.8.0.0", "10.8.0.9", "10.8.0.12"):
            network = Network(name="my-vpc")
            verdict = oracle.decide(network, all_rules, policies, direction, source, sender, met, "tcp", port)
            assert verdict == "allow"
    assert all(fix.proof is not None and fix.proof.holds for fix in found.fixes)
