"""The plan as it is reviewed: steps grouped by what they wait for, how long all of it takes, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapreplace

from msgspec import Struct

from wizard.flow.model import Model
from wizard.flow.pages import NAMES, Page, page_of_finding
from wizard.guide.running import label
from wizard.plan.plan import CHARGED, Plan, Planned, Severity, Wave
from wizard.plan.step import Cost, FieldChange, Op
from wizard.wording import duration, one_line

NO_COST = "nothing of its own"


class Row(Struct, frozen=True, kw_only=True):
    """A step. `turn` counts from 1: every step waits for one of the turn before, those of one turn run side by side.

    `opens` marks the first of its turn; `label` is the short name that it also has while it runs. `usual` is in
    seconds, 0 for a step that writes nothing; `cost` in words, empty for none, and `basis` what it rests on. `lacking`
    are the permissions that were looked for and are not there.
    """

    id: str
    label: str
    op: str
    title: str
    reason: str
    turn: int
    opens: bool
    usual: float
    cost: str
    basis: str
    reversible: bool
    fields: tuple[FieldChange, ...]
    gcloud: tuple[tuple[str, ...], ...]
    permissions: tuple[str, ...]
    lacking: tuple[str, ...]
    waits_for: tuple[str, ...]

    @property
    def writes(self) -> bool:
        return Op(self.op).writes


class Concern(Struct, frozen=True, kw_only=True):
    """Something to know before the plan is applied; `page` is where it can be solved, None when on no page."""

    severity: Severity
    message: str
    fix: str = ""
    page: Page | None = None

    @property
    def where(self) -> str:
        """The page's name, or empty."""
        return NAMES[self.page] if self.page is not None else ""


class Summary(Struct, frozen=True, kw_only=True):
    """All of a plan in three short texts."""

    does: str
    takes: str
    costs: str


def rows(plan: Plan, granted: frozenset[str] | None = None) -> tuple[Row, ...]:
    """Every step, turn by turn. `granted` are the permissions that the person has; None when that is not known."""
    turns: dict[str, int] = {}
    ordered = list(plan.ordered())
    for planned in ordered:
        turns[planned.id] = 1 + max((turns.get(id_, 0) for id_ in planned.depends_on), default=0)
    found: list[Row] = []
    for planned in sorted(ordered, key=lambda p: turns[p.id]):
        opens = not found or found[-1].turn != turns[planned.id]
        found.append(_row(planned, turns[planned.id], opens, granted))
    return tuple(found)


def _row(planned: Planned, turn: int, opens: bool, granted: frozenset[str] | None) -> Row:
    step, writes = planned.step, planned.change.op.writes
    permissions = step.needs.permissions if writes else ()
    return Row(
        id=planned.id,
        label=_label(planned),
        op=planned.change.op.value,
        title=one_line(step.title),
        reason=one_line(planned.change.reason),
        turn=turn,
        opens=opens,
        usual=step.usual if writes else 0.0,
        cost=price(step.cost),
        basis=step.cost.basis,
        reversible=step.reversible,
        fields=planned.change.fields,
        gcloud=tuple(tuple(argv) for argv in step.gcloud()) if writes else (),
        permissions=permissions,
        lacking=() if granted is None else tuple(p for p in permissions if p not in granted),
        waits_for=tuple(one_line(label(id_)) for id_ in planned.depends_on),
    )


def _label(planned: Planned) -> str:
    """The live tests of a migration are told apart by what they are for."""
    whose = f" for {planned.group}" if planned.group and planned.id.startswith(("probe/", "probe-cleanup/")) else ""
    return one_line(label(planned.id) + whose)


def price(cost: Cost) -> str:
    """`$12.23 to $18.34 a month`; empty when nothing is charged."""
    least, most = cost.monthly_usd_min, cost.monthly_usd_max
    if not most:
        return ""
    return f"${most:,.2f} a month" if least == most else f"${least:,.2f} to ${most:,.2f} a month"


