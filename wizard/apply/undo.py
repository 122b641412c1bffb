"""Taking a run back: the inverses of what this run did, in the opposite order, by the same runner and journal.

Only what is ours is taken back (`ownership.py`); everything else is left, with the reason. Steps keep the ids of the
run's plan in every event and record.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct

from wizard.apply.events import Phase, RunEnded, RunStatus, StepEnded, StepStatus, timestamp
from wizard.apply.handle import RunHandle
from wizard.apply.inverses import attempt_of, inverses_of, later, nodes_back
from wizard.apply.record import Attempt, RunRecord, StepRecord
from wizard.apply.runner import carry_out, start
from wizard.apply.settle import settle
from wizard.apply.state import RunState, replay
from wizard.apply.work import Emit, Hold, Pace, StopRequested, Work
from wizard.errors import RunvpcError
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import Change, FieldChange, Op
from wizard.ports import Cloud

_USUAL = Pace()


class AlreadyUndone(RunvpcError):
    """Nothing of the run is left to be resumed or undone."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} is undone already", code="already_undone", fix="plan again to set it up again")


class Left(Struct, frozen=True, kw_only=True):
    """A step of the run that undo does not take back, and why."""

    id: str
    reason: str


async def undo(
    handle: RunHandle,
    cloud: Cloud,
    emit: Emit,
    stop: asyncio.Event,
    *,
    pace: Pace = _USUAL,
    hold: Hold | None = None,
) -> RunState:
    """Take back the run of `handle`, or go on taking it back; the state at the end. `hold` pauses between steps.

    Raises AlreadyUndone, JournalError, and CloudError when what a cut-off step left cannot be looked at.
    """
    if handle.status is RunStatus.UNDONE:
        raise AlreadyUndone(handle.id)
    history = replay(handle.history())
    work = Work(handle=handle, cloud=cloud, emit=emit, stop=stop, pace=pace, hold=hold or Hold(), state=history)
    if handle.phase is Phase.APPLY:
        try:
            await settle(work, handle.plan.steps)
        except StopRequested:
            work.report(RunEnded(status=RunStatus.STOPPED, at=timestamp()))
            return work.state
        handle.enter(Phase.UNDO)
    start(work)
    record = handle.record()
    for left in left_behind(record):
        if record.step(Phase.UNDO, left.id).ended is None:
            ended = StepEnded(id=left.id, status=StepStatus.LEFT, observed=left.reason)
            handle.ended(ended)
            work.show(ended)
    return await carry_out(work, nodes_back(record), RunStatus.UNDONE)


def undo_plan(record: RunRecord, group: str | None = None) -> Plan:
    """What undo (of one group, when it is named) will do, to be shown first.

    Writes of unknown outcome are in it: undo looks before it acts. What several steps are taken back by is shown once.
    """
    inverses = inverses_of(record, group)
    shown: dict[str, Planned] = {}
    for id_, inverse in inverses.items():
        after = dict.fromkeys(inverses[before].id for before in later(record.plan, id_, inverses))
        planned = Planned(
            step=inverse,
            change=_shown(record.plan.step(id_), attempt_of(record.step(Phase.APPLY, id_))),
            depends_on=tuple(other for other in after if other != inverse.id),
        )
        shown.setdefault(inverse.id, planned)
    steps = tuple(shown.values())
    return Plan(flow="undo", project=record.plan.project, region=record.plan.region, steps=steps)


def left_behind(record: RunRecord) -> tuple[Left, ...]:
    """What the run met or did that undo leaves as it is: what is not ours, and what cannot be taken back."""
    inverses = inverses_of(record)
    reasons = ((p.id, _why_left(p, record.step(Phase.APPLY, p.id))) for p in record.plan.steps if p.id not in inverses)
    return tuple(Left(id=id_, reason=reason) for id_, reason in reasons if reason)


def _why_left(planned: Planned, record: StepRecord) -> str:
    """Empty for a step that left nothing: never begun, failed before it wrote, or cleaning up after another."""
    attempt = attempt_of(record)
    if attempt is not None:
        if planned.step.always:
            return ""
        if attempt.change.op is Op.DELETE:
            return "deleted for good" if record.final else ""
        return "cannot be taken back"
    if record.ended is not None and record.ended.status is StepStatus.REUSED:
        return f"not created by this run: {record.ended.observed}"
    return ""


def _shown(planned: Planned, attempt: Attempt | None) -> Change:
    change = attempt.change if attempt else planned.change
    if change.op in {Op.CREATE, Op.REPLACE}:
        return Change(op=Op.DELETE, reason="created by this run")
    fields = tuple(FieldChange(field.field, field.after, field.before) for field in change.fields)
    return Change(op=Op.CHANGE, reason="back to what it was, where it still holds what this run set", fields=fields)
