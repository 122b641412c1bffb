"""Firewall rules that look as if they decided a packet, and the reason why each cannot.

A rule is one when it would match if exactly one thing about it were different, or when it matches and comes too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest

from wizard.network.firewall import Action
from wizard.network.idle_rules import EnforcementOrder, Idle, idle_rules
from wizard.network.intervals import Interval
from wizard.network.judging import PASSES_ON, Judgement, Miss, Question, Took, examine, judge
from wizard.network.miss_words import even_then, late_words, miss_words, rule_name
from wizard.network.packets import DIRECT
from wizard.network.ruleset import AUTOMATIC, IMPLIED, INGRESS, CompiledRule, Ruleset
from wizard.network.tracing import Leg, NearMiss
from wizard.records import FirewallPolicy, FirewallRule

LIMIT = 8

_TOO_LATE, _UNSEEN, _SMALL, _DIMENSION, _DIRECTION, _NETWORK = range(6)
"""How near a miss is, nearest first; `_SMALL`: disabled, only a part of the source, priority 65535."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A near miss before it has words. `miss` is None for those that `why` explains already."""

    rule: CompiledRule
    rank: int
    miss: Miss | None = None
    why: str = ""
    late: Took | None = None
    network: str = ""


def near_misses(
    ruleset: Ruleset,
    rules: Iterable[FirewallRule],
    leg: Leg,
    policies: Iterable[FirewallPolicy] = (),
    *,
    region: str = "",
    across: bool = False,
    limit: int = LIMIT,
) -> tuple[NearMiss, ...]:
    """The rules nearest to deciding the leg's packet otherwise, nearest first; then those that only look like it.

    `ruleset` is the one that gave the leg its verdict, `rules` and `policies` (those of the leg's network) are the
    records, of which some are not in force. `across` says that the packet came over a peering. When the packet passes,
    only rules that would have stopped it count. Linear in the number of rules.
    """
    action = leg.verdict.action
    if action is Action.UNKNOWN:
        return ()
    judgement = judge(ruleset, leg)
    wanted = "deny" if action is Action.ALLOW else "allow"
    found = [*_in_force(judgement, wanted), *_other_way(ruleset, judgement, wanted)]
    policies = tuple(policies)
    order = EnforcementOrder(policies, region=region, policies_first=ruleset.policies_first)
    idle = idle_rules(rules, policies, leg, region=region, foreign=_only_implied(leg))
    found += _not_in_force(idle, order, judgement, wanted)
    if wanted == "allow":
        found += [one for one in _in_force(judgement, "deny") if one.rank != _TOO_LATE]
        found += [one for one in _not_in_force(idle, order, judgement, "deny") if one.rank != _NETWORK]
    asked = judgement.question
    nearest = nsmallest(limit, found, key=lambda one: _order(one, asked, wanted))
    return tuple(_worded(one, asked, leg, across, wanted) for one in nearest)


def _only_implied(leg: Leg) -> bool:
    """Whether the implied rule alone stops the packet: then a rule in the wrong network is a likely slip."""
    stops = [p.decided_by for p in leg.verdict.pieces if p.decided_by.action != "allow"]
    return bool(stops) and all(stop.kind == IMPLIED for stop in stops)


def _in_force(judgement: Judgement, action: str) -> Iterator[_Found]:
    """Rules with this action that match and come too late, or that miss in one thing."""
    for judged in judgement.rules:
        rule = judged.rule
        if rule.decider.action != action or len(judged.misses) > 1:
            continue
        late = _late(judgement.earlier(judged), action)
        if judged.misses and judged.misses[0] is not Miss.OTHER and not (judged.takes and action == "deny"):
            miss = judged.misses[0]
            yield _Found(rule, _rank(rule, miss, judgement.question), miss=miss, late=late)
        elif late is not None and not judged.misses:
            yield _Found(rule, _TOO_LATE, late=late)


def _late(earlier: Iterable[Took], action: str) -> Took | None:
    """The first that had packets before and does not want what the rule wants."""
    return next((took for took in earlier if took.decider.action != action), None)


