"""Rule by rule: does it match this packet, what stands in the way, and who had the packet before it.

The evaluator answers fast and with the deciding rule alone; this walk looks at every rule, to explain the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import structs

from wizard.network.decider import Decider
from wizard.network.intervals import Interval, normalise, parse_found, split
from wizard.network.packets import VM, Packet, protocol_name
from wizard.network.ruleset import EGRESS, CompiledRule, Ruleset
from wizard.network.tracing import Leg

Intervals = tuple[Interval, ...]

PASSES_ON = "goto_next"


class Miss(StrEnum):
    """In what a rule differs from a packet. `part`: its source is a part of the packet's."""

    PROTOCOL = "protocol"
    PORT = "port"
    DESTINATION = "destination"
    TARGET = "target"
    SOURCE = "source"
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A packet at a firewall, with its addresses as numbers."""

    packet: Packet
    direction: str
    whole: Interval
    address: int


@dataclass(frozen=True, slots=True)
class Took:
    """A part of the source that a rule decided or passed on, in one layer."""

    decider: Decider
    part: Intervals
    layer: int


@dataclass(slots=True)
class Judged:
    """A rule in force. `misses` is empty when it matches the whole source; `reach` is the part of the source that it
    matches, `takes` what was left of that for it: nothing if it only may match, which `perhaps` tells.

    `earlier` counts the entries of `Judgement.took` that came before it, `open` says whether any packet came so far.
    """

    rule: CompiledRule
    layer: int
    misses: tuple[Miss, ...]
    reach: Intervals
    takes: Intervals
    earlier: int
    open: bool
    perhaps: bool = False


@dataclass(slots=True)
class Judgement:
    """Every rule of one direction in order of evaluation. `rest` is what no rule decided."""

    question: Question
    rules: list[Judged] = field(default_factory=list)
    took: list[Took] = field(default_factory=list)
    rest: Intervals = ()

    def earlier(self, judged: Judged) -> Iterator[Took]:
        """Who had packets before this rule: deciders, and those of its own layer that pass on."""
        for took in self.took[: judged.earlier]:
            if took.decider.action != PASSES_ON or took.layer == judged.layer:
                yield took


def question_of(leg: Leg) -> Question:
    """The leg's packet as the rules are asked."""
    packet = structs.replace(leg.packet, protocol=protocol_name(leg.packet.protocol))
    whole, address = parse_found(packet.source.range), parse_found(packet.destination.address)
    if whole is None or address is None:
        raise ValueError(f"{packet.source.range} or {packet.destination.address} is not IPv4")
    return Question(packet, leg.direction, whole, address[0])


def judge(ruleset: Ruleset, leg: Leg) -> Judgement:
    """Ask every rule of the leg's direction. Linear in the number of rules."""
    asked = question_of(leg)
    judgement = Judgement(asked)
    undecided: Intervals = (asked.whole,)
    for number, layer in enumerate(ruleset.layers):
        passed: Intervals = ()
        for rule in layer:
            if rule.direction != leg.direction:
                continue
            misses, reach = examine(rule, asked)
            earlier, was_open = len(judgement.took), bool(undecided)
            perhaps = bool(reach) and rule.perhaps(leg.packet.source)
            inside, undecided = split(undecided, reach) if reach and not perhaps else ((), undecided)
            judgement.rules.append(Judged(rule, number, misses, reach, inside, earlier, was_open, perhaps))
            if inside:
                judgement.took.append(Took(rule.decider, inside, number))
                passed += inside if rule.decider.action == PASSES_ON else ()
        undecided = normalise((*passed, *undecided))
    judgement.rest = undecided
    return judgement


def examine(rule: CompiledRule, asked: Question) -> tuple[tuple[Miss, ...], Intervals]:
    """What keeps the rule from matching, and the part of the source that it does match; at most two misses are told."""
    whole = (asked.whole,)
    fits = rule.covers(asked.packet, asked.address)
    reach = rule.reach(asked.packet.source, whole) if fits else ()
    if reach == whole:
        return (), reach
    if reach:
        return (Miss.PART,), reach
    found: list[Miss] = []
    for miss in _misses(rule, asked):
        found.append(miss)
        if len(found) == 2:
            break
    return tuple(found) or (Miss.OTHER,), ()


def _misses(rule: CompiledRule, asked: Question) -> Iterator[Miss]:
    packet, source, target = asked.packet, asked.packet.source, asked.packet.destination
    yield from _service(rule, packet)
    guarded = source if rule.direction == EGRESS else target
    unseen = rule.direction == EGRESS and rule.target_secure_tags and source.kind != VM
    if unseen or not rule.applies(guarded.tags, guarded.service_accounts):
        yield Miss.TARGET
    if rule.destinations is not None and not _within(asked.address, rule.destinations):
        yield Miss.DESTINATION
    reach = sender(rule, asked)
    if not reach:
        yield Miss.SOURCE
    elif reach != (asked.whole,):
        yield Miss.PART


def _service(rule: CompiledRule, packet: Packet) -> Iterator[Miss]:
    """Protocol and port. Another protocol with the same port is one difference, both different are two."""
    if "all" in rule.protocols:
        return
    ports = rule.protocols.get(packet.protocol)
    if ports is not None:
        if not has_port(ports, packet.port):
            yield Miss.PORT
        return
    yield Miss.PROTOCOL
    if not any(has_port(others, packet.port) for others in rule.protocols.values()):
        yield Miss.PORT


def sender(rule: CompiledRule, asked: Question) -> Intervals:
    """The part of the source that the rule's source filter lets through, whatever else the rule says."""
    source = asked.packet.source
    if rule.source_secure_tags and source.kind == VM:
        return (asked.whole,)
    identity = rule.source_tags.intersection(source.tags) or rule.source_accounts.intersection(source.service_accounts)
    if rule.sources is None or (identity and source.kind != "direct"):
        return (asked.whole,)
    return split((asked.whole,), rule.sources)[0]


def has_port(ports: Intervals, port: int | None) -> bool:
    """Whether the port is among them; a packet without ports is in all of them alone."""
    return ports == ((0, 65535),) if port is None else _within(port, ports)


def _within(number: int, intervals: Intervals) -> bool:
    return any(first <= number <= last for first, last in intervals)
