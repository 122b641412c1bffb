"""What takes back the steps of a run: the inverse of every write that is ours, or may be, in the opposite order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.apply.events import Phase
from wizard.apply.record import Attempt, RunRecord, StepRecord
from wizard.apply.work import Node
from wizard.plan.plan import Plan
from wizard.plan.registry import AnyStep
from wizard.plan.step import Step


def nodes_back(record: RunRecord, group: str | None = None) -> tuple[Node, ...]:
    """The inverses as nodes under the ids of what they take back; of one group only when it is named."""
    inverses = inverses_of(record, group)
    return tuple(
        Node(id=id_, step=inverse, depends_on=tuple(later(record.plan, id_, inverses)))
        for id_, inverse in inverses.items()
    )


def inverses_of(record: RunRecord, group: str | None = None) -> dict[str, AnyStep]:
    """By the id of the step that is taken back, the last one first; of one group only when it is named."""
    found: dict[str, AnyStep] = {}
    chosen = (p for p in record.plan.ordered() if group is None or p.group == group)
    for planned in reversed(tuple(chosen)):
        attempt = attempt_of(record.step(Phase.APPLY, planned.id))
        inverse = planned.step.inverse(attempt.change, attempt.before) if attempt else None
        if inverse is not None:
            found[planned.id] = _registered(inverse)
    return found


def _registered(step: Step) -> AnyStep:
    if isinstance(step, AnyStep):
        return step
    raise TypeError(f"{type(step).__name__} is missing in wizard/plan/registry.py")


def attempt_of(record: StepRecord) -> Attempt | None:
    """The write to take back, if any: the first that is ours, or one that may be."""
    return record.owned or record.unsettled


def later(plan: Plan, id_: str, inverses: Mapping[str, AnyStep]) -> Iterator[str]:
    """The nearest steps taken back that depend on this one, also through steps that are not taken back."""
    for planned in plan.steps:
        if id_ in planned.depends_on:
            if planned.id in inverses:
                yield planned.id
            else:
                yield from later(plan, planned.id, inverses)
