"""Groups of a run (each a service or a job that moves): in waves, so many at once, and taken back when one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from wizard.apply.advance import advance
from wizard.apply.events import GroupEnded, GroupRecalled, GroupStarted, GroupStatus, timestamp
from wizard.apply.rollback import OVER, roll_back
from wizard.apply.schedule import Results
from wizard.apply.schema import JournalError
from wizard.apply.state import RECALLED
from wizard.apply.work import Node, Work
from wizard.plan.plan import Plan, Rollout, Wave

_GRACE = 1.0
"""Seconds that a wait goes on after a group was recalled: what the cloud has accepted is waited for afterwards."""


async def move_groups(work: Work, nodes: Sequence[Node]) -> Results:
    """Move the groups that are not through yet; the results of their steps, None for those that never ended.

    Raises JournalError, after which nothing more is sent.
    """
    by_group: dict[str, list[Node]] = {}
    for node in nodes:
        by_group.setdefault(node.group, []).append(node)
    results: dict[str, Results] = {}
    floor = _Floor(work.handle.plan.rollout)

    async def one(name: str) -> None:
        try:
            results[name] = await _move(work, name, by_group[name])
        except JournalError as error:
            floor.broken.append(error)
        floor.leave(name, well=work.state.group(name).as_wished)

    for wave in waves_of(work.handle.plan):
        waiting = [name for name in wave.groups if work.state.group(name).status not in OVER]
        if not waiting or floor.closed or not await _opened(work, wave):
            continue
        async with asyncio.TaskGroup() as moving:
            for name in waiting:
                if not await floor.admits(work, name):
                    break
                floor.take(name)
                moving.create_task(one(name))
    if floor.broken:
        raise floor.broken[0]
    found = {id_: ended for steps in results.values() for id_, ended in steps.items()}
    return {node.id: found.get(node.id, work.handle.step(node.id).ended) for node in nodes}


def waves_of(plan: Plan) -> tuple[Wave, ...]:
    """The waves of a plan; what is in none of them comes last."""
    named = {name for wave in plan.rollout.waves for name in wave.groups}
    rest = tuple(name for name in plan.groups if name not in named)
    known = set(plan.groups)
    waves = (replace(w, groups=tuple(g for g in w.groups if g in known)) for w in plan.rollout.waves)
    return (*waves, *((Wave(groups=rest),) if rest else ()))


async def _opened(work: Work, wave: Wave) -> bool:
    """Whether the time of a wave has come; False after a stop."""
    if wave.not_before:
        wait = (datetime.fromisoformat(wave.not_before) - datetime.now(UTC)).total_seconds()
        if wait > 0:
            await work.stopped_within(wait)
    return not work.stop.is_set()


class _Floor:
    """How many groups move, and how many addresses they take."""

    def __init__(self, rollout: Rollout) -> None:
        self._rollout = rollout
        self._moving: dict[str, int] = {}
        self._freed = asyncio.Event()
        self._failed = False
        self.broken: list[JournalError] = []

    @property
    def closed(self) -> bool:
        """Whether no group begins any more."""
        return bool(self.broken) or (self._failed and self._rollout.stop_on_failure)

    async def admits(self, work: Work, name: str) -> bool:
        """Return when there is room for the group. False when none begins any more: a stop, or a failure."""
        while True:
            await work.until_free()
            if work.stop.is_set() or self.closed:
                return False
            if self._has_room(name):
                return True
            self._freed.clear()
            await self._freed.wait()

    def _has_room(self, name: str) -> bool:
        """One that is too large for the room all alone goes alone: the planner has said so."""
        if not self._moving:
            return True
        weight = self._rollout.weights.get(name, 0)
        fits = not self._rollout.room or sum(self._moving.values()) + weight <= self._rollout.room
        return fits and len(self._moving) < max(1, self._rollout.concurrency)

    def take(self, name: str) -> None:
        self._moving[name] = self._rollout.weights.get(name, 0)

    def leave(self, name: str, *, well: bool) -> None:
        del self._moving[name]
        self._failed = self._failed or not well
        self._freed.set()


async def _move(work: Work, name: str, nodes: Sequence[Node]) -> Results:
    """One group, through all its stages or back to where it was."""
    if work.state.group(name).status in {GroupStatus.TAKING_BACK, GroupStatus.STUCK}:
        await roll_back(work, name)
        return {}
    if work.recall.asked(name):
        work.report(_recalled(name))
        work.report(GroupEnded(group=name, at=timestamp(), status=GroupStatus.TAKEN_BACK))
        return {}
    work.report(GroupStarted(group=name, at=timestamp()))
    stop = asyncio.Event()
    pace = replace(work.pace, grace=min(work.pace.grace, _GRACE))
    part = work.part(work.handle, stop, pace=pace, hold=work.hold)
    watcher = asyncio.create_task(_until_called(work, name))
    watcher.add_done_callback(lambda _: stop.set())
    try:
        results = await advance(part, nodes)
        called = watcher.result() if watcher.done() else None
    finally:
        watcher.cancel()
    why = _why(name, results) or called
    if why is not None:
        work.report(why)
        await roll_back(work, name)
    elif None not in results.values():
        work.report(GroupEnded(group=name, at=timestamp(), status=GroupStatus.MOVED))
    return results


async def _until_called(work: Work, name: str) -> GroupRecalled | None:
    """Return when the group has to leave off: why it is to be taken back, or None when the whole run stops."""
    limit = work.handle.plan.rollout.timer
    left = limit - _seconds_since(work.state.group(name).started) if limit else None
    stopped, asked = asyncio.create_task(work.stop.wait()), asyncio.create_task(work.recall.wait(name))
    try:
        await asyncio.wait({stopped, asked}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        stopped.cancel()
    if work.stop.is_set():
        return None
    if work.recall.asked(name):
        return _recalled(name)
    return GroupRecalled(
        group=name,
        at=timestamp(),
        code="timer",
        error=f"not through after {limit:.0f} seconds",
        fix="a longer --timer, or none",
    )


def _recalled(name: str) -> GroupRecalled:
    return GroupRecalled(group=name, at=timestamp(), code=RECALLED, error="somebody asked for it")


def _seconds_since(at: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()


def _why(name: str, results: Results) -> GroupRecalled | None:
    """The failure of the group's steps that the others only follow."""
    bad = [end for end in results.values() if end is not None and not end.well]
    first = next((end for end in bad if end.code != "dependency"), None)
    if first is None:
        return None
    return GroupRecalled(group=name, at=timestamp(), step=first.id, error=first.error, code=first.code, fix=first.fix)
