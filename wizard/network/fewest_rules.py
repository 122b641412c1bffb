"""The fewest allow rules that let one source reach what it should, and that open nothing else.

A rule names the source's range, exact destination addresses (`/32`) and ports, so it decides only packets from the
source to these addresses and ports. Rules are merged only where every address and port of the merged rule is wanted
or open anyway. Its priority is below (stronger than) that of every deny it must beat; ties lose, so it is one less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count

from msgspec import Struct

from wizard.network.firewall import (
    Action,
    Decider,
    Destination,
    Packet,
    Ruleset,
    Source,
    Verdict,
    evaluate,
    evaluate_direction,
)
from wizard.network.intervals import parse_found, text
from wizard.network.names import shorten
from wizard.network.packets import protocol_name
from wizard.network.rectangles import Rectangle, cover
from wizard.network.ruleset import AUTOMATIC, CLASSIC, EGRESS, GLOBAL_POLICY, HIERARCHICAL, INGRESS, REGIONAL_POLICY
from wizard.records import FirewallRule, Ports

USUAL_PRIORITY = 1000
_LONGEST_NAME = 63
_ROOM_FOR_NUMBER = 5
_LONGEST_DESCRIPTION = 500


class Want(Struct, frozen=True, kw_only=True):
    """One thing to reach; `label` is what the person calls it (`redis://10.0.0.3:6379`)."""

    label: str
    destination: Destination
    port: int
    protocol: str = "tcp"


class CannotFix(Struct, frozen=True, kw_only=True):
    """A wanted connection that no new classic rule can open: why, and who could."""

    label: str
    direction: str
    decided_by: Decider
    reason: str
    who: str


class Explained(Struct, frozen=True, kw_only=True):
    """What happens to one want: the verdict now, the verdict with the new rules, and the new rules' names for it."""

    label: str
    before: Verdict
    after: Verdict
    rules: tuple[str, ...] = ()


class Opening(Struct, frozen=True, kw_only=True):
    """The answer: rules to create, what cannot be opened, and one explanation for each want, in their order."""

    rules: tuple[FirewallRule, ...]
    cannot_fix: tuple[CannotFix, ...]
    explained: tuple[Explained, ...]


_Cell = tuple[str, int]
"""Protocol and port."""


class _Need(Struct, frozen=True, kw_only=True):
    want: Want
    direction: str
    priority: int

    @property
    def cell(self) -> _Cell:
        return protocol_name(self.want.protocol), self.want.port


def fewest_rules(
    rules: Ruleset,
    source: Source,
    wants: tuple[Want, ...],
    *,
    network: str,
    prefix: str,
    taken_names: Collection[str] = (),
    directions: tuple[str, ...] = (EGRESS, INGRESS),
) -> Opening:
    """Rules for `network`, named `PREFIX-1`, `PREFIX-2` …, passing over names that exist (of the ruleset, or given).

    `directions` are those to open; across a peering a network's firewall meets the packets in one direction alone.
    """
    needs: list[_Need] = []
    cannot: list[CannotFix] = []
    for want in wants:
        found = [_need(rules, verdict, want) for verdict in _stopped(rules, source, want, directions)]
        problems = [need for need in found if isinstance(need, CannotFix)]
        cannot += problems[:1]
        needs += [] if problems else [need for need in found if isinstance(need, _Need)]
    names = _names(prefix, {*rules.names, *taken_names})
    made = tuple(
        _rule(rectangle, direction, needs, source, network, next(names))
        for direction in (EGRESS, INGRESS)
        for rectangle in _rectangles(rules, source, [need for need in needs if need.direction == direction])
    )
    opened = rules.extended(made)
    return Opening(
        rules=made,
        cannot_fix=tuple(cannot),
        explained=tuple(
            Explained(
                label=want.label,
                before=evaluate(rules, _packet(source, want)),
                after=evaluate(opened, _packet(source, want)),
                rules=tuple(rule.name for rule in made if _opens(rule, want)),
            )
            for want in wants
        ),
    )


def _packet(source: Source, want: Want) -> Packet:
    return Packet(source=source, destination=want.destination, protocol=want.protocol, port=want.port)


