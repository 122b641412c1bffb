"""What the page of a trace is about: which targets, from which source, and everything there is to say about one."""

from __future__ import annotations

from msgspec import Struct

from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.outlook import outlook
from wizard.guide.running import BASELINE
from wizard.guide.targets import proposals
from wizard.guide.trace_picture import leg_words
from wizard.inventory import Inventory
from wizard.network.near_misses import near_misses
from wizard.network.path import trace
from wizard.network.rule_table import rule_rows
from wizard.network.topology import Topology
from wizard.network.tracing import NearMiss, Origin, RuleRow, Trace
from wizard.plan.repair import Repairs, repairs
from wizard.probe.targets import parse
from wizard.records import ProbeResult, Service
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import Subject, origin_of
from wizard.trace.planned import planned

NOW, PLANNED = "now", "planned"
SOURCES = {NOW: "As it is", PLANNED: "As planned"}
"""Where packets may start: the service as it is, or as the plan would make it."""

ROWS = 40
"""Rules shown around the one that decides; a firewall may have thousands."""


class FirewallTable(Struct, frozen=True, kw_only=True):
    """The rules near the one that decides, `total` in force, and those that only look as if they decided."""

    title: str
    rows: tuple[RuleRow, ...]
    total: int
    near: tuple[NearMiss, ...]


def missing(model: Model) -> str:
    """What has to be known before anything can be traced; empty when all is."""
    if model.session is None:
        return "choose a cloud first"
    if model.inventory is None:
        return model.reading or "the project has not been read yet: F5 reads it"
    if not model.answers.service:
        return "choose a service first"
    return "" if targets(model) else "name a target first"


def targets(model: Model) -> tuple[str, ...]:
    """The targets of the answers, then what the project shows and the service's environment names."""
    facts = model.inventory or Inventory(project="", region="")
    shown = (p.url for p in proposals(facts, facts.service) if not p.incomplete)
    return tuple(dict.fromkeys((*(target.url for target in model.targets), *shown)))


def first_target(model: Model) -> str:
    """What is meant when none is named: on the page of the live test the first that failed, else the first."""
    failed = failed_targets(model) if model.page is Page.CONNECTIVITY else ()
    return next(iter((*failed, *targets(model))), "")


def failed_targets(model: Model) -> tuple[str, ...]:
    """The targets to which the last live test did not connect."""
    return tuple(result.target for result in _last_results(model) if not result.connected)


def first_source(model: Model, target: str) -> str:
    """A live test that failed was made with the planned settings; everything else is about what there is."""
    failed = model.page is Page.CONNECTIVITY and target in failed_targets(model)
    return PLANNED if failed and _tested(model) == PLANNED else NOW


def probed(model: Model, source: str, target: str) -> ProbeResult | None:
    """What the last live test met at this target, if it was made from this source."""
    if _tested(model) != source:
        return None
    return next((result for result in _last_results(model) if result.target == target), None)


def _last_results(model: Model) -> tuple[ProbeResult, ...]:
    return model.run.probes[-1][1] if model.run is not None and model.run.probes else ()


def _tested(model: Model) -> str:
    """The source that the last live test stands for. Once the service has the settings, they are what there is."""
    if model.run is None or not model.run.probes:
        return ""
    if BASELINE in model.run.probes[-1][0]:
        return NOW
    service = outlook(model.plan).service
    return PLANNED if service is not None and service.change.op.writes else NOW


class Traces:
    """Answers for one project and one plan: each is made when it is first asked for, and kept."""

    def __init__(self, model: Model) -> None:
        self._facts = model.inventory or Inventory(project="", region="")
        self._plan = model.plan
        self._service = model.answers.service
        self._sides: dict[str, tuple[Topology, Origin]] = {}
        self._traces: dict[tuple[str, str], Trace] = {}
        self._tables: dict[tuple[str, str, int], FirewallTable] = {}
        self._repairs: dict[tuple[str, str], Repairs] = {}

    def trace(self, source: str, target: str) -> Trace:
        """The trace. Raises InputError when there is no such source, or the target cannot be one."""
        key = (source, target)
        if key not in self._traces:
            topology, origin = self._side(source)
            self._traces[key] = trace(topology, origin, goal_of(self._facts, origin, parse(target)))
        return self._traces[key]

    def table(self, source: str, target: str, leg: int) -> FirewallTable:
        """The firewall that the packet met as number `leg`."""
        key = (source, target, leg)
        if key not in self._tables:
            self._tables[key] = self._table(self._side(source)[0], self.trace(source, target), leg)
        return self._tables[key]

    def repairs(self, source: str, target: str) -> Repairs:
        """The smallest change that helps, or who could do something."""
        key = (source, target)
        if key not in self._repairs:
            topology, origin = self._side(source)
            facts = self._facts
            subjects: tuple[Subject, ...] = (*facts.services, *facts.jobs)
            others = [origin_of(facts, one) for one in subjects]
            siblings = [one for one in others if one.resource != origin.resource]
            self._repairs[key] = repairs(topology, self.trace(source, target), siblings)
        return self._repairs[key]

    def known_repairs(self, source: str, target: str) -> Repairs | None:
        """The same, if it has been worked out already."""
        return self._repairs.get((source, target))

    def _side(self, source: str) -> tuple[Topology, Origin]:
        if source not in self._sides:
            self._sides[source] = self._as_planned() if source == PLANNED else self._as_it_is()
        return self._sides[source]

    def _as_it_is(self) -> tuple[Topology, Origin]:
        service = _service(self._facts, self._service)
        if service is None:
            raise InputError(
                f"service {self._service} does not exist yet", field="service", fix="look at it as planned"
            )
        return topology_of(self._facts), origin_of(self._facts, service)

    def _as_planned(self) -> tuple[Topology, Origin]:
        if self._plan is None:
            raise InputError("there is no plan yet", field="plan", fix="name a target on the page of targets")
        return planned(self._facts, self._plan)

    def _table(self, topology: Topology, found: Trace, number: int) -> FirewallTable:
        leg = found.legs[number]
        ruleset = topology.ruleset_for(found.origin, leg.network)
        across = leg.network != found.origin.network
        policies = topology.facts.policies.get(leg.network, ())
        rules = topology.facts.rules
        return FirewallTable(
            title=leg_words(leg.direction, leg.network),
            rows=rule_rows(ruleset, leg, around=ROWS, across=across),
            total=1 + sum(rule.direction == leg.direction for layer in ruleset.layers for rule in layer),
            near=near_misses(ruleset, rules, leg, policies, region=found.origin.region, across=across),
        )


def _service(facts: Inventory, name: str) -> Service | None:
    found = facts.service
    if found is None or found.name != name:
        found = next((s for s in facts.services if s.name == name), None)
    return found


def same_ground(one: Model, other: Model) -> bool:
    """Whether traces made for one model hold for the other."""
    return one.inventory is other.inventory and one.plan == other.plan and one.answers.service == other.answers.service
