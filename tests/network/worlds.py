"""Small random firewalls for property tests: few addresses, tags and ports, so that rules meet and overlap."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st
from msgspec.structs import replace

from wizard.network.packets import Destination, Source
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

PORTS = (0, 79, 80, 81, 443, 65535)
ADDRESSES = ("10.0.0.3", "10.0.0.5", "10.0.1.9")
TAGS = ("web", "db", "app")

_RANGES = ("0.0.0.0/0", "10.8.0.0/28", "10.8.0.0/29", "10.8.0.12/32", "10.0.0.0/24", "10.0.0.3/32", "10.9.0.0/16")
_ENTRIES = (
    Ports("tcp"),
    Ports("tcp", ("80",)),
    Ports("tcp", ("79-81", "443")),
    Ports("udp", ("80",)),
    Ports("all"),
    Ports("tcp", ("81-65535",)),
)


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


@st.composite
def classic_rules(draw: st.DrawFn, name: str) -> FirewallRule:
    ingress = draw(st.booleans())
    by_account = draw(st.integers(0, 4)) == 0
    accounts, tags = some(("sa@x", "sb@x"), 1), some(TAGS)
    return FirewallRule(
        name=name,
        network="my-vpc",
        direction="INGRESS" if ingress else "EGRESS",
        priority=draw(st.sampled_from((0, 1, 900, 999, 1000, 1001, 65534, 65535))),
        action=draw(st.sampled_from(("allow", "deny"))),
        protocols=draw(st.lists(st.sampled_from(_ENTRIES), min_size=1, max_size=2).map(tuple)),
        sources=draw(some(_RANGES)),
        destinations=draw(some(_RANGES)),
        source_tags=draw(tags) if ingress and not by_account else (),
        source_service_accounts=draw(accounts) if ingress and by_account else (),
        target_tags=() if by_account else draw(tags),
        target_service_accounts=draw(accounts) if by_account else (),
        disabled=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def firewalls(draw: st.DrawFn, most: int = 6) -> tuple[FirewallRule, ...]:
    return tuple(draw(classic_rules(f"rule-{i}")) for i in range(draw(st.integers(0, most))))


@st.composite
def policy_rules(draw: st.DrawFn) -> PolicyRule:
    return PolicyRule(
        priority=draw(st.integers(0, 3)),
        action=draw(st.sampled_from(("allow", "deny", "goto_next"))),
        direction=draw(st.sampled_from(("INGRESS", "EGRESS"))),
        protocols=draw(st.lists(st.sampled_from(_ENTRIES), min_size=1, max_size=1).map(tuple)),
        sources=draw(some(_RANGES, 1)),
        destinations=draw(some(_RANGES, 1)),
        target_service_accounts=draw(some(("sa@x",), 1)),
    )


def _one_per_priority(rules: list[PolicyRule]) -> tuple[PolicyRule, ...]:
    return tuple({(rule.priority, rule.direction): rule for rule in rules}.values())


POLICIES = st.lists(
    st.builds(
        FirewallPolicy,
        name=st.just("policy"),
        level=st.sampled_from(("organization", "folder", "global", "us-central1", "europe-west1")),
        rules=st.lists(policy_rules(), max_size=3).map(_one_per_priority),
    ),
    max_size=2,
).map(tuple)

_LEVELS = ("organization", "folder", "global", "us-central1")


@st.composite
def conditional_policies(draw: st.DrawFn) -> tuple[FirewallPolicy, ...]:
    """One policy a level at most; half of the rules have a condition that cannot be judged, and may match or not."""
    found = []
    for level in draw(st.lists(st.sampled_from(_LEVELS), min_size=1, max_size=3, unique=True)):
        rules = draw(st.lists(policy_rules(), min_size=1, max_size=3).map(_one_per_priority))
        unsure = tuple(replace(r, network_types=("INTERNET",)) if draw(st.booleans()) else r for r in rules)
        found.append(FirewallPolicy(name=f"policy {level}", level=level, rules=unsure))
    return tuple(found)


def resolved(policies: tuple[FirewallPolicy, ...], held: tuple[bool, ...]) -> tuple[FirewallPolicy, ...]:
    """The policies as they would be if each condition held or did not, one word for each conditional rule in order."""
    answers = iter(held)
    return tuple(
        replace(policy, rules=tuple(replace(r, network_types=()) for r in policy.rules if _stays(r, answers)))
        for policy in policies
    )


def _stays(rule: PolicyRule, answers: Iterator[bool]) -> bool:
    return next(answers) if rule.network_types else True


NETWORKS = st.sampled_from(("AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL")).map(
    lambda order: Network(name="my-vpc", policy_order=order)
)

SOURCES = st.builds(
    Source,
    range=st.just("10.8.0.0/28"),
    kind=st.sampled_from(("connector", "direct", "vm")),
    tags=some(TAGS),
    service_accounts=some(("sa@x",), 1),
)

DESTINATIONS = st.builds(
    Destination, address=st.sampled_from(ADDRESSES), tags=some(TAGS), service_accounts=some(("sa@x", "sb@x"), 1)
)
