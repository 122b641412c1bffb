"""What must hold of every trace, whatever the project."""

from __future__ import annotations

import random
from ipaddress import ip_network

from google.cloud import network_management_v1 as google
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.trace.small_paths import ASKED, GOALS, MACHINES, NET, ODD_GOALS, ODD_ORIGINS, ORIGINS, facts, odd_facts
from tests.trace.test_words import OWN
from wizard.network.fewest_rules import Want, fewest_rules
from wizard.network.firewall import Action
from wizard.network.path import trace
from wizard.network.ruleset import INGRESS
from wizard.network.topology import Facts, Topology
from wizard.network.tracing import ABORT, DELIVER, DROP, Goal, Leg, Origin, Trace
from wizard.records import FirewallRule, Ports
from wizard.trace.document import trace_document
from wizard.trace.explain import explain

SENDERS = st.sampled_from(ORIGINS)
INSIDE = st.sampled_from(tuple(origin for origin in ORIGINS if origin.range))

STATES = set(google.Step.State.__members__)
CAUSES = {
    DELIVER: {""},
    DROP: set(google.DropInfo.Cause.__members__),
    ABORT: set(google.AbortInfo.Cause.__members__),
}
KINDS = set(google.FirewallInfo.FirewallRuleType.__members__)
ROUTES = {f"{kind}_ROUTE" for kind in google.RouteInfo.RouteType.__members__}

EXACT = "exact"
"""The name of a rule that a test adds."""


def _whole(found: Trace) -> None:
    """Verdict, cause, hops and what decides fit together, in Google's words."""
    assert found.cause in CAUSES[found.verdict]
    assert {hop.state for hop in found.hops} <= STATES
    assert found.hops[-1].state in (found.verdict, "FORWARD", "NAT")
    assert 0 <= found.deciding < len(found.hops)
    assert found.decided_by is None or found.decided_by.kind in KINDS | ROUTES | OWN | {"NO_ROUTE"}
    assert found.verdict == DELIVER or found.hops[-1].detail
    assert len(found.verify) == len(set(found.verify))


@settings(max_examples=120, deadline=None)
@given(facts(), SENDERS, GOALS)
def test_every_part_of_a_trace_fits(world: Facts, origin: Origin, goal: Goal) -> None:
    found = trace(Topology(world), origin, goal)
    event(found.cause or found.verdict)
    _whole(found)
    assert found.verdict != DROP or found.decided_by is not None


@settings(max_examples=150, deadline=None)
@given(odd_facts(), ODD_ORIGINS, ODD_GOALS)
def test_nothing_that_a_cloud_may_send_breaks_it(world: Facts, origin: Origin, goal: Goal) -> None:
    topology = Topology(world)
    found = trace(topology, origin, goal)
    event(found.cause or found.verdict)
    _whole(found)
    told = explain(topology, found)
    assert trace_document(found, told.near, told.rows)["cause"] == found.cause


@settings(max_examples=120, deadline=None)
@given(facts(), SENDERS, GOALS, st.integers())
def test_the_order_of_lists_does_not_matter(world: Facts, origin: Origin, goal: Goal, seed: int) -> None:
    def mixed(values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.Random(seed).sample(values, len(values)))

    lists = ("networks", "subnets", "routes", "peering_routes", "rules", "instances", "addresses", "connectors")
    topology = Topology(world)
    other = topology.replaced(**{name: mixed(getattr(world, name)) for name in lists})
    assert trace(topology, origin, goal) == trace(other, origin, goal) == trace(topology, origin, goal)


@settings(max_examples=120, deadline=None)
@given(facts(), INSIDE, GOALS)
def test_a_range_is_delivered_when_each_address_is(world: Facts, origin: Origin, goal: Goal) -> None:
    topology = Topology(world)
    found = trace(topology, origin, goal)
    assume(not any(leg.packet.source.kind == "vm" for leg in found.legs))
    alone = [trace(topology, replace(origin, range=f"{one}/32"), goal).delivered for one in ip_network(origin.range)]
    partly = any(leg.verdict.action is Action.PARTLY for leg in found.legs)
    event("partly" if partly else found.verdict)
    assert found.delivered is all(alone)
    assert partly or len(set(alone)) == 1


def _met(found: Trace) -> Leg:
    """The ingress firewall of the network that the packet met last, decided by a classic rule or by none."""
    assume(found.legs and found.legs[-1].direction == INGRESS)
    leg = found.legs[-1]
    assume(leg.packet.source.kind != "vm" and leg.verdict.action in (Action.ALLOW, Action.DENY))
    return leg


def _exact(leg: Leg, priority: int, action: str) -> FirewallRule:
    return FirewallRule(
        name=EXACT,
        network=leg.network,
        priority=priority,
        action=action,
        protocols=(Ports(leg.packet.protocol, (str(leg.packet.port),)),),
        sources=(leg.packet.source.range,),
        destinations=(f"{leg.packet.destination.address}/32",),
    )


