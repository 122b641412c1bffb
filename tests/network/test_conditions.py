"""Policy rules with conditions that nobody outside the cloud can judge: what follows whatever they turn out to be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import DESTINATIONS, NETWORKS, PORTS, SOURCES, conditional_policies, firewalls, resolved
from wizard.network.firewall import Action, Destination, Packet, Source, Verdict, compile_rules, evaluate_direction
from wizard.network.near_misses import near_misses
from wizard.network.path import trace
from wizard.network.rule_table import rule_rows
from wizard.network.ruleset import EGRESS, INGRESS, Ruleset
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import Goal, Leg, Origin, Trace
from wizard.records import FirewallPolicy, FirewallRule, Instance, Network, PolicyRule, Ports, Subnet

NET = Network(name="my-vpc")
RUN = Source(range="10.8.0.0/28", kind="direct", tags=("app",))
MACHINE = Source(range="10.8.0.0/28", kind="vm")
DB = Destination(address="10.0.0.5")
OPEN = FirewallRule(name="open", network="my-vpc", protocols=(Ports("tcp"),))
DENY = PolicyRule(priority=5, action="deny")


def ask(
    rule: PolicyRule,
    *more: PolicyRule,
    rules: tuple[FirewallRule, ...] = (OPEN,),
    source: Source = RUN,
    direction: str = INGRESS,
    project: str = "p",
) -> Verdict:
    policy = FirewallPolicy(name="guard", level="organization", rules=(rule, *more))
    ruleset = compile_rules(NET, rules, (policy,), region="us-central1", project=project)
    return evaluate_direction(ruleset, Packet(source=source, destination=DB, port=5432), direction)


@pytest.mark.parametrize(
    ("links", "action"),
    [
        (("projects/p/global/networks/my-vpc",), Action.DENY),
        (("projects/p/global/networks/other", "projects/p/global/networks/my-vpc"), Action.DENY),
        (("projects/p/global/networks/other",), Action.ALLOW),
        (("projects/elsewhere/global/networks/my-vpc",), Action.ALLOW),
        (("projects/123456/global/networks/my-vpc",), Action.UNKNOWN),
    ],
)
def test_a_rule_for_certain_networks(links: tuple[str, ...], action: Action) -> None:
    assert ask(replace(DENY, target_networks=links)).action is action


def test_without_the_project_a_network_of_the_same_name_is_perhaps_another() -> None:
    there = replace(DENY, target_networks=("projects/p/global/networks/my-vpc",))
    assert ask(there, project="").action is Action.UNKNOWN


@pytest.mark.parametrize(
    "rule",
    [
        replace(DENY, other_sources=("address group partners",)),
        replace(DENY, other_destinations=("FQDN db.example.com",)),
        replace(DENY, network_types=("source network type INTERNET",)),
        replace(DENY, target_secure_tags=("tagValues/1",)),
    ],
)
def test_what_cannot_be_judged_is_not_claimed(rule: PolicyRule) -> None:
    found = ask(rule)
    assert found.action is Action.UNKNOWN
    assert str(found.decided_by) == "rule 5 of policy guard (may deny, priority 5)"
    assert ask(rule, rules=()).action is Action.DENY, "denied in any case"
    assert ask(replace(rule, action="allow")).decided_by.name == "open", "allowed in any case"


def test_ranges_still_count_beside_a_network_type() -> None:
    far = replace(DENY, network_types=("source network type INTERNET",), sources=("8.0.0.0/8",))
    assert ask(far).action is Action.ALLOW
    group = replace(DENY, other_sources=("address group partners",), sources=("8.0.0.0/8",))
    assert ask(group).action is Action.UNKNOWN, "the group may hold the sender"


def test_a_perhaps_for_half_of_the_source_leaves_the_other_half_certain() -> None:
    half = replace(DENY, network_types=("source network type INTRA_VPC",), sources=("10.8.0.0/29",))
    found = ask(half)
    assert [(piece.range, piece.decided_by.action) for piece in found.pieces] == [
        ("10.8.0.0/29", "may deny"),
        ("10.8.0.8/29", "allow"),
    ]
    assert found.action is Action.UNKNOWN
    assert ask(half, rules=()).pieces[0].range == "10.8.0.0/28"


def test_a_part_that_is_certainly_denied_makes_it_partly() -> None:
    half = replace(DENY, network_types=("source network type INTRA_VPC",), sources=("10.8.0.0/29",))
    found = ask(half, replace(DENY, priority=6, sources=("10.8.0.8/29",)))
    assert (found.action, found.decided_by.name) == (Action.PARTLY, "rule 6")


def test_perhaps_to_the_next_policy() -> None:
    jump = PolicyRule(priority=4, action="goto_next", other_sources=("address group partners",))
    found = ask(jump, DENY)
    assert (found.action, found.decided_by.name, found.decided_by.action) == (Action.UNKNOWN, "rule 4", "may goto_next")
    assert ask(jump, DENY, rules=()).decided_by.name == "rule 5"
    assert ask(jump, replace(DENY, action="allow")).action is Action.ALLOW


def test_cloud_run_never_carries_secure_tags() -> None:
    tagged = replace(DENY, source_secure_tags=("tagValues/1",))
    assert ask(tagged).action is Action.ALLOW
    assert ask(tagged, source=replace(RUN, kind="connector")).action is Action.ALLOW
    assert ask(tagged, source=MACHINE).action is Action.UNKNOWN
    assert ask(replace(tagged, sources=("10.8.0.0/28",))).action is Action.DENY, "ranges or tags, either is enough"
    guarded = replace(DENY, direction="EGRESS", target_secure_tags=("tagValues/1",))
    assert ask(guarded, direction=EGRESS).action is Action.ALLOW
    assert ask(guarded, direction=EGRESS, source=MACHINE).action is Action.UNKNOWN


def test_inspection_beside_allow_is_not_partly() -> None:
    inspect = PolicyRule(priority=5, action="apply_security_profile_group", sources=("10.8.0.0/29",))
    found = ask(inspect)
    assert (found.action, found.decided_by.name) == (Action.UNKNOWN, "rule 5")


def leg(ruleset: Ruleset, source: Source = RUN, direction: str = INGRESS) -> Leg:
    packet = Packet(source=source, destination=DB, port=5432)
    verdict = evaluate_direction(ruleset, packet, direction)
    return Leg(network="my-vpc", direction=direction, packet=packet, verdict=verdict)


def test_the_table_says_what_the_rule_depends_on() -> None:
    unsure = replace(DENY, other_sources=("source FQDN a.example",), target_secure_tags=("tagValues/1",))
    ruleset = compile_rules(NET, (OPEN,), (FirewallPolicy(name="org", level="organization", rules=(unsure,)),))
    assert [(row.rule, row.outcome, row.why) for row in rule_rows(ruleset, leg(ruleset))] == [
        (
            "rule 5",
            "may match",
            "depends on source FQDN a.example, secure tag tagValues/1, which cannot be judged from here",
        ),
        ("open", "decides", ""),
        ("implied deny ingress", "not reached", ""),
    ]


@pytest.mark.parametrize(
    ("rule", "direction", "why"),
    [
        (
            replace(DENY, action="allow", source_secure_tags=("tagValues/1",)),
            INGRESS,
            "source secure tag tagValues/1: traffic of Cloud Run carries none; packets come from 10.8.0.0/28",
        ),
        (
            replace(DENY, action="deny", direction="EGRESS", target_secure_tags=("tagValues/1",)),
            EGRESS,
            "for senders with secure tag tagValues/1; Cloud Run carries none",
        ),
    ],
)
def test_why_a_rule_for_secure_tags_cannot_match(rule: PolicyRule, direction: str, why: str) -> None:
    policy = FirewallPolicy(name="org", level="organization", rules=(rule,))
    ruleset = compile_rules(NET, (), (policy,))
    assert [miss.why_not for miss in near_misses(ruleset, (), leg(ruleset, direction=direction), (policy,))] == [why]
    assert rule_rows(ruleset, leg(ruleset, direction=direction))[0].why == why


def traced(*rules: PolicyRule, classic: tuple[FirewallRule, ...] = (OPEN,)) -> Trace:
    facts = Facts(
        project="p",
        networks=(NET,),
        subnets=(Subnet(name="s", network="my-vpc", region="r", range="10.0.0.0/8"),),
        rules=classic,
        policies={"my-vpc": (FirewallPolicy(name="org", level="organization", rules=rules),)},
        instances=(Instance(name="db", network="my-vpc", address="10.0.0.5"),),
    )
    origin = Origin(
        resource="service s",
        way="direct",
        project="p",
        network="my-vpc",
        region="r",
        range="10.8.0.0/28",
        tags=("app",),
    )
    return trace(Topology(facts), origin, Goal(label="db", host="10.0.0.5", address="10.0.0.5", port=5432))


def test_a_trace_says_which_rule_only_a_live_test_can_judge() -> None:
    sure = traced()
    assert sure.delivered
    found = traced(replace(DENY, other_sources=("source FQDN a.example",)))
    (doubt,) = set(found.verify) - set(sure.verify)
    assert doubt == "rule 5 of policy org (may deny, priority 5) has conditions that cannot be judged from here"
    assert not traced(replace(DENY, other_sources=("source FQDN a.example",)), classic=()).delivered


def test_no_doubt_about_secure_tags_of_cloud_run() -> None:
    assert traced(replace(DENY, source_secure_tags=("tagValues/1",))).verify == traced().verify


def test_a_trace_tells_only_the_part_that_is_certainly_stopped() -> None:
    unsure = replace(DENY, priority=4, network_types=("source network type INTRA_VPC",), sources=("10.8.0.0/29",))
    found = traced(unsure, replace(DENY, sources=("10.8.0.8/29",)))
    (told,) = [hop.detail for hop in found.hops if hop.state == "APPLY_INGRESS_FIREWALL_RULE"]
    assert told == "stops the part 10.8.0.8/29 of 10.8.0.0/28 in my-vpc"


@given(
    NETWORKS,
    firewalls(),
    conditional_policies(),
    SOURCES,
    DESTINATIONS,
    st.sampled_from(PORTS),
    st.sampled_from((INGRESS, EGRESS)),
)
def test_certain_is_what_holds_in_every_possible_world(
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    source: Source,
    target: Destination,
    port: int,
    direction: str,
) -> None:
    """Each condition may hold or not; the plain walk decides every combination."""
    source = replace(source, range="10.8.0.12/32")
    ruleset = compile_rules(network, rules, policies, region="us-central1")
    found = evaluate_direction(ruleset, Packet(source=source, destination=target, port=port), direction).action
    unsure = sum(bool(rule.network_types) for policy in policies for rule in policy.rules)
    worlds = {
        oracle.decide(network, rules, resolved(policies, held), direction, source, "10.8.0.12", target, "tcp", port)
        for held in product((True, False), repeat=unsure)
    }
    assert found == (worlds.pop() if len(worlds) == 1 else "unknown")
