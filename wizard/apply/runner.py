"""Carrying out a plan: what is ready runs at the same time, and every write is in the journal before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from wizard.apply.events import Phase, RunEnded, RunStarted, RunStatus, StepEnded, StepStatus, StepSummary, timestamp
from wizard.apply.handle import RunHandle
from wizard.apply.perform import perform
from wizard.apply.schedule import Results, schedule
from wizard.apply.schema import JournalError
from wizard.apply.state import RunState, replay
from wizard.apply.work import Emit, Hold, Node, Pace, Work
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
) -> RunState:
    """Apply the plan of `handle` as far as it is not applied yet; the state at the end. `hold` pauses between steps.

    Failures of steps are in the state. Raises JournalError, after which nothing more is sent.
    """
    history = replay(handle.history())
    work = Work(handle=handle, cloud=cloud, emit=emit, stop=stop, pace=pace, hold=hold or Hold(), state=history)
    start(work)
    return await carry_out(work, nodes_of(handle.plan), RunStatus.DONE)


def nodes_of(plan: Plan) -> tuple[Node, ...]:
    """The steps of a plan as nodes to be carried out as they were shown."""
    cleaned = {id_ for planned in plan.steps if planned.step.always for id_ in planned.depends_on}
    return tuple(
        Node(id=p.id, step=p.step, planned=p.change, depends_on=p.depends_on, watched=p.id in cleaned)
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
    """Carry out the nodes that have not ended well before, and record how the run ended."""
    broken: list[JournalError] = []

    async def one(node: Node, before: Results) -> StepEnded | None:
        if broken:
            return None
        try:
            return await _start_if_ready(work, node, before)
        except JournalError as error:
            broken.append(error)
            return None

    results = await schedule(nodes, _ended_before(work.handle, nodes), one)
    if broken:
        raise broken[0]
    work.report(RunEnded(status=_status(results.values(), success), at=timestamp()))
    return work.state


async def _start_if_ready(work: Work, node: Node, before: Results) -> StepEnded | None:
    if node.step.always:
        return await _clean_up(work, node, before)
    failed = [id_ for id_, ended in before.items() if ended is not None and not ended.well]
    if failed:
        return _not_started(work, node, f"not started, because of {', '.join(failed)}", code="dependency")
    await work.until_free()
    if work.stop.is_set() or None in before.values():
        return None
    return await perform(work, node)


async def _clean_up(work: Work, node: Node, before: Results) -> StepEnded | None:
    """Whatever became of the steps before, and also after a stop, unless there can be nothing to clean up."""
    made = any(work.handle.step(id_).attempts for id_ in before)
    if made or work.handle.phase is Phase.UNDO:
        return await perform(work, node)
    if None in before.values():
        return None
    return _not_started(work, node, "nothing to clean up")


def _not_started(work: Work, node: Node, why: str, code: str = "") -> StepEnded:
    """With a `code` it is an error that those who depend on this step inherit. What is not undone is left."""
    status = StepStatus.LEFT if work.handle.phase is Phase.UNDO else StepStatus.SKIPPED
    ended = StepEnded(id=node.id, status=status, error=why if code else "", code=code, observed="" if code else why)
    work.handle.ended(ended, settled=False)
    work.show(ended)
    return ended


def _ended_before(handle: RunHandle, nodes: Iterable[Node]) -> dict[str, StepEnded]:
    """What needs no doing again. Cleaning up is done again when what it cleans up after is."""
    ended: dict[str, StepEnded] = {}
    cleaning = {node.id: node for node in nodes if node.step.always and handle.phase is Phase.APPLY}
    for node in nodes:
        record = handle.step(node.id)
        if record.final and record.ended is not None:
            ended[node.id] = record.ended
    again = {id_ for id_, node in cleaning.items() if any(before not in ended for before in node.depends_on)}
    return {id_: end for id_, end in ended.items() if id_ not in again}


def _status(results: Iterable[StepEnded | None], success: RunStatus) -> RunStatus:
    ended = list(results)
    if None in ended:
        return RunStatus.STOPPED
    bad = [end for end in ended if end is not None and not end.well]
    if any(end.status is StepStatus.FAILED for end in bad):
        return RunStatus.FAILED
    return RunStatus.WAITING if bad else success