@settings(max_examples=120, deadline=None)
@given(facts(classic=True), INSIDE, MACHINES)
def test_the_smallest_number_wins_and_deny_wins_a_tie(world: Facts, origin: Origin, goal: Goal) -> None:
    topology = Topology(world)
    leg = _met(trace(topology, origin, goal))
    verdict = leg.verdict
    priority = min(piece.decided_by.priority for piece in verdict.pieces)
    assume(priority >= 1)

    def decides(number: int, action: str) -> tuple[bool, Action]:
        new = topology.replaced(rules=(*topology.facts.rules, _exact(leg, number, action)))
        after = next(one for one in trace(new, origin, goal).legs[::-1] if one.direction == INGRESS)
        return after.verdict.decided_by.name == EXACT, after.verdict.action

    assert decides(priority - 1, "allow") == (True, Action.ALLOW)
    assert decides(priority - 1, "deny") == (True, Action.DENY)
    if {piece.decided_by.priority for piece in verdict.pieces} == {priority}:
        assert decides(priority, "deny")[1] is Action.DENY
        assert decides(priority, "allow")[1] is verdict.action
    event(f"{verdict.decided_by.kind} {verdict.action}")


@settings(max_examples=120, deadline=None)
@given(facts(), INSIDE, MACHINES, st.sampled_from(("allow", "deny")))
def test_a_rule_that_cannot_match_changes_nothing(world: Facts, origin: Origin, goal: Goal, action: str) -> None:
    topology = Topology(world)
    found = trace(topology, origin, goal)
    leg = _met(found)
    rule = _exact(leg, 0, action)
    idle = (
        replace(rule, disabled=True),
        replace(rule, network="other"),
        replace(rule, direction="EGRESS", destinations=("192.0.2.1/32",)),
        replace(rule, protocols=(Ports(leg.packet.protocol, (str((leg.packet.port or 0) ^ 1),)),)),
        replace(rule, protocols=(Ports("sctp"),)),
        replace(rule, sources=("192.0.2.0/24",)),
        replace(rule, sources=("::/0",)),
        replace(rule, destinations=("10.0.0.98/32",)),
        replace(rule, target_tags=("nobody",)),
        replace(rule, target_service_accounts=("nobody@x",)),
        replace(rule, sources=(), source_tags=("nobody",)),
    )
    for one in idle:
        assert trace(topology.replaced(rules=(*world.rules, one)), origin, goal) == found


def _everything(topology: Topology) -> dict[tuple[str, str, int], str]:
    """The verdict of every sender to every address and some ports."""
    return {
        (origin.resource, address, port): trace(topology, origin, _goal(address, port)).verdict
        for origin in ORIGINS
        for address in ASKED
        for port in (79, 80, 443)
    }


def _goal(address: str, port: int) -> Goal:
    return Goal(label=address, host=address, address=address, port=port)


def _opened(topology: Topology, origin: Origin, goal: Goal) -> Topology | None:
    """With the proposed rules, firewall by firewall as the packet meets them; None when one cannot be opened."""
    for _ in ("egress", "ingress", "end"):
        found = trace(topology, origin, goal)
        if not _stopped(found):
            return topology
        leg = found.legs[-1]
        opening = fewest_rules(
            topology.ruleset_for(origin, NET),
            leg.packet.source,
            (Want(label=goal.label, destination=leg.packet.destination, port=goal.port or 0),),
            network=NET,
            prefix="new",
            directions=(leg.direction,),
        )
        if opening.cannot_fix:
            return None
        assert len(opening.rules) == 1
        topology = topology.replaced(rules=(*topology.facts.rules, *opening.rules))
    raise AssertionError(f"still closed with {topology.facts.rules}")


def _stopped(found: Trace) -> bool:
    """Whether a firewall stops the packet itself, not what a connector cannot do without."""
    leg = found.legs[-1] if found.verdict == DROP and found.legs else None
    return leg is not None and leg.verdict.action is not Action.ALLOW and leg.packet.source.kind != "vm"


@settings(max_examples=60, deadline=None)
@given(facts(), INSIDE, st.sampled_from(ASKED[:3]), st.sampled_from((79, 80, 443)))
def test_proposed_rules_flip_what_is_wanted_alone(world: Facts, origin: Origin, address: str, port: int) -> None:
    topology, goal = Topology(world), _goal(address, port)
    before = trace(topology, origin, goal)
    assume(_stopped(before))
    opened = _opened(topology, origin, goal)
    if opened is None:
        event("cannot be opened")
        return
    after = trace(opened, origin, goal)
    event(f"{len(opened.facts.rules) - len(world.rules)} rules: {after.cause or after.verdict}")
    then, now = _everything(topology), _everything(opened)
    changed = {one for one in then if then[one] != now[one]}
    assert changed <= {(one.resource, address, port) for one in ORIGINS if one.range == origin.range}
    assert ((origin.resource, address, port) in changed) is after.delivered
    assert after.delivered or after.cause in ("INSTANCE_NOT_RUNNING", "UNKNOWN_INTERNAL_ADDRESS")
    removed = opened.replaced(rules=tuple(rule for rule in opened.facts.rules if not rule.name.startswith("new-")))
    assert trace(removed, origin, goal) == before
    assert _everything(removed) == then