def _stopped(rules: Ruleset, source: Source, want: Want, directions: tuple[str, ...]) -> list[Verdict]:
    """The verdicts, one for each direction that matters, that do not let all of the source through."""
    met = [d for d in directions if d == EGRESS or not want.destination.managed]
    verdicts = (evaluate_direction(rules, _packet(source, want), direction) for direction in met)
    return [verdict for verdict in verdicts if verdict.action is not Action.ALLOW]


def _need(rules: Ruleset, verdict: Verdict, want: Want) -> _Need | CannotFix:
    """The priority that beats every rule which now stops a part of the source, or why there is none."""
    stops = [piece.decided_by for piece in verdict.pieces if piece.decided_by.action != "allow"]
    for stop in stops:
        problem = _unbeatable(rules, stop)
        if problem is not None:
            reason, who = problem
            return CannotFix(label=want.label, direction=verdict.direction, decided_by=stop, reason=reason, who=who)
    classic = [stop.priority - 1 for stop in stops if stop.kind in (CLASSIC, AUTOMATIC)]
    return _Need(want=want, direction=verdict.direction, priority=min([USUAL_PRIORITY, *classic]))


def _unbeatable(rules: Ruleset, stop: Decider) -> tuple[str, str] | None:
    """Why no new classic rule comes before the one that stops the packets, and who could change that."""
    above = stop.kind == HIERARCHICAL or (stop.kind in (GLOBAL_POLICY, REGIONAL_POLICY) and rules.policies_first)
    if above:
        reason = f"{stop} is enforced before the network's own firewall rules"
        return reason, f"whoever administers firewall policy {stop.policy}"
    if stop.kind in (CLASSIC, AUTOMATIC) and stop.priority == 0:
        return f"{stop} has the strongest priority there is", f"whoever may change firewall rule {stop.name}"
    return None


def _rectangles(rules: Ruleset, source: Source, needs: list[_Need]) -> list[Rectangle[str, _Cell]]:
    """What to open in one direction, as addresses times ports, in as few rectangles as possible."""
    destinations = {need.want.destination.address: need for need in needs}
    wanted = {a: frozenset(n.cell for n in needs if n.want.destination.address == a) for a in destinations}
    cells = sorted({need.cell for need in needs})

    def is_open(need: _Need, cell: _Cell) -> bool:
        protocol, port = cell
        packet = Packet(source=source, destination=need.want.destination, protocol=protocol, port=port)
        return evaluate_direction(rules, packet, need.direction).action is Action.ALLOW

    open_ = {a: frozenset(cell for cell in cells if is_open(need, cell)) for a, need in destinations.items()}
    return cover(wanted, open_, cells)


def _rule(
    rectangle: Rectangle[str, _Cell], direction: str, needs: list[_Need], source: Source, network: str, name: str
) -> FirewallRule:
    cells = rectangle.cells()
    met = [n for n in needs if n.direction == direction and (n.want.destination.address, n.cell) in cells]
    protocols = dict.fromkeys(protocol for protocol, _ in rectangle.columns)
    return FirewallRule(
        name=name,
        network=network,
        direction=direction,
        priority=min(need.priority for need in met),
        action="allow",
        protocols=tuple(Ports(p, tuple(str(port) for q, port in rectangle.columns if q == p)) for p in protocols),
        sources=(_cidr(source.range),),
        destinations=tuple(_cidr(address) for address in rectangle.rows),
        description=f"runvpc: to {', '.join(dict.fromkeys(n.want.label for n in met))}"[:_LONGEST_DESCRIPTION],
    )


def _opens(rule: FirewallRule, want: Want) -> bool:
    ports = {port for entry in rule.protocols for port in entry.ports if entry.protocol == protocol_name(want.protocol)}
    return _cidr(want.destination.address) in rule.destinations and str(want.port) in ports


def _cidr(address: str) -> str:
    interval = parse_found(address)
    if interval is None:
        raise ValueError(f"{address} is not an IPv4 address or range")
    return text(*interval)


def _names(prefix: str, taken: Collection[str]) -> Iterator[str]:
    begin = shorten(prefix, longest=_LONGEST_NAME - _ROOM_FOR_NUMBER)
    return (name for number in count(1) if (name := f"{begin}-{number}") not in taken)