def expected_seconds(plan: Plan) -> float:
    """How long the run usually takes: the longest chain of steps that wait for each other, groups in their waves."""
    shared = _longest_chain(p for p in plan.ordered() if not p.group)
    waves = plan.rollout.waves or ((Wave(groups=plan.groups),) if plan.groups else ())
    return shared + sum(_side_by_side(plan, wave.groups) for wave in waves)


def _side_by_side(plan: Plan, groups: Iterable[str]) -> float:
    """Seconds for all of these groups, so many at once: each begins when another one is through."""
    ends = [0.0] * max(1, plan.rollout.concurrency)
    for group in groups:
        heapreplace(ends, ends[0] + _longest_chain(plan.group(group)))
    return max(ends)


def _longest_chain(steps: Iterable[Planned]) -> float:
    ends: dict[str, float] = {}
    for planned in steps:
        own = _usual(planned)
        ends[planned.id] = own + max((ends.get(id_, 0.0) for id_ in planned.depends_on), default=0.0)
    return max(ends.values(), default=0.0)


def _usual(planned: Planned) -> float:
    return planned.step.usual if planned.change.op.writes else 0.0


def summary(plan: Plan) -> Summary:
    """`4 create, 2 change, 1 delete`; the time with the longest wait in it; the cost."""
    counts = {op: sum(1 for p in plan.steps if p.change.op is op) for op in Op}
    does = ", ".join(f"{count} {op.value}" for op, count in counts.items() if count)
    slowest = max(plan.steps, key=_usual, default=None)
    takes = f"usually {duration(expected_seconds(plan))}"
    if slowest is not None and _usual(slowest) >= 60:
        takes += f", {duration(_usual(slowest))} of it {one_line(label(slowest.id))}"
    return Summary(
        does=does or "nothing to do",
        takes=takes if expected_seconds(plan) else "no time: nothing is written",
        costs=costs(plan),
    )


def costs(plan: Plan) -> str:
    """What there is a figure for, then what is charged without one, in short."""
    charged = [p.step.cost for p in plan.steps if p.change.op in CHARGED]
    without = dict.fromkeys(_short(cost.basis) for cost in charged if cost.basis and not cost.monthly_usd_max)
    said = "; ".join(filter(None, (price(plan.cost), *without)))
    return said or ("not known while something is in the way" if plan.blocked else NO_COST)


def _short(basis: str) -> str:
    return basis.partition(" (")[0].partition(";")[0].removeprefix("cost ")


_SEVERITIES = (Severity.BLOCK, Severity.WARN, Severity.INFO)


def concerns(plan: Plan) -> tuple[Concern, ...]:
    """Findings and steps that cannot be done, the blocking ones first."""
    found = [_finding(f.severity, f.code, f.message, f.fix) for f in plan.findings]
    found += [
        Concern(
            severity=Severity.BLOCK, message=one_line(f"{p.id}: {p.change.reason}"), page=_STEP_PAGES.get(p.step.kind)
        )
        for p in plan.steps
        if p.change.op is Op.BLOCK
    ]
    return tuple(sorted(found, key=lambda concern: _SEVERITIES.index(concern.severity)))


def _finding(severity: Severity, code: str, message: str, fix: str) -> Concern:
    """A fix that is a flag says nothing to somebody who looks at a page."""
    page = page_of_finding(code)
    solved = None if page is Page.REVIEW else page
    flag = solved is not None and fix.startswith("--")
    return Concern(severity=severity, message=one_line(message), fix="" if flag else one_line(fix), page=solved)


_STEP_PAGES = {
    "service": Page.SERVICE,
    "subnet": Page.ADDRESSES,
    "connector": Page.SIZE,
    "firewall": Page.FIREWALL,
    "nat": Page.EGRESS,
}
"""Where something can be done about a step that cannot be done."""


def in_the_way(model: Model) -> str:
    """Why the plan cannot be applied; empty when it can."""
    if model.plan is None:
        return "there is no plan yet"
    if model.plan.blocked:
        where = next((c.where for c in concerns(model.plan) if c.severity is Severity.BLOCK and c.where), "")
        return f"blocked: see {where}" if where else "blocked: see Findings"
    if model.read_only:
        return "--read-only: nothing is written"
    if model.reading:
        return "the project is being read"
    return "a run is under way" if model.running else ""
