"""Carrying out a plan: what is ready runs at the same time, and every write is in the journal before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wizard.apply.advance import advance
from wizard.apply.events import Phase, RunEnded, RunStarted, RunStatus, StepStatus, StepSummary, timestamp
from wizard.apply.groups import move_groups
from wizard.apply.handle import RunHandle
from wizard.apply.schedule import Results
from wizard.apply.state import RunState, replay
from wizard.apply.work import Emit, Hold, Node, Pace, Recall, Work
from wizard.plan.plan import Plan
from wizard.ports import Cloud

_USUAL = Pace()


async def run(
    handle: RunHandle,
    cloud: Cloud,
    emit: Emit,
    stop: asyncio.Event,
    *,
    pace: Pace = _USUAL,
    hold: Hold | None = None,
    recall: Recall | None = None,
) -> RunState:
    """Apply the plan of `handle` as far as it is not applied yet; the state at the end. `hold` pauses between steps.

    Groups that `recall` names are taken back while the others go on. Failures of steps are in the state. Raises
    JournalError, after which nothing more is sent.
    """
    work = Work(
        handle=handle,
        cloud=cloud,
        emit=emit,
        stop=stop,
        pace=pace,
        hold=hold or Hold(),
        recall=recall or Recall(),
        state=replay(handle.history()),
    )
    start(work)
    return await carry_out(work, nodes_of(handle.plan), RunStatus.DONE)


def nodes_of(plan: Plan) -> tuple[Node, ...]:
    """The steps of a plan as nodes to be carried out as they were shown."""
    cleaned = {id_ for planned in plan.steps if planned.step.always for id_ in planned.depends_on}
    return tuple(
        Node(id=p.id, step=p.step, planned=p.change, depends_on=p.depends_on, watched=p.id in cleaned, group=p.group)
        for p in plan.steps
    )


def start(work: Work) -> None:
    """Record and tell that the run begins, or goes on, in the phase it is in."""
    plan, handle = work.handle.plan, work.handle
    summaries = tuple(
        StepSummary(
            id=p.id,
            title=p.step.title,
            op=p.change.op.value,
            reason=p.change.reason,
            usual=p.step.usual,
            depends_on=p.depends_on,
            group=p.group,
        )
        for p in plan.steps
    )
    event = RunStarted(
        run=handle.id,
        at=timestamp(),
        phase=handle.phase,
        flow=plan.flow,
        project=plan.project,
        region=plan.region,
        environment=handle.environment,
        steps=summaries,
    )
    work.report(event)


async def carry_out(work: Work, nodes: Sequence[Node], success: RunStatus) -> RunState:
    """Carry out the nodes that have not ended well before, groups after all others, and record how the run ended.

    Raises JournalError.
    """
    shared = [node for node in nodes if not node.group]
    results = await advance(work, shared)
    moving = [node for node in nodes if node.group]
    if moving and all(ended is not None and ended.well for ended in results.values()):
        results = {**results, **await move_groups(work, moving)}
    elif moving:
        results = {**results, **dict.fromkeys(node.id for node in moving)}
    work.report(RunEnded(status=_status(work, nodes, results, success), at=timestamp()))
    return work.state


def _status(work: Work, nodes: Sequence[Node], results: Results, success: RunStatus) -> RunStatus:
    """What has not begun because something failed does not make a run stopped, nor what somebody called back."""
    wished = {group.name for group in work.state.groups if group.as_wished}
    counted = [results[node.id] for node in nodes if not (node.group in wished and results[node.id] is None)]
    bad = [end for end in counted if end is not None and not end.well]
    forward = work.handle.phase is Phase.APPLY
    failed = any(end.status is StepStatus.FAILED for end in bad) or (forward and not work.state.as_wished)
    if None in counted and (work.stop.is_set() or not failed):
        return RunStatus.STOPPED
    if failed:
        return RunStatus.FAILED
    return RunStatus.WAITING if bad else success
