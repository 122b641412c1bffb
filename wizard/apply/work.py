"""What a step under way needs: the run's handle, the cloud, whom to tell, and whether to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec import Struct

from wizard.apply.events import Event
from wizard.apply.handle import RunHandle
from wizard.apply.state import RunState, reduce
from wizard.plan.registry import AnyStep
from wizard.plan.step import Change
from wizard.ports import Cloud

Emit = Callable[[Event], None]
T = TypeVar("T")


class Pace(Struct, frozen=True, kw_only=True):
    """Seconds. Polling begins at `first` and slows down to `longest`, for `limit` at most.

    For `behind` a read that contradicts a finished operation is repeated. After a stop an operation in flight may still
    take `grace`; one that leaves something to be cleaned up, and the cleaning itself, `cleanup`.
    """

    first: float = 0.2
    longest: float = 5.0
    limit: float = 900.0
    grace: float = 5.0
    cleanup: float = 60.0
    behind: float = 3.0


class Node(Struct, frozen=True, kw_only=True):
    """A step as it is carried out under the id of the plan's step that it does or takes back.

    `planned` is what the person was shown, None when nothing is compared. `watched`: a step that always runs cleans
    up after this one. `group` as in the plan.
    """

    id: str
    step: AnyStep
    planned: Change | None = None
    depends_on: tuple[str, ...] = ()
    watched: bool = False
    group: str = ""


class Hold:
    """A pause: while it is on no further step starts; those in flight go on. Off at first."""

    def __init__(self) -> None:
        self._off = asyncio.Event()
        self._off.set()

    @property
    def on(self) -> bool:
        return not self._off.is_set()

    def put_on(self) -> None:
        self._off.clear()

    def take_off(self) -> None:
        self._off.set()

    async def over(self) -> None:
        """Return once it is off."""
        await self._off.wait()


class Recall:
    """Which groups somebody wants back while the run goes on."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Event] = {}

    def ask(self, group: str) -> None:
        """Have this group taken back: at once when it is moving, and never begun when it waits."""
        self._event(group).set()

    def asked(self, group: str) -> bool:
        return self._event(group).is_set()

    async def wait(self, group: str) -> None:
        """Return once this group is asked for."""
        await self._event(group).wait()

    def _event(self, group: str) -> asyncio.Event:
        return self._asked.setdefault(group, asyncio.Event())


class StopRequested(Exception):
    """Waiting was given up because the run is to stop; what was accepted goes on in the cloud."""


@dataclass
class Work:
    """One run being worked on by this process. `state` is kept current for whoever calls."""

    handle: RunHandle
    cloud: Cloud
    emit: Emit
    stop: asyncio.Event
    pace: Pace
    hold: Hold = field(default_factory=Hold)
    recall: Recall = field(default_factory=Recall)
    state: RunState = field(default_factory=RunState)

    def report(self, event: Event) -> None:
        """Record an event, then show it."""
        self.handle.append(event)
        self.show(event)

    def show(self, event: Event) -> None:
        """Show an event that is in the journal already."""
        self.state = reduce(self.state, event)
        self.emit(event)

    def part(self, handle: RunHandle, stop: asyncio.Event, *, pace: Pace, hold: Hold) -> Work:
        """A part of the run with a stop of its own; what it tells, this whole one tells."""
        return Work(
            handle=handle, cloud=self.cloud, emit=self.show, stop=stop, pace=pace, hold=hold, recall=self.recall
        )

    async def until_free(self) -> None:
        """Return once no pause is on, or a stop was asked for."""
        waits = {asyncio.ensure_future(self.hold.over()), asyncio.ensure_future(self.stop.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def stopped_within(self, seconds: float) -> bool:
        """Whether a stop was asked for in this time; returns as soon as it is."""
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def until_stop(self, waiting: Coroutine[Any, Any, T], grace: float) -> T:
        """The result of `waiting`; StopRequested when it is not there `grace` seconds after a stop."""
        task = asyncio.ensure_future(waiting)
        stopped = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await asyncio.wait({task}, timeout=grace)
            if not task.done():
                raise StopRequested
            return task.result()
        finally:
            stopped.cancel()
            if task.cancel():
                await asyncio.gather(task, return_exceptions=True)