def _rank(rule: CompiledRule, miss: Miss, asked: Question) -> int:
    if miss is Miss.PART:
        return _SMALL
    source = asked.packet.source
    if miss is Miss.SOURCE and source.kind == DIRECT:
        seen = rule.source_tags.intersection(source.tags) or rule.source_accounts.intersection(source.service_accounts)
        return _UNSEEN if seen else _DIMENSION
    return _DIMENSION


def _other_way(ruleset: Ruleset, judgement: Judgement, action: str) -> Iterator[_Found]:
    """Rules of the other direction that mean this very packet; those that mean every packet do not look like it."""
    asked = judgement.question
    for layer in ruleset.layers:
        for rule in layer:
            decider = rule.decider
            if rule.direction == asked.direction or decider.action != action or decider.kind == AUTOMATIC:
                continue
            if _names_something(rule) and _means(rule, asked):
                yield _Found(rule, _DIRECTION, why=_wrong_way(asked.direction))


def _names_something(rule: CompiledRule) -> bool:
    return rule.destinations is not None or "all" not in rule.protocols


def _means(rule: CompiledRule, asked: Question) -> bool:
    """Whether the rule matches where it is enforced, or would match here if only its direction were this one."""
    if not examine(rule, asked)[0]:
        return True
    if rule.source_tags or rule.source_accounts:
        return False
    return not examine(replace(rule, direction=asked.direction), asked)[0]


def _wrong_way(direction: str) -> str:
    if direction == INGRESS:
        return "egress rule: wrong direction, this is about packets coming in"
    return "ingress rule: wrong direction, this is about packets going out"


def _not_in_force(idle: Iterable[Idle], order: EnforcementOrder, judgement: Judgement, action: str) -> Iterator[_Found]:
    """Rules that match in everything, but are disabled, too weak, or of another network."""
    for one in idle:
        rule = one.rule
        if rule.decider.action != action or examine(rule, judgement.question)[0]:
            continue
        before = (
            took
            for took in judgement.took
            if took.decider.action != PASSES_ON and order.key(took.decider) < order.key(rule.decider)
        )
        rank = _NETWORK if one.network else _SMALL
        yield _Found(rule, rank, why=one.why, late=_late(before, action), network=one.network)


def _order(one: _Found, asked: Question, wanted: str) -> tuple[bool, bool, int, bool, int, int, int, str]:
    decider = one.rule.decider
    even = one.late is not None and one.rank != _TOO_LATE
    return (
        decider.action != wanted,
        decider.kind == AUTOMATIC,
        one.rank,
        even,
        -_specific(one),
        _distance(one, asked),
        decider.priority,
        decider.name,
    )


def _specific(one: _Found) -> int:
    """How many things the rule names and gets right: the more, the more it looks like the one that was meant."""
    rule, miss = one.rule, one.miss
    return sum(
        (
            rule.sources is not None and miss is not Miss.SOURCE,
            rule.destinations is not None and miss is not Miss.DESTINATION,
            bool(rule.target_tags or rule.target_accounts) and miss is not Miss.TARGET,
            "all" not in rule.protocols and miss not in (Miss.PROTOCOL, Miss.PORT),
        )
    )


def _distance(one: _Found, asked: Question) -> int:
    """How far the nearest range or port of the rule is from the packet's."""
    rule, port = one.rule, asked.packet.port
    if one.miss is Miss.PORT and port is not None:
        return _gap((port, port), rule.protocols.get(asked.packet.protocol, ()))
    if one.miss is Miss.SOURCE:
        return _gap(asked.whole, rule.sources or ())
    if one.miss is Miss.DESTINATION:
        return _gap((asked.address, asked.address), rule.destinations or ())
    return 0


def _gap(one: Interval, others: tuple[Interval, ...]) -> int:
    return min((max(first - one[1], one[0] - last, 0) for first, last in others), default=1 << 32)


def _worded(one: _Found, asked: Question, leg: Leg, across: bool, wanted: str) -> NearMiss:
    rule = one.rule
    if one.rank == _TOO_LATE and one.late is not None:
        why = late_words(rule.decider, one.late, asked)
    else:
        why = one.why or miss_words(rule, one.miss or Miss.OTHER, asked, across=across)
        if one.late is not None and rule.decider.action == wanted:
            why += even_then(one.late, asked)
    return NearMiss(
        rule=rule_name(rule.decider), why_not=why, direction=leg.direction, network=one.network or leg.network
    )
