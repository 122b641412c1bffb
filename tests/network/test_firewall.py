"""Verdicts: a plain walk as second opinion for every address of the source, and the documented traps one by one."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import DESTINATIONS, NETWORKS, POLICIES, PORTS, SOURCES, firewalls
from wizard.network.connector_rules import not_listed
from wizard.network.firewall import (
    Action,
    Destination,
    Packet,
    Source,
    Verdict,
    automatic_connector_rules,
    compile_rules,
    connector_source,
    evaluate,
    evaluate_direction,
)
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

NET = Network(name="my-vpc")
DIRECT = Source(range="10.8.0.0/26", kind="direct", tags=("app",), service_accounts=("sa@x",))
DB = Destination(address="10.0.0.5", tags=("db",))


BASE = FirewallRule(name="base", network="my-vpc", protocols=(Ports("tcp"),))


def verdict(
    rules: tuple[FirewallRule, ...],
    source: Source = DIRECT,
    target: Destination = DB,
    port: int | None = 5432,
    protocol: str = "tcp",
    policies: tuple[FirewallPolicy, ...] = (),
    network: Network = NET,
) -> Verdict:
    packet = Packet(source=source, destination=target, protocol=protocol, port=port)
    return evaluate(compile_rules(network, rules, policies, region="us-central1"), packet)


@given(
    NETWORKS,
    firewalls(),
    POLICIES,
    SOURCES,
    DESTINATIONS,
    st.sampled_from(PORTS),
    st.sampled_from(("tcp", "udp")),
    st.sampled_from(("INGRESS", "EGRESS")),
)
def test_agrees_with_a_plain_walk_for_every_address(
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    source: Source,
    target: Destination,
    port: int,
    protocol: str,
    direction: str,
) -> None:
    ruleset = compile_rules(network, rules, policies, region="us-central1")
    packet = Packet(source=source, destination=target, protocol=protocol, port=port)
    found = evaluate_direction(ruleset, packet, direction)
    truth = {
        oracle.decide(network, rules, policies, direction, source, str(address), target, protocol, port)
        for address in ip_network(source.range)
    }
    assert found.action == (truth.pop() if len(truth) == 1 else "partly")


@given(firewalls(), SOURCES, DESTINATIONS, st.sampled_from(PORTS))
def test_both_directions_together(
    rules: tuple[FirewallRule, ...], source: Source, target: Destination, port: int
) -> None:
    packet = Packet(source=source, destination=target, port=port)
    ruleset = compile_rules(NET, rules)
    passes = [
        all(
            oracle.decide(NET, rules, (), direction, source, str(address), target, "tcp", port) == "allow"
            for direction in ("EGRESS", "INGRESS")
        )
        for address in ip_network(source.range)
    ]
    found = evaluate(ruleset, packet)
    assert (found.action is Action.ALLOW) == all(passes)
    assert found.action is not Action.DENY or not any(passes)


def test_without_rules_the_implied_deny_decides() -> None:
    found = verdict(())
    assert (found.action, found.kind) == (Action.DENY, "IMPLIED_VPC_FIREWALL_RULE")
    assert (found.direction, found.decided_by.priority) == ("INGRESS", 65535)


def test_deny_beats_allow_at_equal_priority_and_smaller_numbers_win() -> None:
    allow, deny = replace(BASE, name="allow"), replace(BASE, name="deny", action="deny")
    assert verdict((allow, deny)).decided_by.name == "deny"
    assert verdict((replace(allow, priority=999), deny)).decided_by.name == "allow"


def test_a_deny_at_65535_beats_the_implied_allow() -> None:
    deny = replace(BASE, name="shut", direction="EGRESS", action="deny", priority=65535)
    assert verdict((deny, BASE)).decided_by.name == "shut"


def test_an_allow_at_65535_does_not_override_the_implied_deny() -> None:
    assert verdict((replace(BASE, priority=65535),)).action is Action.DENY
    assert verdict((replace(BASE, priority=65534),)).action is Action.ALLOW


@pytest.mark.parametrize(
    "identity", [replace(BASE, source_tags=("app",)), replace(BASE, source_service_accounts=("sa@x",))]
)
def test_ingress_never_matches_the_identity_of_direct_vpc(identity: FirewallRule) -> None:
    assert verdict((identity,)).action is Action.DENY
    assert verdict((identity,), source=replace(DIRECT, kind="vm")).action is Action.ALLOW
    with_range = replace(identity, sources=("10.8.0.0/26",))
    assert verdict((with_range,)).action is Action.ALLOW


def test_egress_matches_the_tags_of_direct_vpc() -> None:
    deny = replace(BASE, name="no-app", direction="EGRESS", action="deny", target_tags=("app",))
    found = verdict((deny, BASE))
    assert (found.decided_by.name, found.direction) == ("no-app", "EGRESS")


def test_a_rule_for_half_of_the_source_is_partly() -> None:
    found = verdict((replace(BASE, name="half", sources=("10.8.0.0/27",)),))
    assert found.action is Action.PARTLY
    assert [(piece.range, piece.decided_by.name) for piece in found.pieces] == [
        ("10.8.0.0/27", "half"),
        ("10.8.0.32/27", "implied deny ingress"),
    ]
    assert found.decided_by.name == "implied deny ingress"


def test_private_services_need_no_ingress_rule() -> None:
    managed = replace(DB, managed=True)
    assert verdict((), target=managed).action is Action.ALLOW
    closed = replace(BASE, name="shut", direction="EGRESS", action="deny", destinations=("10.0.0.0/8",))
    assert verdict((closed,), target=managed).decided_by.name == "shut"


def test_protocols_by_name_number_and_without_ports() -> None:
    by_number = replace(BASE, protocols=(Ports("6", ("5432",)),))
    assert verdict((by_number,)).action is Action.ALLOW
    assert verdict((by_number,), port=5433).action is Action.DENY
    for number, name in (("17", "udp"), ("50", "esp"), ("51", "ah"), ("132", "sctp")):
        numbered = replace(BASE, protocols=(Ports(number),))
        assert verdict((numbered,), protocol=name, port=None).action is Action.ALLOW
        assert verdict((numbered,), protocol="tcp").action is Action.DENY
    sctp = replace(BASE, protocols=(Ports("sctp", ("3868-3870",)),))
    assert [verdict((sctp,), protocol="132", port=port).action for port in (3868, 3871)] == [Action.ALLOW, Action.DENY]
    icmp = replace(BASE, protocols=(Ports("icmp"),))
    assert verdict((icmp,), protocol="icmp", port=None).action is Action.ALLOW
    assert verdict((icmp,), protocol="1", port=None).action is Action.ALLOW
    assert verdict((replace(BASE, protocols=(Ports("all"),)),), protocol="esp", port=None).action is Action.ALLOW


def test_ipv6_ranges_match_no_ipv4_packet() -> None:
    assert verdict((replace(BASE, sources=("::/0",)),)).action is Action.DENY
    assert verdict((replace(BASE, destinations=("fd00::/8",)),)).action is Action.DENY


@pytest.mark.parametrize(
    ("order", "decider"), [("AFTER_CLASSIC_FIREWALL", "base"), ("BEFORE_CLASSIC_FIREWALL", "rule 5")]
)
def test_the_enforcement_order_of_network_policies(order: str, decider: str) -> None:
    policy = FirewallPolicy(name="guard", level="global", rules=(PolicyRule(priority=5, action="deny"),))
    network = replace(NET, policy_order=order)
    assert verdict((BASE,), policies=(policy,), network=network).decided_by.name == decider


def test_goto_next_hands_over_and_folders_come_after_the_organization() -> None:
    up = FirewallPolicy(name="org", level="organization", rules=(PolicyRule(priority=1, action="goto_next"),))
    down = FirewallPolicy(name="team", level="folder", rules=(PolicyRule(priority=0, action="deny"),))
    found = verdict((BASE,), policies=(down, up))
    assert (found.kind, found.decided_by.policy) == ("HIERARCHICAL_FIREWALL_POLICY_RULE", "team")
    assert verdict((BASE,), policies=(up,)).decided_by.name == "base"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("AFTER_CLASSIC_FIREWALL", ["organization", "folder", "classic", "global", "us-central1", "implied"]),
        ("BEFORE_CLASSIC_FIREWALL", ["organization", "folder", "global", "us-central1", "classic", "implied"]),
    ],
)
def test_who_is_asked_first(order: str, expected: list[str]) -> None:
    """Whoever decides is taken away, and the next one decides; the order of the lists does not matter."""
    guard = PolicyRule(priority=1, action="deny")
    levels = ["us-central1", "folder", "global", "organization"]
    network, found = replace(NET, policy_order=order), list[str]()
    rules: tuple[FirewallRule, ...] = (replace(BASE, name="classic", action="deny"),)
    for _ in expected:
        policies = tuple(FirewallPolicy(name=level, level=level, rules=(guard,)) for level in levels)
        decider = verdict(rules, policies=policies, network=network).decided_by
        found.append(decider.policy or decider.name.split()[0])
        levels = [level for level in levels if level != found[-1]]
        rules = tuple(rule for rule in rules if rule.name != found[-1])
    assert found == expected


def test_only_policies_of_the_region_count() -> None:
    rules = (PolicyRule(priority=1, action="allow"),)
    here = FirewallPolicy(name="p", level="us-central1", rules=rules)
    there = FirewallPolicy(name="p", level="europe-west1", rules=rules)
    assert verdict((), policies=(here,)).kind == "NETWORK_REGIONAL_FIREWALL_POLICY_RULE"
    assert verdict((), policies=(there,)).action is Action.DENY


def test_an_action_from_tomorrow_is_unknown() -> None:
    policy = FirewallPolicy(name="p", level="global", rules=(PolicyRule(priority=1, action="inspect"),))
    assert verdict((), policies=(policy,)).action is Action.UNKNOWN


def test_disabled_rules_and_rules_of_other_networks_do_nothing() -> None:
    assert verdict((replace(BASE, disabled=True),)).action is Action.DENY
    assert verdict((replace(BASE, network="other"),)).action is Action.DENY


class TestConnector:
    """The rules that come with a connector (table of automatic rules)."""

    source = connector_source("us-central1", "c-1", "10.8.0.0/28")
    automatic = automatic_connector_rules("us-central1", "c-1", "10.8.0.0/28", "my-vpc")

    def ask(self, listed: tuple[FirewallRule, ...], source: Source | None = None) -> Verdict:
        ruleset = compile_rules(NET, listed, automatic=self.automatic)
        return evaluate(ruleset, Packet(source=source or self.source, destination=DB, port=5432))

    def test_reaches_everything_by_itself(self) -> None:
        found = self.ask(())
        assert (found.action, found.kind) == (Action.ALLOW, "SERVERLESS_VPC_ACCESS_MANAGED_FIREWALL_RULE")
        assert found.decided_by.priority == 1000

    def test_a_stronger_deny_restricts_it(self) -> None:
        deny = replace(BASE, name="shut", action="deny", priority=990, source_tags=("vpc-connector",))
        assert self.ask((deny,)).decided_by.name == "shut"
        allow = replace(BASE, name="db", priority=980, source_tags=("vpc-connector",), target_tags=("db",))
        assert self.ask((deny, allow)).decided_by.name == "db"

    def test_direct_vpc_in_the_same_network_gets_nothing_from_it(self) -> None:
        assert self.ask((), source=replace(DIRECT, range="10.9.0.0/26")).action is Action.DENY

    @pytest.mark.parametrize("prefix", ["aet-uscentral1-c--1-", "aet-something-else-"])
    def test_listed_ones_are_not_counted_twice(self, prefix: str) -> None:
        listed = tuple(replace(r, name=prefix + r.name.rsplit("-", 1)[1]) for r in self.automatic)
        assert not_listed(self.automatic, listed) == ()
        assert len(not_listed(self.automatic, listed[1:])) == 1
        assert self.ask(listed).decided_by.name.startswith(prefix)

    def test_the_names_follow_googles_example(self) -> None:
        names = [r.name for r in automatic_connector_rules("us-central1", "subnet-1", "10.8.0.0/28")]
        assert "aet-uscentral1-subnet--1-egrfw" in names
        assert len(names) == 6

    def test_health_check_ports_towards_google_stay_open(self) -> None:
        google = Destination(address="35.199.224.1", managed=True)
        ruleset = compile_rules(NET, (), automatic=self.automatic)

        def ask(port: int) -> Action:
            return evaluate(ruleset, Packet(source=self.source, destination=google, port=port)).action

        assert [ask(port) for port in (666, 667, 668)] == [Action.DENY, Action.ALLOW, Action.DENY]
