"""Going on with a run that was stopped, cut off, or failed: forward when it was applied, back when it was undone."""

from __future__ import annotations

import asyncio

from wizard.apply.events import Phase, RunStatus
from wizard.apply.handle import RunHandle
from wizard.apply.runner import run
from wizard.apply.state import RunState, replay
from wizard.apply.undo import AlreadyUndone, undo
from wizard.apply.work import Emit, Hold, Pace, Recall
from wizard.ports import Cloud

_USUAL = Pace()


async def resume(
    handle: RunHandle,
    cloud: Cloud,
    emit: Emit,
    stop: asyncio.Event,
    *,
    pace: Pace = _USUAL,
    hold: Hold | None = None,
    recall: Recall | None = None,
) -> RunState:
    """Finish the run of `handle`; what is done stays done. A run that is done already is returned as it is.

    Each step goes on from its last record (`perform.py`): nothing recorded, it starts; an intent without an answer, it
    looks; an operation, it waits. Raises AlreadyUndone and JournalError.
    """
    if handle.status is RunStatus.UNDONE:
        raise AlreadyUndone(handle.id)
    if handle.phase is Phase.UNDO:
        return await undo(handle, cloud, emit, stop, pace=pace, hold=hold)
    if handle.status is RunStatus.DONE:
        return replay(handle.history())
    return await run(handle, cloud, emit, stop, pace=pace, hold=hold, recall=recall)
