"""The rules of a firewall in the order in which one packet meets them, each with what came of it."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.network.intervals import text
from wizard.network.judging import PASSES_ON, Intervals, Judged, Judgement, judge
from wizard.network.miss_words import condition_words, late_words, miss_words
from wizard.network.ruleset import (
    AUTOMATIC,
    CLASSIC,
    GLOBAL_POLICY,
    HIERARCHICAL,
    INGRESS,
    LOWEST_PRIORITY,
    REGIONAL_POLICY,
    Ruleset,
)
from wizard.network.tracing import Leg, RuleRow

DECIDES, PASSED_ON, NO_MATCH, NOT_REACHED = "decides", "passes on", "no match", "not reached"
PERHAPS = "may match"

_LAYERS = {
    HIERARCHICAL: "hierarchical policy",
    GLOBAL_POLICY: "global policy",
    REGIONAL_POLICY: "regional policy",
    CLASSIC: "firewall rules of",
    AUTOMATIC: "firewall rules of",
}


def rule_rows(ruleset: Ruleset, leg: Leg, *, around: int | None = None, across: bool = False) -> tuple[RuleRow, ...]:
    """Every rule in force of the leg's direction, the implied one last.

    With `around` about that many rows: those next to each rule that decides, and as many again of others that match.
    `across` says that the packet came over a peering. Linear in the number of rules; only the rows that stay get words.
    """
    judgement = judge(ruleset, leg)
    kept = range(len(judgement.rules)) if around is None else _window(judgement, around)
    rows = [_row(judgement, judgement.rules[number], leg.network, across) for number in kept]
    return (*rows, _implied(judgement, leg.direction))


def _window(judgement: Judgement, around: int) -> Iterable[int]:
    """Numbers of the rows near the deciding ones, and of others that match."""
    rules, half = judgement.rules, max(around, 1) // 2
    deciding = [number for number, judged in enumerate(rules) if judged.takes] or [len(rules)]
    near = {
        number
        for place in deciding[: max(around, 1)]
        for number in range(max(place - half, 0), min(place + half + 1, len(rules)))
    }
    matching = [number for number, judged in enumerate(rules) if not judged.misses]
    return sorted({*near, *matching[:around]})


def _row(judgement: Judgement, judged: Judged, network: str, across: bool) -> RuleRow:
    decider = judged.rule.decider
    outcome, why = _outcome(judgement, judged, across)
    return RuleRow(
        layer=f"{_LAYERS.get(decider.kind, decider.kind)} {decider.policy or network}",
        rule=decider.name,
        priority=decider.priority,
        action=decider.action,
        outcome=outcome,
        why=why,
    )


def _outcome(judgement: Judgement, judged: Judged, across: bool) -> tuple[str, str]:
    asked = judgement.question
    if judged.takes:
        outcome = PASSED_ON if judged.rule.decider.action == PASSES_ON else DECIDES
        return outcome, _for(judged.takes, judgement)
    if not judged.open:
        return NOT_REACHED, _before(judgement, judged)
    if judged.perhaps:
        return PERHAPS, condition_words(judged.rule)
    if not judged.misses or judged.reach:
        return NOT_REACHED, _before(judgement, judged)
    return NO_MATCH, miss_words(judged.rule, judged.misses[0], asked, across=across)


def _before(judgement: Judgement, judged: Judged) -> str:
    """Who had the packets before a rule that would have matched; nothing for one that would not."""
    if judged.misses and not judged.reach:
        return ""
    first = next(judgement.earlier(judged), None)
    return late_words(judged.rule.decider, first, judgement.question) if first is not None else ""


def _for(part: Intervals, judgement: Judgement) -> str:
    if part == (judgement.question.whole,):
        return ""
    return f"for {', '.join(text(*interval) for interval in part)}"


def _implied(judgement: Judgement, direction: str) -> RuleRow:
    decides = bool(judgement.rest)
    return RuleRow(
        layer="implied",
        rule=f"implied {'deny ingress' if direction == INGRESS else 'allow egress'}",
        priority=LOWEST_PRIORITY,
        action="deny" if direction == INGRESS else "allow",
        outcome=DECIDES if decides else NOT_REACHED,
        why=_for(judgement.rest, judgement) if decides else "",
    )
