"""The run of a sitting: it belongs to the application, and goes on whichever page is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from wizard.answers import Answers
from wizard.apply.events import Event
from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.resume import resume
from wizard.apply.runner import run
from wizard.apply.schema import JournalError
from wizard.apply.state import RunState, reduce, replay
from wizard.apply.undo import Left, left_behind, undo, undo_plan
from wizard.apply.work import Emit, Hold
from wizard.desk import Session
from wizard.errors import RunvpcError
from wizard.export.answers import render
from wizard.paths import Paths, write_private
from wizard.plan.plan import Plan
from wizard.ports import Cloud

_SPACE = "make the folder writable or free some space; nothing was sent"


class Action(Protocol):
    """`run`, `resume` or `undo` of `wizard.apply`."""

    def __call__(
        self, handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, /, *, hold: Hold
    ) -> Awaitable[RunState]: ...


class RunKeeper:
    """Carries out one run at a time, as one task of the application.

    `changed` gets the state after every event, `ended` the error that ended the run early, or None; a task that is
    cancelled, because the application is going away, tells nobody. Whoever calls `start`, `resume` or `undo` makes
    sure that nothing is under way.
    """

    def __init__(
        self,
        folder: Path,
        *,
        changed: Callable[[RunState], None],
        ended: Callable[[RunvpcError | None], None],
    ) -> None:
        self._paths = Paths(folder)
        self._changed = changed
        self._ended = ended
        self._stop = asyncio.Event()
        self._hold = Hold()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def alive(self) -> bool:
        """Whether a run is under way."""
        return not self._idle.is_set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop, and finishes the call in flight."""
        return self.alive and self._stop.is_set()

    async def start(self, plan: Plan, session: Session, answers: Answers) -> None:
        """Begin a run of the plan, as it was shown, and carry it out."""

        await self.carry_out(lambda journal: self.begun(journal, plan, session, render(answers)), run, session)

    def begun(self, journal: Journal, plan: Plan, session: Session, answers: str) -> RunHandle:
        """A new run of the plan, with the text of its answers kept beside it. Raises JournalError."""
        handle = journal.begin(plan, session.environment)
        try:
            write_private(self._paths.answers(handle.id), answers)
        except OSError as error:
            handle.close()
            raise JournalError(f"cannot keep the answers of run {handle.id}: {error}", fix=_SPACE) from error
        return handle

    async def resume(self, id_: str, session: Session) -> None:
        """Go on with a run of this cloud."""
        await self.carry_out(lambda journal: journal.attach(id_, session.environment), resume, session)

    async def undo(self, id_: str, session: Session) -> None:
        """Take back a run of this cloud, or go on taking it back."""
        await self.carry_out(lambda journal: journal.attach(id_, session.environment), undo, session)

    @property
    def paused(self) -> bool:
        """Whether no further step starts for now."""
        return self.alive and self._hold.on and not self._stop.is_set()

    def pause(self) -> None:
        """Start no further step until `go_on`; those in flight go on."""
        self._hold.put_on()

    def go_on(self) -> None:
        """Take a pause off."""
        self._hold.take_off()

    def plan_of(self, id_: str) -> Plan:
        """The plan that a run was begun with. Raises RunvpcError."""
        with Journal.open(self._paths.journal) as journal:
            return journal.load(id_).plan

    def undo_plan(self, id_: str) -> tuple[Plan, tuple[Left, ...]]:
        """What taking a run back would do, and what it would leave. Raises RunvpcError."""
        with Journal.open(self._paths.journal) as journal:
            record = journal.load(id_)
        return undo_plan(record), left_behind(record)

    def stop(self) -> None:
        """Finish the call in flight, record it, and start nothing more."""
        self._stop.set()

    async def stop_and_wait(self) -> None:
        """Stop, and return when everything is in the journal."""
        self.stop()
        await self._idle.wait()

    async def carry_out(self, open_run: Callable[[Journal], RunHandle], action: Action, session: Session) -> None:
        """Open the run and do this with it. For the methods of keepers."""
        self._stop, self._hold = asyncio.Event(), Hold()
        self._idle.clear()
        failure: RunvpcError | None = None
        try:
            with Journal.open(self._paths.journal) as journal, open_run(journal) as handle:
                state = replay(handle.history())

                def emit(event: Event) -> None:
                    nonlocal state
                    state = reduce(state, event)
                    self._changed(state)

                self._changed(await action(handle, session.cloud, emit, self._stop, hold=self._hold))
        except RunvpcError as error:
            failure = error
        finally:
            self._idle.set()
        self._ended(failure)
