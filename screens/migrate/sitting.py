"""What the pages of a migration talk to: the model, and what may be done with it. No widgets here."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from screens.migrate.keeper import MoveKeeper
from screens.migrate.model import MoveModel, Stage
from screens.migrate.reading import connectors_of, read
from screens.places import Spawn
from wizard.apply.events import RunStatus
from wizard.apply.state import RunState
from wizard.desk import Desk, Session
from wizard.errors import InputError, RunvpcError
from wizard.fleet.answers import FinishAnswers, MigrateAnswers
from wizard.fleet.planner import plan_migration
from wizard.fleet.validate import check_answers
from wizard.fleet.which import the_connector
from wizard.flow.model import Trouble
from wizard.plan.plan import Plan

Listener = Callable[[MoveModel], None]
Edit = Callable[[MoveModel], MoveModel]

READ_AGAIN = ("connector", "network", "to")
"""Answers that decide what is read."""


class Sitting:
    """One sitting: a frozen model, replaced at every change, and the operations that replace it."""

    def __init__(self, desk: Desk, answers: MigrateAnswers, *, token: Callable[[], str], spawn: Spawn) -> None:
        self._model = MoveModel(answers=answers, read_only=desk.read_only)
        self._listeners: list[Listener] = []
        self._new_token = token
        self._token = token()
        self._asked = 0
        self._again: Callable[[], None] = self.read
        self.desk = desk
        self.spawn = spawn
        self.keeper = MoveKeeper(desk.state, changed=self._run_changed, ended=self._run_ended)

    @property
    def model(self) -> MoveModel:
        return self._model

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change from now on; the result takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def put(self, model: MoveModel) -> None:
        """Replace the model and tell everybody."""
        self._model = model
        for listener in tuple(self._listeners):
            listener(model)

    def held(self, paused: bool) -> None:
        """The sandbox's time stands still, or goes on."""
        session = self._model.session
        if session is not None and session.paused is not paused:
            self.put(replace(self._model, session=dataclasses.replace(session, paused=paused)))

    # --- the cloud

    def enter(self, scenario: str) -> None:
        """Open the sandbox with this scenario, or without one Google Cloud, and read what uses the connector."""
        self._again = lambda: self.enter(scenario)
        self._begin("connecting", lambda: self._enter(scenario))

    def read(self) -> None:
        """Read everything again."""
        session = self._model.session
        if session is not None and not self._model.running:
            self._again = self.read
            self._begin("reading what uses the connector", lambda: self._read(session))

    def again(self) -> None:
        """Do what was done last once more."""
        self._again()

    async def close(self) -> None:
        """Close the cloud."""
        if self._model.session is not None:
            await self._model.session.cloud.aclose()

    def _begin(self, doing: str, work: Callable[[], Awaitable[Edit]]) -> None:
        self._asked += 1
        number = self._asked
        self.put(replace(self._model, reading=doing, trouble=None))

        async def carry_out() -> None:
            try:
                edit = await work()
            except RunvpcError as error:
                if number == self._asked:
                    self.troubled(doing, error)
                return
            if number == self._asked:
                self.put(replace(edit(self._model), reading=""))
                self.replan()

        self.spawn(carry_out)

    async def _enter(self, scenario: str) -> Edit:
        answers = self._model.answers
        if scenario:
            session = await self.desk.sandbox(scenario, answers.region)
        else:
            project = answers.project or await self.desk.default_project()
            if not project:
                raise InputError("no project is known", field="project", fix="--project PROJECT")
            session = await self.desk.live(project, answers.region)
        placed = replace(answers, project=session.project, region=session.region)
        self.put(replace(self._model, session=session, answers=placed))
        return await self._read(session)

    async def _read(self, session: Session) -> Edit:
        try:
            answers = await the_connector(session.cloud, self._model.answers)
        except InputError:
            several = await connectors_of(session)
            if len(several) < 2:
                raise
            return lambda model: replace(model, connectors=several)
        fleet = await read(session, answers)
        return lambda model: replace(
            model, fleet=fleet, answers=replace(model.answers, connector=answers.connector), connectors=()
        )

    # --- answers

    def answer(self, answers: MigrateAnswers) -> str:
        """Wish for this instead. The problem in words, empty when there is none."""
        if self._model.running:
            return "a run is under way: its answers stay as they are"
        try:
            check_answers(answers)
        except InputError as error:
            return f"{error.message}; {error.fix}" if error.fix else error.message
        before, self._model = self._model.answers, replace(self._model, answers=answers, finishing=False)
        if any(getattr(before, key) != getattr(answers, key) for key in READ_AGAIN):
            self.put(replace(self._model, fleet=None, plan=None))
            self.read()
        else:
            self.replan()
        return ""

    def replan(self) -> None:
        """The plan for the answers and what is known, and everybody told."""
        model = self._model
        if model.fleet is None or model.finishing:
            self.put(model)
            return
        try:
            plan = plan_migration(model.fleet, model.answers, self._token)
        except InputError as error:
            self.put(replace(model, plan=None, trouble=Trouble.of("planning", error)))
            return
        trouble = None if model.trouble is not None and model.trouble.doing == "planning" else model.trouble
        self.put(replace(model, plan=plan, trouble=trouble))

    def finish(self, wishes: FinishAnswers) -> None:
        """Plan the end: the connector deleted, on facts that are read anew."""
        session = self._model.session
        if session is None or self._model.running:
            return
        answers = replace(self._model.answers, finish=wishes)
        self._again = lambda: self.finish(wishes)
        self.put(replace(self._model, finishing=True, plan=None, stage=Stage.FINDINGS))
        self._begin("looking whether anything still uses the connector", lambda: self._finish(session, answers))

    async def _finish(self, session: Session, answers: MigrateAnswers) -> Edit:
        from wizard.fleet.finish import plan_finish

        fleet = await read(session, answers)
        plan = plan_finish(fleet, answers, self._token)
        return lambda model: replace(model, fleet=fleet, plan=plan, answers=answers)

    # --- pages

    def go(self, stage: Stage) -> str:
        """Go to a page; why not, when it cannot be gone to yet."""
        why = self._model.closed(stage)
        if not why:
            back = stage is Stage.INVENTORY and self._model.finishing
            self.put(replace(self._model, stage=stage, finishing=self._model.finishing and not back))
            if back:
                self.replan()
        return why

    def troubled(self, doing: str, error: RunvpcError) -> None:
        """Show what did not work and what to do."""
        self.put(replace(self._model, trouble=Trouble.of(doing, error), reading=""))

    # --- the run

    def apply(self) -> None:
        """Carry out the plan as it was shown."""
        model = self._model
        plan, session = model.plan, model.session
        if plan is None or session is None or plan.blocked or not plan.steps or model.running or model.read_only:
            return
        self.put(replace(model, running=True, run=None, applied=plan, stage=Stage.BOARD))
        self.spawn(lambda: self.keeper.move(plan, session, model.answers))

    def take_up(self, run: RunState, plan: Plan) -> None:
        """Show a run of another day."""
        self.put(replace(self._model, run=run, applied=plan, stage=Stage.BOARD))

    def resume(self) -> None:
        """Go on with the last run."""
        self._carry_on(lambda run, session: self.keeper.go_on_with(run, session))

    def undo(self) -> None:
        """Take all of the last run back."""
        self._carry_on(lambda run, session: self.keeper.undo(run, session))

    def recall(self, group: str) -> None:
        """Take back one service or job: while the run goes on, or after its end."""
        if self._model.running:
            self.keeper.recall.ask(group)
            self.put(self._model)
        else:
            self._carry_on(lambda run, session: self.keeper.take_back(run, group, session))

    def _carry_on(self, action: Callable[[str, Session], Awaitable[None]]) -> None:
        session, run = self._model.session, self._model.run
        if session is None or run is None or self._model.running or self._model.read_only:
            return
        self.put(replace(self._model, running=True, stage=Stage.BOARD))

        async def carry_out() -> None:
            await action(run.run, session)

        self.spawn(carry_out)

    def pause(self) -> None:
        """Start no further step, or go on again."""
        if self.keeper.paused:
            self.keeper.go_on()
        else:
            self.keeper.pause()
        self.put(self._model)

    def stop(self) -> None:
        """Finish the call in flight, record it, and start nothing more."""
        self.keeper.stop()
        self.put(self._model)

    def _run_changed(self, state: RunState) -> None:
        self.put(replace(self._model, run=state))

    def _run_ended(self, error: RunvpcError | None) -> None:
        """What the run changed is read, and the next plan gets names of its own."""
        self._token = self._new_token()
        run = self._model.run
        whole = run is not None and run.status in (RunStatus.DONE, RunStatus.UNDONE)
        stage = Stage.DONE if whole and error is None else self._model.stage
        self.put(replace(self._model, running=False, finishing=False, stage=stage))
        if error is None:
            self.read()
        else:
            self.troubled("the run", error)
