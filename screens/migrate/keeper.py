"""The run of a migration: as any run, and single services and jobs of it can be taken back."""

from __future__ import annotations

import asyncio

from screens.run_keeper import RunKeeper
from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.resume import resume
from wizard.apply.rollback import take_back
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.work import Emit, Hold, Recall
from wizard.desk import Session
from wizard.export.migrate_answers import render
from wizard.fleet.answers import MigrateAnswers
from wizard.plan.plan import Plan
from wizard.ports import Cloud


class MoveKeeper(RunKeeper):
    """Carries out one migration at a time."""

    recall: Recall = Recall()

    async def move(self, plan: Plan, session: Session, answers: MigrateAnswers) -> None:
        """Begin a run of the plan, as it was shown, and carry it out."""
        self.recall = Recall()
        await self.carry_out(lambda journal: self.begun(journal, plan, session, render(answers)), self._run, session)

    async def go_on_with(self, id_: str, session: Session) -> None:
        """Go on with a run of this cloud."""
        self.recall = Recall()
        await self.carry_out(lambda journal: journal.attach(id_, session.environment), self._resume, session)

    async def take_back(self, id_: str, group: str, session: Session) -> None:
        """Take back one service or job of a run that has ended."""

        def attach(journal: Journal) -> RunHandle:
            return journal.attach(id_, session.environment)

        async def back(handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, *, hold: Hold) -> RunState:
            return await take_back(handle, cloud, emit, stop, group)

        await self.carry_out(attach, back, session)

    async def _run(self, handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, *, hold: Hold) -> RunState:
        return await run(handle, cloud, emit, stop, hold=hold, recall=self.recall)

    async def _resume(
        self, handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, *, hold: Hold
    ) -> RunState:
        return await resume(handle, cloud, emit, stop, hold=hold, recall=self.recall)
