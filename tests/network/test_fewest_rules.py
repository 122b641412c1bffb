"""The promise of the rules: every want connects, nothing else changes, none can be left out. Judged by a plain walk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import ADDRESSES, NETWORKS, POLICIES, PORTS, firewalls
from wizard.network.fewest_rules import Opening, Want, fewest_rules
from wizard.network.firewall import Action, Destination, Source, compile_rules, connector_source
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

NET = Network(name="my-vpc")
TARGETS = {
    "10.0.0.3": Destination(address="10.0.0.3", tags=("web",)),
    "10.0.0.5": Destination(address="10.0.0.5", tags=("web", "db")),
    "10.0.1.9": Destination(address="10.0.1.9", service_accounts=("sa@x",), managed=True),
}
SOURCE = Source(range="10.8.0.0/28", kind="direct", tags=("app",))
STRANGER = Source(range="10.9.0.7/32", kind="vm", tags=("app", "web"))
SENDERS = ((SOURCE, "10.8.0.0"), (SOURCE, "10.8.0.9"), (SOURCE, "10.8.0.12"), (STRANGER, "10.9.0.7"))
WANTED = st.lists(st.tuples(st.sampled_from(ADDRESSES), st.sampled_from(PORTS)), min_size=1, max_size=5, unique=True)
EVERY_PORT = sorted({*PORTS, 1, 442, 444, 65534})

World = tuple[Network, Sequence[FirewallRule], tuple[FirewallPolicy, ...]]


def passes(world: World, sender: tuple[Source, str], address: str, protocol: str, port: int) -> dict[str, str]:
    """What each direction's rules say."""
    network, rules, policies = world
    source, from_ = sender
    return {
        direction: oracle.decide(network, rules, policies, direction, source, from_, TARGETS[address], protocol, port)
        for direction in ("EGRESS", "INGRESS")
    }


def connects(world: World, want: Want) -> bool:
    """From every address of the source; ingress rules do not count for managed services."""
    found = [passes(world, s, want.destination.address, want.protocol, want.port) for s in SENDERS if s[0] is SOURCE]
    return all(f["EGRESS"] == "allow" and (want.destination.managed or f["INGRESS"] == "allow") for f in found)


def wants(*pairs: tuple[str, int]) -> tuple[Want, ...]:
    return tuple(Want(label=f"tcp://{a}:{port}", destination=TARGETS[a], port=port) for a, port in pairs)


def ask(
    asked: tuple[Want, ...],
    rules: Sequence[FirewallRule] = (),
    policies: tuple[FirewallPolicy, ...] = (),
    network: Network = NET,
    source: Source = SOURCE,
) -> Opening:
    ruleset = compile_rules(network, rules, policies, region="us-central1")
    return fewest_rules(ruleset, source, asked, network="my-vpc", prefix="runvpc-my-service")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NETWORKS, firewalls(), POLICIES, WANTED)
def test_the_promise(
    network: Network,
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...],
    pairs: list[tuple[str, int]],
) -> None:
    asked = wants(*pairs)
    opening = ask(asked, rules, policies, network)
    before: World = (network, rules, policies)
    after: World = (network, [*rules, *opening.rules], policies)
    impossible = {problem.label for problem in opening.cannot_fix}
    possible = [want for want in asked if want.label not in impossible]

    assert all(connects(after, want) for want in possible)
    for sender, address, protocol, port in product(SENDERS, ADDRESSES, ("tcp", "udp"), EVERY_PORT):
        if sender[0] is SOURCE and protocol == "tcp" and (address, port) in pairs:
            continue
        assert passes(after, sender, address, protocol, port) == passes(before, sender, address, protocol, port)
    for rule in opening.rules:
        without: World = (network, [*rules, *(r for r in opening.rules if r is not rule)], policies)
        assert not all(connects(without, want) for want in possible)
    everything = [
        FirewallRule(name=d, network="my-vpc", direction=d, priority=0, protocols=(Ports("all"),))
        for d in ("INGRESS", "EGRESS")
    ]
    for want in asked:
        assert (want.label in impossible) <= (not connects((network, [*rules, *everything], policies), want))


