"""The run of a sitting: it belongs to the application, and goes on whichever page is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from wizard.answers import Answers
from wizard.apply.events import Event
from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.resume import resume
from wizard.apply.runner import run
from wizard.apply.state import RunState, reduce, replay
from wizard.apply.undo import undo
from wizard.apply.work import Emit
from wizard.desk import Session
from wizard.errors import RunvpcError
from wizard.export.answers import render
from wizard.paths import Paths, write_private
from wizard.plan.plan import Plan
from wizard.ports import Cloud

Action = Callable[[RunHandle, Cloud, Emit, asyncio.Event], Awaitable[RunState]]
"""`run`, `resume` or `undo` of `wizard.apply`."""


class RunKeeper:
    """Carries out one run at a time, as one task of the application.

    `changed` gets the state after every event, `ended` the error that ended the run early, or None. Whoever calls
    `start`, `resume` or `undo` makes sure that nothing is under way.
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

        def begin(journal: Journal) -> RunHandle:
            handle = journal.begin(plan, session.environment)
            write_private(self._paths.answers(handle.id), render(answers))
            return handle

        await self._carry_out(begin, run, session)

    async def resume(self, id_: str, session: Session) -> None:
        """Go on with a run of this cloud."""
        await self._carry_out(lambda journal: journal.attach(id_, session.environment), resume, session)

    async def undo(self, id_: str, session: Session) -> None:
        """Take back a run of this cloud, or go on taking it back."""
        await self._carry_out(lambda journal: journal.attach(id_, session.environment), undo, session)

    def stop(self) -> None:
        """Finish the call in flight, record it, and start nothing more."""
        self._stop.set()

    async def stop_and_wait(self) -> None:
        """Stop, and return when everything is in the journal."""
        self.stop()
        await self._idle.wait()

    async def _carry_out(self, open_run: Callable[[Journal], RunHandle], action: Action, session: Session) -> None:
        self._stop = asyncio.Event()
        self._idle.clear()
        failure: RunvpcError | None = None
        try:
            with Journal.open(self._paths.journal) as journal, open_run(journal) as handle:
                state = replay(handle.history())

                def emit(event: Event) -> None:
                    nonlocal state
                    state = reduce(state, event)
                    self._changed(state)

                self._changed(await action(handle, session.cloud, emit, self._stop))
        except RunvpcError as error:
            failure = error
        finally:
            self._idle.set()
            self._ended(failure)
