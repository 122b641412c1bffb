"""The plan as it is reviewed: rows in the order in which they run, how long all of it takes, and what is in the way."""

from __future__ import annotations

from msgspec import Struct

from wizard.flow.model import Model
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import FieldChange
from wizard.wording import duration


class Row(Struct, frozen=True, kw_only=True):
    """A step: `depth` is how many steps stand before it at least, `usual` seconds, `cost` words or empty."""

    id: str
    op: str
    title: str
    reason: str
    depth: int
    usual: float
    cost: str
    reversible: bool
    fields: tuple[FieldChange, ...]
    gcloud: tuple[tuple[str, ...], ...]
    permissions: tuple[str, ...]
    waits_for: tuple[str, ...]


def rows(plan: Plan) -> tuple[Row, ...]:
    """Every step, those that wait for others after them."""
    depths: dict[str, int] = {}
    found: list[Row] = []
    for planned in plan.ordered():
        depth = max((depths.get(id_, 0) + 1 for id_ in planned.depends_on), default=0)
        depths[planned.id] = depth
        found.append(_row(planned, depth))
    return tuple(found)


def _row(planned: Planned, depth: int) -> Row:
    step = planned.step
    cost = step.cost
    words = f"{cost.monthly_usd_min:.2f} to {cost.monthly_usd_max:.2f} US dollars a month" if cost.basis else ""
    return Row(
        id=planned.id,
        op=planned.change.op.value,
        title=step.title,
        reason=planned.change.reason,
        depth=depth,
        usual=step.usual if planned.change.op.writes else 0.0,
        cost=words,
        reversible=step.reversible,
        fields=planned.change.fields,
        gcloud=tuple(tuple(argv) for argv in step.gcloud()) if planned.change.op.writes else (),
        permissions=step.needs.permissions,
        waits_for=planned.depends_on,
    )


def expected_seconds(plan: Plan) -> float:
    """How long the run usually takes: the longest chain of steps that wait for each other."""
    ends: dict[str, float] = {}
    for planned in plan.ordered():
        own = planned.step.usual if planned.change.op.writes else 0.0
        ends[planned.id] = own + max((ends.get(id_, 0.0) for id_ in planned.depends_on), default=0.0)
    return max(ends.values(), default=0.0)


def summary(plan: Plan) -> str:
    """`creates 3, changes 1, reuses 2; usually takes 4m; 12.00 to 18.00 US dollars a month`."""
    counts: dict[str, int] = {}
    for planned in plan.steps:
        counts[planned.change.op.value] = counts.get(planned.change.op.value, 0) + 1
    words = ", ".join(f"{count} {op}" for op, count in counts.items()) or "nothing to do"
    cost = plan.cost
    price = f"{cost.monthly_usd_min:.2f} to {cost.monthly_usd_max:.2f} US dollars a month"
    return "; ".join(
        (words, f"usually {duration(expected_seconds(plan))}", price if cost.monthly_usd_max else "no cost")
    )


def in_the_way(model: Model) -> str:
    """Why the plan cannot be applied; empty when it can."""
    if model.plan is None:
        return "there is no plan yet"
    if model.plan.blocked:
        return "a finding blocks it"
    if model.read_only:
        return "--read-only: nothing is written"
    if model.reading:
        return "the project is being read"
    return "a run is under way" if model.running else ""