def test_the_explanations_match() -> None:
    opening = ask(wants(("10.0.0.3", 80), ("10.0.0.5", 80)))
    assert [(e.before.action, e.after.action, e.rules) for e in opening.explained] == [
        (Action.DENY, Action.ALLOW, ("runvpc-my-service-1",)),
        (Action.DENY, Action.ALLOW, ("runvpc-my-service-1",)),
    ]
    assert opening.explained[0].before.decided_by.name == "implied deny ingress"
    assert opening.explained[0].after.decided_by.name == "runvpc-my-service-1"


def test_the_rule_is_exact() -> None:
    (rule,) = ask(wants(("10.0.0.3", 6379))).rules
    assert (rule.direction, rule.action, rule.priority, rule.network) == ("INGRESS", "allow", 1000, "my-vpc")
    assert (rule.sources, rule.destinations) == (("10.8.0.0/28",), ("10.0.0.3/32",))
    assert rule.protocols == (Ports("tcp", ("6379",)),)
    assert "tcp://10.0.0.3:6379" in rule.description


def test_nothing_is_needed_where_nothing_is_closed() -> None:
    source = connector_source("us-central1", "c", "10.8.0.0/28")
    allow = FirewallRule(name="tagfw", network="my-vpc", source_tags=("vpc-connector",), protocols=(Ports("tcp"),))
    assert ask(wants(("10.0.0.3", 80)), [allow], source=source).rules == ()
    assert ask(wants(("10.0.1.9", 80))).rules == ()


DENY = FirewallRule(name="shut", network="my-vpc", action="deny", protocols=(Ports("all"),))


@pytest.mark.parametrize(("deny", "ours"), [(1, 0), (900, 899), (1000, 999), (1001, 1000), (65535, 1000)])
def test_the_priority_is_one_below_the_deny(deny: int, ours: int) -> None:
    (rule,) = ask(wants(("10.0.0.3", 80)), [replace(DENY, priority=deny)]).rules
    assert rule.priority == ours


def test_a_deny_at_zero_cannot_be_beaten() -> None:
    opening = ask(wants(("10.0.0.3", 80)), [replace(DENY, priority=0)])
    assert opening.rules == ()
    assert "shut" in opening.cannot_fix[0].who


@pytest.mark.parametrize(
    ("level", "order", "fixable"),
    [
        ("organization", "AFTER_CLASSIC_FIREWALL", False),
        ("folder", "AFTER_CLASSIC_FIREWALL", False),
        ("global", "AFTER_CLASSIC_FIREWALL", True),
        ("us-central1", "AFTER_CLASSIC_FIREWALL", True),
        ("global", "BEFORE_CLASSIC_FIREWALL", False),
    ],
)
def test_who_can_open_what_a_policy_closes(level: str, order: str, fixable: bool) -> None:
    policy = FirewallPolicy(name="guard", level=level, rules=(PolicyRule(priority=7, action="deny"),))
    opening = ask(wants(("10.0.0.3", 80)), (), (policy,), replace(NET, policy_order=order))
    assert bool(opening.rules) == fixable
    assert [problem.who for problem in opening.cannot_fix] == (
        [] if fixable else ["whoever administers firewall policy guard"]
    )


def test_egress_is_opened_too_where_it_is_closed() -> None:
    deny = replace(DENY, name="no-way-out", direction="EGRESS", priority=500)
    egress, ingress = ask(wants(("10.0.0.3", 80)), [deny]).rules
    assert (egress.direction, egress.priority, egress.sources) == ("EGRESS", 499, ("10.8.0.0/28",))
    assert ingress.direction == "INGRESS"


def test_names_are_stable_short_and_not_taken() -> None:
    existing = [FirewallRule(name="runvpc-my-service-1", network="other", disabled=True)]
    assert [rule.name for rule in ask(wants(("10.0.0.3", 80)), existing).rules] == ["runvpc-my-service-2"]
    opening = fewest_rules(
        compile_rules(NET, ()), SOURCE, wants(("10.0.0.3", 80)), network="my-vpc", prefix="runvpc-" + "s" * 60
    )
    assert len(opening.rules[0].name) <= 63
