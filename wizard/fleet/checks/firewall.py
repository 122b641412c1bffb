"""Firewall equivalence: what is open today stays open, by the fewest new rules, and nothing else is opened."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.fleet.checks.closed import firewall_stops, report_cannot, report_left, report_lost, report_today
from wizard.fleet.draft import MigrationDraft
from wizard.fleet.ground import Ground
from wizard.fleet.model import Move
from wizard.fleet.ways import Way, Ways, ways_of
from wizard.network.fewest_rules import CannotFix, Opening, Want, fewest_rules
from wizard.network.tracing import Leg
from wizard.plan.plan import Plan
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.records import FirewallRule
from wizard.trace.planned import made_by

_ROUNDS = 6
"""Packets meet a firewall when they leave and when they arrive, across a peering in two networks."""

Closed = list[tuple[Way, Leg]]


def check_firewall(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> tuple[str, ...]:
    """Steps for the fewest rules that keep every target open; their ids. Hold back those whose targets stay closed."""
    if ground.network is None:
        return ()
    now = Ways(draft.fleet.inventory)
    then = _then(draft)
    ways = ways_of(now, then, ground, moves)
    report_today(draft, ways)
    opener = Opener(draft, then)
    if draft.answers.firewall == "leave":
        stopped = [way for way in ways if firewall_stops(way)]
        report_left(draft, stopped)
        said = {way.target for way in stopped}
    else:
        ways = opener.open(now, ground, moves, ways)
        report_cannot(draft, ways, opener.cannot)
        said = {*opener.cannot}
    report_lost(draft, ways, said)
    return tuple(draft.add(step, after=ground.ready) for step in opener.steps())


def _then(draft: MigrationDraft) -> Ways:
    """The project as the steps so far will leave it."""
    fleet = draft.fleet
    plan = Plan(flow="migrate", project=fleet.project, region=fleet.region, steps=tuple(draft.steps))
    return Ways(made_by(fleet.inventory, plan))


class Opener:
    """Opens what is closed, one firewall after the other along the way of the packets."""

    def __init__(self, draft: MigrationDraft, then: Ways) -> None:
        self.draft = draft
        self.then = then
        self.rules: list[FirewallRule] = []
        self.cannot: dict[str, CannotFix] = {}
        self._why: dict[str, tuple[list[str], list[str]]] = {}

    def open(self, now: Ways, ground: Ground, moves: tuple[Move, ...], ways: list[Way]) -> list[Way]:
        """The ways as they will be with the rules that are made."""
        for _ in range(_ROUNDS):
            closed = [(way, way.after.legs[-1]) for way in ways if firewall_stops(way)]
            made = self._round([(way, leg) for way, leg in closed if way.target not in self.cannot])
            if not made:
                break
            facts = self.then.topology.facts
            topology = self.then.topology.replaced(rules=(*facts.rules, *made))
            self.rules += made
            self.then = Ways(self.then.inventory, topology)
            ways = ways_of(now, self.then, ground, moves)
        return ways

    def _round(self, closed: Closed) -> list[FirewallRule]:
        """One set of rules for each network and direction in which packets are stopped now."""
        made: list[FirewallRule] = []
        for network, direction in dict.fromkeys((leg.network, leg.direction) for _, leg in closed):
            here = [(way, leg) for way, leg in closed if (leg.network, leg.direction) == (network, direction)]
            made += self._fewest(network, direction, here, made)
        return made

    def _fewest(self, network: str, direction: str, closed: Closed, made: Iterable[FirewallRule]) -> list[FirewallRule]:
        way, first = closed[0]
        facts = self.then.topology.facts
        opening = fewest_rules(
            self.then.topology.ruleset_for(way.after.origin, network),
            first.packet.source,
            tuple({_want(way, leg).label: _want(way, leg) for way, leg in closed}.values()),
            network=network,
            prefix=f"runvpc-{_name(self.draft)}",
            taken_names={rule.name for rule in (*facts.rules, *made)},
            directions=(direction,),
        )
        self.cannot |= {problem.label: problem for problem in opening.cannot_fix}
        self._remember(opening, closed)
        return list(opening.rules)

    def _remember(self, opening: Opening, closed: Closed) -> None:
        """For whom each rule is, and which rules close it now."""
        groups: dict[str, list[str]] = {}
        for way, _ in closed:
            groups.setdefault(way.target, []).append(way.group)
        for rule in opening.rules:
            opened = [item for item in opening.explained if rule.name in item.rules]
            whom = [group for item in opened for group in groups[item.label]]
            self._why[rule.name] = (whom, [f"{item.before.decided_by}" for item in opened])

    def steps(self) -> list[CreateFirewallRule]:
        """The rules as steps."""
        return [CreateFirewallRule(project=self.draft.fleet.project, rule=r, why=self._words(r)) for r in self.rules]

    def _words(self, rule: FirewallRule) -> str:
        whom, closers = self._why[rule.name]
        return f"for {', '.join(dict.fromkeys(whom))}; closed now by {', '.join(dict.fromkeys(closers))}"


def _want(way: Way, leg: Leg) -> Want:
    packet = leg.packet
    return Want(label=way.target, destination=packet.destination, port=packet.port or 0, protocol=packet.protocol)


def _name(draft: MigrationDraft) -> str:
    connector = draft.fleet.connector
    return connector.name if connector is not None else draft.answers.connector.rsplit("/", 1)[-1]
