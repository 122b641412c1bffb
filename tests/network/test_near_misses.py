"""Near misses are read as a person reads them: the change that the words name must make the rule match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.network import oracle
from tests.network.worlds import DESTINATIONS, NETWORKS, POLICIES, PORTS, SOURCES, firewalls
from wizard.network.firewall import (
    Destination,
    Packet,
    Source,
    automatic_connector_rules,
    compile_rules,
    connector_source,
    evaluate_direction,
)
from wizard.network.near_misses import near_misses
from wizard.network.tracing import Leg, NearMiss
from wizard.records import FirewallPolicy, FirewallRule, Network, PolicyRule, Ports

NET = Network(name="my-vpc")
REGION = "us-central1"
DIRECT = Source(range="10.8.1.0/26", kind="direct", tags=("web",), service_accounts=("sa@x",))
REDIS = Destination(address="10.0.0.3", tags=("redis",))
OPEN = FirewallRule(name="redis-in", network="my-vpc", protocols=(Ports("tcp", ("6379",)),), sources=("10.8.1.0/26",))
ALL = 10_000


def leg_of(
    rules: tuple[FirewallRule, ...],
    policies: tuple[FirewallPolicy, ...] = (),
    network: Network = NET,
    direction: str = "INGRESS",
    packet: Packet | None = None,
) -> tuple[Leg, tuple[NearMiss, ...]]:
    """What the firewall says, and the near misses, all of them."""
    ruleset = compile_rules(network, rules, policies, region=REGION)
    packet = packet or Packet(source=DIRECT, destination=REDIS, port=6379)
    verdict = evaluate_direction(ruleset, packet, direction)
    leg = Leg(network=network.name, direction=direction, packet=packet, verdict=verdict)
    return leg, near_misses(ruleset, rules, leg, policies, region=REGION, limit=ALL)


def why(*rules: FirewallRule, source: Source = DIRECT, policies: tuple[FirewallPolicy, ...] = ()) -> dict[str, str]:
    _, found = leg_of(rules, policies, packet=Packet(source=source, destination=REDIS, port=6379))
    return {miss.rule: miss.why_not for miss in found}


DENY = FirewallRule(name="deny-redis", network="my-vpc", action="deny", priority=800)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"disabled": True}, "disabled"),
        ({"network": "other-vpc"}, "belongs to network other-vpc, this is about my-vpc"),
        ({"priority": 65535}, "priority 65535: an allow there does not override the implied deny"),
        ({"protocols": (Ports("tcp", ("6380",)),)}, "tcp:6380, the packet goes to tcp:6379"),
        ({"protocols": (Ports("udp", ("6379",)),)}, "udp, the packet is tcp"),
        ({"protocols": (Ports("icmp"),)}, "icmp, the packet is tcp"),
        ({"sources": ("10.9.0.0/28",)}, "from 10.9.0.0/28, packets come from 10.8.1.0/26"),
        ({"sources": ("fd00::/8",)}, "from IPv6 ranges alone, packets come from 10.8.1.0/26"),
        ({"sources": ("10.8.1.0/27",)}, "only half: covers 10.8.1.0/27 of 10.8.1.0/26"),
        ({"sources": ("10.8.1.0/28",)}, "only a part: covers 10.8.1.0/28 of 10.8.1.0/26"),
        ({"target_tags": ("db",)}, "for machines with tag db; 10.0.0.3 has tags: redis"),
        (
            {"target_service_accounts": ("sb@x",)},
            "for machines of service account sb@x; 10.0.0.3 has none that is known",
        ),
        ({"destinations": ("10.0.1.0/24",)}, "to 10.0.1.0/24, the packet goes to 10.0.0.3"),
        (
            {"direction": "EGRESS", "destinations": ("10.0.0.3/32",)},
            "egress rule: wrong direction, this is about packets coming in",
        ),
        (
            {"sources": (), "source_tags": ("web",)},
            "source tag web: not matched for Direct VPC egress, says Google; name the range 10.8.1.0/26",
        ),
        (
            {"sources": (), "source_service_accounts": ("sa@x",)},
            "source service account sa@x: not matched for Direct VPC egress, says Google; name the range 10.8.1.0/26",
        ),
    ],
)
def test_the_one_reason(changes: dict[str, object], words: str) -> None:
    assert why(replace(OPEN, **changes)) == {"redis-in": words}


def test_two_reasons_are_no_near_miss() -> None:
    assert why(replace(OPEN, disabled=True, protocols=(Ports("tcp", ("6380",)),))) == {}
    assert why(replace(OPEN, target_tags=("db",), sources=("10.9.0.0/28",))) == {}
    assert why(replace(OPEN, protocols=(Ports("udp", ("53",)),))) == {}
    assert why(replace(OPEN, disabled=True, network="other-vpc")) == {}


def test_rules_that_come_too_late() -> None:
    late = why(DENY, replace(OPEN, priority=1200))
    assert late == {"redis-in": "priority 1200: deny-redis (priority 800) decides before it"}
    tie = why(DENY, replace(OPEN, priority=800))
    assert tie == {"redis-in": "same priority 800 as deny-redis: deny beats allow"}
    half = why(replace(DENY, sources=("10.8.1.32/27",)), OPEN)
    assert half["redis-in"] == "priority 1000: deny-redis (priority 800) decides before it for 10.8.1.32/27"


def test_a_change_that_would_not_be_enough_says_so() -> None:
    words = why(DENY, replace(OPEN, disabled=True))["redis-in"]
    assert words == "disabled; even then deny-redis (priority 800) decides before it"
    assert why(DENY, replace(OPEN, disabled=True, priority=700))["redis-in"] == "disabled"
    assert why(DENY, replace(OPEN, sources=("10.9.0.0/28",)))["redis-in"].endswith("decides before it")


def test_a_policy_is_enforced_before() -> None:
    shut = FirewallPolicy(name="guard", level="organization", rules=(PolicyRule(priority=5, action="deny"),))
    found = why(OPEN, policies=(shut,))
    assert found == {"redis-in": "rule 5 of policy guard (deny, priority 5) is enforced before it"}


def test_what_is_passed_on_is_not_seen_by_later_rules_of_the_policy() -> None:
    rules = (PolicyRule(priority=5, action="goto_next"), PolicyRule(priority=9, action="allow"))
    found = why(policies=(FirewallPolicy(name="guard", level="folder", rules=rules),))
    assert found == {
        "rule 9 of policy guard": "priority 9: rule 5 of policy guard (priority 5) passes the packet on before it"
    }


def test_a_rule_for_everything_the_other_way_does_not_look_like_it() -> None:
    assert why(replace(OPEN, direction="EGRESS", sources=(), protocols=(Ports("all"),))) == {}


@pytest.mark.parametrize("order", ["AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL"])
def test_a_disabled_rule_beside_a_network_policy(order: str) -> None:
    guard = FirewallPolicy(name="guard", level="global", rules=(PolicyRule(priority=5000, action="deny"),))
    _, found = leg_of((replace(OPEN, disabled=True),), (guard,), replace(NET, policy_order=order))
    late = "; even then rule 5000 of policy guard (priority 5000) decides before it"
    assert found[0].why_not == "disabled" + (late if order.startswith("BEFORE") else "")


def test_a_disabled_rule_after_one_of_the_connector() -> None:
    connector = connector_source(REGION, "c", "10.9.0.0/28")
    automatic = automatic_connector_rules(REGION, "c", "10.9.0.0/28", "my-vpc")
    off = FirewallRule(name="off", network="my-vpc", direction="EGRESS", priority=900, disabled=True)
    packet = Packet(source=connector, destination=Destination(address="35.199.224.1"), port=80)
    _, found = leg_of((*automatic, replace(off, protocols=(Ports("tcp"),))), direction="EGRESS", packet=packet)
    assert found[0].why_not == "disabled; even then aet-uscentral1-c-egrfw (priority 100) decides before it"


@pytest.mark.parametrize(("levels", "late"), [(("organization", "folder"), False), (("folder", "organization"), True)])
def test_a_disabled_rule_of_a_policy(levels: tuple[str, str], late: bool) -> None:
    """The organization comes before folders, whatever the priorities are."""
    on = FirewallPolicy(name="on", level=levels[1], rules=(PolicyRule(priority=5, action="deny"),))
    off = FirewallPolicy(name="off", level=levels[0], rules=(PolicyRule(priority=9, action="allow", disabled=True),))
    words = why(policies=(on, off))["rule 9 of policy off"]
    assert words == "disabled" + ("; even then rule 5 of policy on (priority 5) decides before it" if late else "")


def test_rules_of_other_networks_count_only_when_no_rule_decides() -> None:
    assert "redis-in" not in why(DENY, replace(OPEN, network="other-vpc"))


def test_after_a_migration_the_connectors_own_rules_are_named() -> None:
    automatic = automatic_connector_rules(REGION, "c", "10.9.0.0/28", "my-vpc")
    found = why(*automatic)
    assert list(found.values()) == [
        "from 10.9.0.0/28, packets come from 10.8.1.0/26",
        "source tag vpc-connector-us-central1-c: not matched for Direct VPC egress, says Google;"
        " name the range 10.8.1.0/26",
    ]


def test_the_tags_of_a_connector_are_told() -> None:
    connector = connector_source(REGION, "c", "10.8.1.0/28")
    words = why(replace(OPEN, sources=(), source_tags=("web",)), source=connector)["redis-in"]
    carried = "vpc-connector, vpc-connector-us-central1-c"
    assert words == f"source tag web; packets carry tags: {carried}; name the range 10.8.1.0/28"


def test_across_a_peering_no_tag_is_seen() -> None:
    rules = (replace(OPEN, sources=(), source_tags=("web",)),)
    leg, _ = leg_of(rules)
    (found,) = near_misses(compile_rules(NET, rules), rules, leg, across=True)
    assert found.why_not == "source tag web: no tag is seen across a peering; name the range 10.8.1.0/26"


def test_when_the_packet_passes_only_what_would_have_stopped_it_counts() -> None:
    others = (
        replace(OPEN, name="also", disabled=True),
        replace(DENY, priority=1500),
        replace(DENY, name="off", disabled=True),
    )
    assert why(OPEN, *others) == {
        "deny-redis": "priority 1500: redis-in (priority 1000) decides before it",
        "off": "disabled",
    }


def test_the_nearest_come_first_and_no_more_than_asked_for() -> None:
    ssh = [replace(OPEN, name=f"ssh-{n}", sources=(), protocols=(Ports("tcp", ("22",)),)) for n in range(20)]
    typo = replace(OPEN, name="typo", protocols=(Ports("tcp", ("6380",)),))
    tagged = replace(OPEN, name="tagged", sources=(), source_tags=("web",))
    off = replace(OPEN, name="off", disabled=True)
    rules = (*ssh, typo, off, tagged, replace(DENY, sources=("10.99.0.0/16",)))
    leg, everything = leg_of(rules)
    assert [miss.rule for miss in everything[:4]] == ["tagged", "off", "typo", "ssh-0"]
    assert everything[-1].rule == "deny-redis"
    assert near_misses(compile_rules(NET, rules), rules, leg) == everything[:8]


World = tuple[Network, tuple[FirewallRule, ...], tuple[FirewallPolicy, ...], Packet, str]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    rules = tuple(
        replace(rule, network=draw(st.sampled_from(("my-vpc", "my-vpc", "my-vpc", "other-vpc"))))
        for rule in draw(firewalls())
    )
    packet = Packet(
        source=draw(SOURCES),
        destination=draw(DESTINATIONS),
        protocol=draw(st.sampled_from(("tcp", "udp"))),
        port=draw(st.sampled_from(PORTS)),
    )
    return draw(NETWORKS), rules, draw(POLICIES), packet, draw(st.sampled_from(("INGRESS", "EGRESS")))


def matches(rule: FirewallRule, world: World) -> bool:
    """Whether the rule alone, as strong as can be, decides the packet for every address of the source (by oracle)."""
    direction = world[4]
    action = "allow" if direction == "INGRESS" else "deny"
    return set(verdicts((replace(rule, action=action, priority=min(rule.priority, 65534)),), (), world)) == {action}


def verdicts(rules: tuple[FirewallRule, ...], policies: tuple[FirewallPolicy, ...], world: World) -> Iterator[str]:
    network, _, _, packet, direction = world
    for address in ip_network(packet.source.range):
        yield oracle.decide(
            network,
            rules,
            policies,
            direction,
            packet.source,
            str(address),
            packet.destination,
            packet.protocol,
            packet.port or 0,
        )


def as_told(rule: FirewallRule, words: str, world: World) -> FirewallRule:
    """The rule with the change that the words ask for."""
    _, _, _, packet, direction = world
    words = words.partition("; even then")[0]
    if words == "disabled":
        return replace(rule, disabled=False)
    if found := re.match(r"belongs to network (\S+), this is about (\S+)", words):
        assert rule.network == found[1]
        return replace(rule, network=found[2])
    if re.match(r"priority 65535: an allow there", words):
        assert rule.priority == 65535
        return replace(rule, priority=65534)
    if found := re.search(r", the packet goes to (tcp|udp):(\d+)$", words):
        return replace(rule, protocols=(Ports(found[1], (found[2],)),))
    if found := re.search(r", the packet is (\w+)$", words):
        return replace(rule, protocols=tuple(Ports(found[1], entry.ports) for entry in rule.protocols))
    if found := re.search(r"name the range (\S+)$|packets come from (\S+)$|of (10\.\S+)$", words):
        return replace(rule, sources=(*rule.sources, found[1] or found[2] or found[3]))
    if found := re.search(r", the packet goes to ([\d.]+)$", words):
        return replace(rule, destinations=(f"{found[1]}/32",))
    if re.match(r"for (machines|senders) with tag", words):
        who = packet.source if direction == "EGRESS" else packet.destination
        return replace(rule, target_tags=who.tags)
    if re.match(r"for (machines|senders) of service account", words):
        who = packet.source if direction == "EGRESS" else packet.destination
        return replace(rule, target_service_accounts=who.service_accounts)
    raise AssertionError(words)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_change_that_the_words_name_makes_the_rule_match(world: World) -> None:
    network, rules, policies, packet, direction = world
    _, found = leg_of(rules, policies, network, direction, packet)
    by_name = {rule.name: rule for rule in rules}
    for miss in found:
        rule = by_name.get(miss.rule)
        if rule is None:
            continue
        event(re.sub(r"[\d./]+|sa@x|sb@x|web|db|app", "…", miss.why_not)[:30])
        if (
            re.search(r"is enforced before it|decides before it|beats", miss.why_not)
            and "even then" not in miss.why_not
        ):
            assert matches(rule, world)
        elif "wrong direction" in miss.why_not:
            other: World = (network, rules, policies, packet, rule.direction)
            assert matches(replace(rule, direction=direction), world) or matches(rule, other)
        else:
            assert not matches(rule, world) or rule.priority == 65535
            changed = as_told(rule, miss.why_not, world)
            assert matches(changed, world)
            first = replace(changed, priority=0, name="first")
            assert set(verdicts((first,), (), world)) == {rule.action} or rule.action == "deny"


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_even_then_is_true(world: World) -> None:
    """With the change made in place, the verdict is what the rule wants for all of the source, or the words said so."""
    network, rules, policies, packet, direction = world
    leg, found = leg_of(rules, policies, network, direction, packet)
    by_name = {rule.name: rule for rule in rules}
    wanted = "deny" if leg.verdict.action == "allow" else "allow"
    for miss in found:
        rule = by_name.get(miss.rule)
        late = re.search(r"is enforced before it|before it|beats", miss.why_not)
        if rule is None or rule.action != wanted or "wrong direction" in miss.why_not:
            continue
        if late and "even then" not in miss.why_not:
            assert set(verdicts(rules, policies, world)) != {wanted}
            continue
        changed = as_told(rule, miss.why_not, world)
        others = tuple(changed if one is rule else one for one in rules)
        assert (set(verdicts(others, policies, world)) != {wanted}) == bool(late)


def one_change(rule: FirewallRule, world: World) -> Iterator[FirewallRule]:
    """The rule with one thing made to fit, in every way there is, but for its direction."""
    packet = world[3]
    port = str(packet.port)
    yield replace(rule, disabled=False)
    yield replace(rule, network="my-vpc")
    yield replace(rule, protocols=tuple(Ports(packet.protocol, entry.ports) for entry in rule.protocols))
    yield replace(rule, protocols=tuple(Ports(entry.protocol, (port,)) for entry in rule.protocols))
    yield replace(rule, sources=(packet.source.range,))
    yield replace(rule, destinations=(f"{packet.destination.address}/32",))
    yield replace(rule, target_tags=(), target_service_accounts=())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_none_is_forgotten_and_none_is_invented(world: World) -> None:
    """Every rule that wants another outcome: one that comes too late, or that one change makes match."""
    network, rules, policies, packet, direction = world
    leg, found = leg_of(rules, policies, network, direction, packet)
    outcome = set(verdicts(rules, policies, world))
    wanted = "allow" if "deny" in outcome else "deny"
    implied = all(p.decided_by.name.startswith("implied") for p in leg.verdict.pieces if p.decided_by.action == "deny")
    expected = set()
    for rule in rules:
        if rule.direction != direction or rule.action != wanted:
            continue
        if rule.network != "my-vpc" and (wanted == "deny" or not implied):
            continue
        idle = direction == "INGRESS" and rule.action == "allow" and rule.priority == 65535
        if matches(rule, world) or (not idle and any(matches(other, world) for other in one_change(rule, world))):
            expected.add(rule.name)
    told = {miss.rule for miss in found if "wrong direction" not in miss.why_not}
    named = {rule.name for rule in rules if rule.action == wanted}
    assert told & named == expected
