"""Would the firewall let this packet through, and which rule says so?

A verdict holds for the whole source: rules that treat its addresses differently give `partly`, with each part's rule.
"""

from __future__ import annotations

from enum import StrEnum
from operator import itemgetter

from msgspec import Struct, structs

from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.intervals import Interval, normalise, parse_found, split, text
from wizard.network.packets import Destination, Packet, Source, connector_source, protocol_name
from wizard.network.ruleset import (
    EGRESS,
    IMPLIED,
    INGRESS,
    LOWEST_PRIORITY,
    Decider,
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
    """What happens to the packets: `unknown` means a rule with an action that this program does not know."""

    ALLOW = "allow"
    DENY = "deny"
    PARTLY = "partly"
    UNKNOWN = "unknown"


class Piece(Struct, frozen=True):
    """A part of the source (`10.8.0.0/28` or `FIRST-LAST`) and the rule that decides for it."""

    range: str
    decided_by: Decider


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer. `decided_by` is the rule that decides, or with `partly` the first one that does not allow."""

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

_Part = tuple[tuple[Interval, ...], Decider]


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
    parts: list[_Part] = []
    for view in rules.views(packet.source, direction, undecided):
        undecided = _walk(view, packet, address, undecided, parts)
        if not undecided:
            break
    if undecided:
        parts.append((undecided, _IMPLIED[direction]))
    return _verdict(parts, direction)


def _walk(
    view: LayerView, packet: Packet, address: int, undecided: tuple[Interval, ...], parts: list[_Part]
) -> tuple[Interval, ...]:
    """Let one layer decide what it can; what it passes on or does not mention is returned."""
    passed: tuple[Interval, ...] = ()
    for _, rule, reach in view.candidates(packet):
        if not undecided:
            break
        if not rule.covers(packet, address):
            continue
        inside, undecided = split(undecided, reach)
        if inside and rule.decider.action == "goto_next":
            passed += inside
        elif inside:
            parts.append((inside, rule.decider))
    return normalise((*passed, *undecided))


def _verdict(parts: list[_Part], direction: str) -> Verdict:
    actions = {_action(decider) for _, decider in parts}
    action = actions.pop() if len(actions) == 1 else Action.PARTLY
    deciders = [decider for _, decider in parts]
    stops = (decider for decider in deciders if _action(decider) is not Action.ALLOW)
    pieces = [(interval, decider) for intervals, decider in parts for interval in intervals]
    return Verdict(
        action=action,
        direction=direction,
        decided_by=next(stops, deciders[0]),
        pieces=tuple(Piece(text(*interval), decider) for interval, decider in sorted(pieces, key=itemgetter(0))),
    )


def _action(decider: Decider) -> Action:
    return Action(decider.action) if decider.action in ("allow", "deny") else Action.UNKNOWN


def _interval(cidr: str) -> Interval:
    interval = parse_found(cidr)
    if interval is None:
        raise ValueError(f"{cidr} is not an IPv4 address or range")
    return interval
