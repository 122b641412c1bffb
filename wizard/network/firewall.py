"""Would the firewall let this packet through, and which rule says so?

A verdict holds for the whole source: rules that treat its addresses differently give `partly`, with each part's rule.
Rules with conditions that cannot be judged may match or not; where that makes a difference the verdict is `unknown`.
"""

from __future__ import annotations

from enum import StrEnum
from operator import itemgetter

from msgspec import Struct, structs

from wizard.network.conditions import Part, settled
from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.decider import Decider
from wizard.network.intervals import Interval, normalise, parse_found, split, text
from wizard.network.packets import Destination, Packet, Source, connector_source, protocol_name
from wizard.network.ruleset import (
    EGRESS,
    IMPLIED,
    INGRESS,
    LOWEST_PRIORITY,
    LayerView,
    Ruleset,
    compile_rules,
)

__all__ = [
    "Action",
    "Decider",
    "Destination",
    "Packet",
    "Piece",
    "Ruleset",
    "Source",
    "Verdict",
    "automatic_connector_rules",
    "compile_rules",
    "connector_source",
    "evaluate",
    "evaluate_direction",
]


class Action(StrEnum):
    """What happens to the packets: `unknown` means a rule with an action or a condition that cannot be judged."""

    ALLOW = "allow"
    DENY = "deny"
    PARTLY = "partly"
    UNKNOWN = "unknown"


class Piece(Struct, frozen=True):
    """A part of the source (`10.8.0.0/28` or `FIRST-LAST`) and the rule that decides for it."""

    range: str
    decided_by: Decider


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer. `decided_by` is the rule that decides; with `partly` the first that stops, with `unknown` the first
    that may."""

    action: Action
    direction: str
    decided_by: Decider
    pieces: tuple[Piece, ...]

    @property
    def kind(self) -> str:
        return self.decided_by.kind


_IMPLIED = {
    INGRESS: Decider(kind=IMPLIED, name="implied deny ingress", priority=LOWEST_PRIORITY, action="deny"),
    EGRESS: Decider(kind=IMPLIED, name="implied allow egress", priority=LOWEST_PRIORITY, action="allow"),
}

_Decided = tuple[tuple[Interval, ...], Decider]


def evaluate(rules: Ruleset, packet: Packet) -> Verdict:
    """The verdict of the egress rules at the source and the ingress rules at the destination together.

    Whichever stops the packet answers, egress first. Behind private services access only egress rules count.
    """
    leaving = evaluate_direction(rules, packet, EGRESS)
    if packet.destination.managed or leaving.action is Action.DENY:
        return leaving
    arriving = evaluate_direction(rules, packet, INGRESS)
    if arriving.action is Action.DENY or leaving.action is Action.ALLOW:
        return arriving
    return leaving


def evaluate_direction(rules: Ruleset, packet: Packet, direction: str) -> Verdict:
    """The verdict of one direction's rules alone."""
    packet = structs.replace(packet, protocol=protocol_name(packet.protocol))
    whole, address = _interval(packet.source.range), _interval(packet.destination.address)[0]
    undecided: tuple[Interval, ...] = (whole,)
    parts: list[Part] = []
    for view in rules.views(packet.source, direction, undecided):
        undecided = _walk(view, packet, address, undecided, parts)
        if not undecided:
            break
    if undecided:
        parts.append((undecided, _IMPLIED[direction], False))
    unsure = any(perhaps for _, _, perhaps in parts)
    return _verdict(settled(parts) if unsure else [(part, decider) for part, decider, _ in parts], direction)


def _walk(
    view: LayerView, packet: Packet, address: int, undecided: tuple[Interval, ...], parts: list[Part]
) -> tuple[Interval, ...]:
    """Let one layer decide what it can; what it passes on or does not mention is returned.

    What a rule may match goes two ways: the rule is noted, and the packets go on as if it did not match.
    """
    passed: tuple[Interval, ...] = ()
    for _, rule, reach in view.candidates(packet):
        if not undecided:
            break
        if not rule.covers(packet, address):
            continue
        inside, outside = split(undecided, reach)
        if not inside:
            continue
        perhaps, passes_on = rule.perhaps(packet.source), rule.decider.action == "goto_next"
        if passes_on:
            passed += inside
        if perhaps or not passes_on:
            parts.append((inside, rule.decider, perhaps))
        if not perhaps:
            undecided = outside
    return normalise((*passed, *undecided))


def _verdict(parts: list[_Decided], direction: str) -> Verdict:
    deciders = [decider for _, decider in parts]
    actions = {_action(decider) for decider in deciders}
    action = Action.PARTLY if Action.DENY in actions else Action.UNKNOWN
    if len(actions) == 1:
        action = actions.pop()
    telling = {Action.PARTLY: Action.DENY}.get(action, action)
    tells = (decider for decider in deciders if _action(decider) is telling)
    pieces = [(interval, decider) for intervals, decider in parts for interval in intervals]
    return Verdict(
        action=action,
        direction=direction,
        decided_by=next(tells),
        pieces=tuple(Piece(text(*interval), decider) for interval, decider in sorted(pieces, key=itemgetter(0))),
    )


def _action(decider: Decider) -> Action:
    return Action(decider.action) if decider.action in ("allow", "deny") else Action.UNKNOWN


def _interval(cidr: str) -> Interval:
    interval = parse_found(cidr)
    if interval is None:
        raise ValueError(f"{cidr} is not an IPv4 address or range")
    return interval
