"""What pages talk to: the model, and what may be done with it. No widgets here; the application draws what changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from msgspec.structs import replace

from screens.places import Places, Spawn
from screens.run_keeper import RunKeeper
from screens.saved import SavedAnswers
from wizard.answer_check import check_answers, check_value
from wizard.answers import Answers, Value, by_key, from_keys
from wizard.apply.events import RunStatus
from wizard.apply.state import RunState
from wizard.desk import Desk
from wizard.errors import InputError, RunvpcError
from wizard.flow.edits import Cleared, consequences, default, edit
from wizard.flow.model import Model, Trouble
from wizard.flow.pages import PAGE_OF, Page
from wizard.flow.walk import closed, following, preceding
from wizard.plain import parse_reply
from wizard.plan.setup import plan_setup
from wizard.probe.targets import parse
from wizard.questions import BY_KEY

Listener = Callable[[Model], None]

READ_AGAIN = frozenset({"service", "network", "secrets"})
"""Answers that decide what has to be read of the project."""


class Wizard:
    """One sitting: a frozen model, replaced at every change, and the operations that replace it."""

    def __init__(self, desk: Desk, *, answers: Answers, token: Callable[[], str], spawn: Spawn) -> None:
        given = frozenset(key for key, value in by_key(answers).items() if value != default(key))
        self._model = Model(answers=answers, answered=given & PAGE_OF.keys(), read_only=desk.read_only)
        self._listeners: list[Listener] = []
        self._token = token()
        self._new_token = token
        self.desk = desk
        self.spawn = spawn
        self.saved = SavedAnswers(desk.state)
        self.places = Places(self)
        self.keeper = RunKeeper(desk.state, changed=self._run_changed, ended=self._run_ended)

    @property
    def model(self) -> Model:
        return self._model

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change from now on; the result takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def put(self, model: Model) -> None:
        """Replace the model and tell everybody. For the parts of the wizard, not for pages."""
        self._model = model
        for listener in tuple(self._listeners):
            listener(model)

    def held(self, paused: bool) -> None:
        """The sandbox's time stands still, or goes on."""
        session = self._model.session
        if session is not None and session.paused is not paused:
            self.put(replace(self._model, session=dataclasses.replace(session, paused=paused)))

    # --- answers

    def type_in(self, key: str, text: str) -> str:
        """Answer with what was typed. The problem in words, empty when there is none; the model has it, too."""
        try:
            value = parse_reply(BY_KEY[key], text.strip()) if text.strip() else default(key)
        except InputError as error:
            return self._refuse(key, error)
        return self.answer(key, value)

    def answer(self, key: str, value: Value) -> str:
        """Answer one question, judged by the same functions as on the command line. The problem, or empty."""
        return self.answer_all({key: value})

    def answer_all(self, values: dict[str, Value]) -> str:
        """Answer several questions that only make sense together; none is answered when one is refused."""
        answers, cleared = self._model.answers, set[str]()
        try:
            if self._model.locked:
                raise InputError("a run is under way: its answers stay as they are", field=next(iter(values)))
            for key, value in values.items():
                check_value(BY_KEY[key], value)
                cleared |= {gone.key for gone in consequences(answers, key, value)}
                answers = edit(answers, key, value)
            check_answers(answers)
        except InputError as error:
            named = error.field.partition(".")[0]
            return self._refuse(next((key for key in values if key in (error.field, named)), next(iter(values))), error)
        problems = {key: text for key, text in self._model.problems.items() if key not in values}
        before = self._model.answers
        given = {key for key in values if values[key] != default(key) or key in self._model.answered}
        self._model = replace(
            self._model, answers=answers, answered=self._model.answered - cleared | given, problems=problems
        )
        self.saved.keep(self._model)
        self.replan()
        if before != answers and READ_AGAIN & values.keys():
            self.places.read()
        return ""

    def consequences(self, key: str, value: Value) -> tuple[Cleared, ...]:
        """The later answers that go when this one is changed so; to be shown before it is."""
        return consequences(self._model.answers, key, value)

    def forget(self) -> None:
        """Begin anew: every answer but the place goes."""
        held = self._model.answers
        place = {key: text for key, text in (("project", held.project), ("region", held.region)) if text}
        self._model = replace(
            self._model,
            answers=from_keys(dict(place)),
            answered=frozenset(place),
            problems={},
            express=False,
            run=None,
            visited=frozenset({Page.WELCOME, Page.PROJECT, Page.REGION}),
        )
        self.saved.keep(self._model)
        self.replan()

    def replan(self) -> None:
        """The plan for the answers and what is known of the project, and everybody told."""
        model = self._model
        try:
            targets = tuple(parse(text) for text in model.answers.targets)
            ready = model.answers.service and targets
            facts = model.inventory if ready else None
            plan = plan_setup(facts, model.answers, targets, self._token) if facts is not None else None
        except InputError as error:
            self.put(replace(model, plan=None, trouble=Trouble.of("planning", error)))
            return
        self.put(replace(model, targets=targets, plan=plan))

    def _refuse(self, key: str, error: RunvpcError) -> str:
        text = f"{error.message}; {error.fix}" if error.fix else error.message
        self.put(replace(self._model, problems={**self._model.problems, key: text}))
        return text

    # --- pages

    def go(self, page: Page) -> str:
        """Go to a page; why not, when it cannot be gone to yet."""
        why = closed(page, self._model)
        if not why:
            self.put(replace(self._model, page=page, visited=self._model.visited | {page}))
        return why

    def next(self) -> str:
        """The page after this one."""
        page = following(self._model.page, self._model)
        return self.go(page) if page is not None else ""

    def back(self) -> None:
        """The page before this one."""
        page = preceding(self._model.page, self._model)
        if page is not None:
            self.go(page)

    def choose_express(self, express: bool) -> None:
        """Take the recommendations as a whole, or look at every page."""
        self.put(replace(self._model, express=express))

    def troubled(self, doing: str, error: RunvpcError) -> None:
        """Show on the page what did not work and what to do; nothing typed is lost."""
        self.put(replace(self._model, trouble=Trouble.of(doing, error), reading=""))

    def settle(self) -> None:
        """The trouble was read."""
        self.put(replace(self._model, trouble=None))

    # --- the run

    def apply(self) -> None:
        """Carry out the plan as it was shown."""
        model = self._model
        if model.plan is None or model.session is None or model.plan.blocked or model.running or model.read_only:
            return
        plan, session = model.plan, model.session
        self.put(replace(self._model, running=True, run=None))
        self.spawn(lambda: self.keeper.start(plan, session, model.answers))
        self.go(Page.APPLY)

    def resume(self, run: str) -> None:
        """Go on with a run of this cloud."""
        session = self._model.session
        if session is not None and not self._model.running:
            self.put(replace(self._model, running=True))
            self.spawn(lambda: self.keeper.resume(run, session))
            self.go(Page.APPLY)

    def undo(self, run: str) -> None:
        """Take back a run of this cloud."""
        session = self._model.session
        if session is not None and not self._model.running:
            self.put(replace(self._model, running=True))
            self.spawn(lambda: self.keeper.undo(run, session))
            self.go(Page.APPLY)

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
        """What the run changed is read, the next plan gets names of its own, and answers that are done with go."""
        self._token = self._new_token()
        model = self._model
        self.put(replace(model, running=False))
        if model.run is not None and model.run.status is RunStatus.DONE and model.session is not None:
            self.saved.forget(model.session.environment)
        self.places.read()
        self.places.read_runs()
        if error is not None:
            self.troubled("the run", error)
