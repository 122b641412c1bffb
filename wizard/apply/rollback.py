"""Taking back one group of a run by the inverses of what was done to it, while the rest of the run stays as it is."""

from __future__ import annotations

import asyncio

from wizard.apply.advance import advance
from wizard.apply.events import GroupEnded, GroupRecalled, GroupStatus, Phase, RunEnded, RunStatus, timestamp
from wizard.apply.handle import RunHandle
from wizard.apply.inverses import nodes_back
from wizard.apply.settle import settle
from wizard.apply.state import RECALLED, RunState, replay
from wizard.apply.work import Emit, Hold, Pace, StopRequested, Work
from wizard.errors import CloudError, InputError
from wizard.ports import Cloud

OVER = frozenset({GroupStatus.MOVED, GroupStatus.TAKEN_BACK})
"""Where nothing is left to be done, by a resumed run either."""

_USUAL = Pace()


async def roll_back(work: Work, group: str) -> None:
    """Take back what the run did to the group, which was recalled before. After a stop it stays recalled.

    A pause does not hold it up. Raises JournalError.
    """
    part = work.part(work.handle.taking_back(), work.stop, pace=work.pace, hold=Hold())
    try:
        await settle(work, work.handle.plan.group(group))
        results = await advance(part, nodes_back(work.handle.record(), group))
    except StopRequested:
        return
    except CloudError:
        _end(work, group, GroupStatus.STUCK)
        return
    if None not in results.values():
        well = all(ended is not None and ended.well for ended in results.values())
        _end(work, group, GroupStatus.TAKEN_BACK if well else GroupStatus.STUCK)


def _end(work: Work, group: str, status: GroupStatus) -> None:
    work.report(GroupEnded(group=group, at=timestamp(), status=status))


async def take_back(
    handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, group: str, *, pace: Pace = _USUAL
) -> RunState:
    """Take back one group of a run that has ended; the run itself stays applied, with the status that it had.

    Raises InputError when the run has no such group or is being undone altogether, and JournalError.
    """
    work = Work(handle=handle, cloud=cloud, emit=emit, stop=stop, pace=pace, state=replay(handle.history()))
    check_group(handle, group)
    before = RunStatus.STOPPED if handle.status is RunStatus.RUNNING else handle.status
    if work.state.group(group).status is not GroupStatus.TAKEN_BACK:
        work.report(GroupRecalled(group=group, at=timestamp(), code=RECALLED, error="somebody asked for it"))
        await roll_back(work, group)
    back = work.state.group(group).status is GroupStatus.TAKEN_BACK
    status = RunStatus.STOPPED if stop.is_set() and not back else before if back else RunStatus.FAILED
    work.report(RunEnded(status=status, at=timestamp()))
    return work.state


def check_group(handle: RunHandle, group: str) -> None:
    """Raise InputError when a run has no such group, or is being undone altogether."""
    names = handle.plan.groups
    if group not in names:
        known = ", ".join(names[:8]) or "none"
        raise InputError(
            f"run {handle.id} moves no {group}; it moves: {known}", field="--group", fix="name one of them"
        )
    if handle.phase is Phase.UNDO:
        raise InputError(f"run {handle.id} is being undone", field="--group", fix=f"runvpc undo {handle.id}")
