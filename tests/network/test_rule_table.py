"""The table of rules: who decides is what the evaluator and a plain walk say, and every row tells why."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import DESTINATIONS, NETWORKS, POLICIES, PORTS, SOURCES, firewalls
from wizard.network.firewall import Destination, Packet, Source, compile_rules, evaluate_direction
from wizard.network.rule_table import rule_rows
from wizard.network.ruleset import Ruleset
from wizard.network.tracing import Leg, RuleRow
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

NET = Network(name="my-vpc")
TCP = FirewallRule(name="tcp", network="my-vpc", protocols=(Ports("tcp"),))
PACKET = Packet(
    source=Source(range="10.8.0.0/28", kind="direct", tags=("app",)),
    destination=Destination(address="10.0.0.3", tags=("redis",)),
    port=6379,
)


def leg_of(ruleset: Ruleset, packet: Packet = PACKET, direction: str = "INGRESS") -> Leg:
    verdict = evaluate_direction(ruleset, packet, direction)
    return Leg(network="my-vpc", direction=direction, packet=packet, verdict=verdict)


def table(
    rules: tuple[FirewallRule, ...], policies: tuple[FirewallPolicy, ...] = (), network: Network = NET
) -> list[tuple[str, str, str, str]]:
    ruleset = compile_rules(network, rules, policies, region="us-central1")
    return [(row.layer, row.rule, row.outcome, row.why) for row in rule_rows(ruleset, leg_of(ruleset))]


def test_layer_by_layer_with_the_implied_rule_last() -> None:
    org = FirewallPolicy(
        name="org",
        level="organization",
        rules=(PolicyRule(priority=1, action="goto_next"), PolicyRule(priority=2, action="deny")),
    )
    guard = FirewallPolicy(name="guard", level="global", rules=(PolicyRule(priority=7, action="deny"),))
    ssh = replace(TCP, name="ssh", priority=900, protocols=(Ports("tcp", ("22",)),))
    half = replace(TCP, name="half", priority=950, sources=("10.8.0.0/29",))
    assert table((TCP, ssh, half, replace(TCP, name="late", priority=2000)), (guard, org)) == [
        ("hierarchical policy org", "rule 1", "passes on", ""),
        (
            "hierarchical policy org",
            "rule 2",
            "not reached",
            "priority 2: rule 1 of policy org (priority 1) passes the packet on before it",
        ),
        ("firewall rules of my-vpc", "ssh", "no match", "tcp:22, the packet goes to tcp:6379"),
        ("firewall rules of my-vpc", "half", "decides", "for 10.8.0.0/29"),
        ("firewall rules of my-vpc", "tcp", "decides", "for 10.8.0.8/29"),
        (
            "firewall rules of my-vpc",
            "late",
            "not reached",
            "priority 2000: half (priority 950) decides before it for 10.8.0.0/29",
        ),
        (
            "global policy guard",
            "rule 7",
            "not reached",
            "half (allow, priority 950) is enforced before it for 10.8.0.0/29",
        ),
        ("implied", "implied deny ingress", "not reached", ""),
    ]


def test_policies_before_the_rules_of_the_network() -> None:
    guard = FirewallPolicy(name="guard", level="us-central1", rules=(PolicyRule(priority=7, action="deny"),))
    rows = table((TCP,), (guard,), replace(NET, policy_order="BEFORE_CLASSIC_FIREWALL"))
    assert [(layer, outcome) for layer, _, outcome, _ in rows] == [
        ("regional policy guard", "decides"),
        ("firewall rules of my-vpc", "not reached"),
        ("implied", "not reached"),
    ]


def test_without_rules_the_implied_one_decides() -> None:
    assert table(()) == [("implied", "implied deny ingress", "decides", "")]


def test_a_window_around_the_deciding_row_and_what_matches() -> None:
    other = [replace(TCP, name=f"r{n}", priority=n, protocols=(Ports("udp"),)) for n in range(1000)]
    later = [replace(TCP, name=f"late-{n}", priority=2000 + n) for n in range(0, 500, 100)]
    other += [replace(TCP, name=f"x{n}", priority=2000 + n, protocols=(Ports("udp"),)) for n in range(500)]
    ruleset = compile_rules(NET, (TCP, *other, *later))
    everything = rule_rows(ruleset, leg_of(ruleset))
    window = rule_rows(ruleset, leg_of(ruleset), around=6)
    assert [row.rule for row in window] == [
        "r997", "r998", "r999", "tcp", "late-0", "x0", "x1", "late-100", "late-200", "late-300", "late-400",
        "implied deny ingress",
    ]  # fmt: skip
    assert len(everything) == 1507
    assert [row for row in everything if row in window] == list(window)


def test_a_window_at_the_end_when_no_rule_decides() -> None:
    rules = tuple(replace(TCP, name=f"r{n}", priority=n, protocols=(Ports("udp"),)) for n in range(100))
    ruleset = compile_rules(NET, rules)
    window = rule_rows(ruleset, leg_of(ruleset), around=6)
    assert [(row.rule, row.outcome) for row in window[-2:]] == [
        ("r99", "no match"),
        ("implied deny ingress", "decides"),
    ]
    assert len(window) == 4


def _kept(rows: tuple[RuleRow, ...], rules: tuple[FirewallRule, ...]) -> tuple[FirewallRule, ...]:
    live = {row.rule for row in rows if row.outcome in ("decides", "passes on")}
    return tuple(rule for rule in rules if rule.name in live)


def _kept_of(rows: tuple[RuleRow, ...], policy: FirewallPolicy, direction: str) -> FirewallPolicy:
    live = {
        row.priority
        for row in rows
        if row.layer.endswith(f" {policy.name}") and row.outcome in ("decides", "passes on")
    }
    return replace(policy, rules=tuple(r for r in policy.rules if r.direction == direction and r.priority in live))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    NETWORKS,
    firewalls(),
    POLICIES,
    SOURCES,
    DESTINATIONS,
    st.sampled_from(PORTS),
    st.sampled_from(("INGRESS", "EGRESS")),
)
def test_rows_that_neither_decide_nor_pass_on_do_not_matter(
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    source: Source,
    target: Destination,
    port: int,
    direction: str,
) -> None:
    """A plain walk over the live rows alone says the same of every address; and they are the evaluator's deciders."""
    policies = tuple(replace(policy, name=f"policy-{n}") for n, policy in enumerate(policies))
    ruleset = compile_rules(network, rules, policies, region="us-central1")
    leg = leg_of(ruleset, Packet(source=source, destination=target, port=port), direction)
    rows = rule_rows(ruleset, leg)
    kept = _kept(rows, rules), tuple(_kept_of(rows, policy, direction) for policy in policies)
    for address in map(str, ip_network(source.range)):
        alone = oracle.decide(network, *kept, direction, source, address, target, "tcp", port)
        assert alone == oracle.decide(network, rules, policies, direction, source, address, target, "tcp", port)
    deciding = {(row.rule, row.priority, row.action) for row in rows if row.outcome == "decides"}
    deciders = {piece.decided_by for piece in leg.verdict.pieces}
    assert deciding == {(d.name, d.priority, d.action) for d in deciders}
    assert len(rows) == sum(rule.direction == direction for layer in ruleset.layers for rule in layer) + 1
