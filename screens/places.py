"""Clouds: opening one, reading what is in it, and the lists from which project and region are chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from screens.saved import SavedAnswers
from wizard import inventory
from wizard.answers import by_key
from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal
from wizard.apply.record import RunRow
from wizard.desk import Desk, ProjectInfo, Session
from wizard.errors import RunvpcError
from wizard.flow.edits import default
from wizard.flow.model import Model, Trouble
from wizard.flow.pages import PAGE_OF, Page
from wizard.inventory import Inventory
from wizard.paths import Paths
from wizard.plan.setup.preflight import PERMISSIONS

OPEN = frozenset({RunStatus.STOPPED, RunStatus.FAILED, RunStatus.WAITING})
"""Runs that somebody still has to decide about."""

Edit = Callable[[Model], Model]
"""What a read makes of the model as it is when the reply comes."""

Work = Callable[[], Coroutine[Any, Any, None]]
Spawn = Callable[[Work], object]
"""Begins something that outlives the page on which it was asked for."""


class Sitting(Protocol):
    """What is needed of the wizard."""

    desk: Desk
    saved: SavedAnswers
    spawn: Spawn

    @property
    def model(self) -> Model: ...

    def put(self, model: Model) -> None: ...

    def replan(self) -> None: ...

    def go(self, page: Page) -> str: ...

    def resume(self, run: str) -> None: ...


class Places:
    """Everything here is begun by a page and goes on when it is left. A late reply to an old question is dropped."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._asked = 0
        self._then: Page | None = None
        self._opened: list[Session] = []
        self._again: Callable[[], None] = self.read
        self.projects: tuple[ProjectInfo, ...] = ()
        self.regions: tuple[str, ...] = ()
        self.live = False

    @property
    def _journal(self) -> Path:
        return Paths(self._sitting.desk.state).journal

    # --- what a page begins

    def enter_sandbox(self, scenario: str, *, then: Page | None = None) -> None:
        """Open the sandbox with this scenario, read it, and go to the page `then`."""
        self._then = then
        doing = f"starting the sandbox {scenario}"
        if self._sitting.model.reading == doing:
            return
        self.live, self._again = False, lambda: self.enter_sandbox(scenario, then=then)
        self._begin(doing, lambda: self._open(self._sitting.desk.sandbox(scenario)))

    def enter_live(self) -> None:
        """Find out who calls and which projects may be seen; the cloud is opened once project and region are known."""
        self.live, self._again = True, self.enter_live
        self._sitting.put(replace(self._sitting.model, session=None, inventory=None, plan=None))
        self._begin("looking for credentials and projects", self._find_projects)

    def open_live(self) -> None:
        """Open Google Cloud for the project and region that were answered."""
        answers = self._sitting.model.answers
        if answers.project and answers.region:
            self._again, self._then = self.open_live, Page.SERVICE
            opening = self._sitting.desk.live
            doing = f"connecting to {answers.project}"
            self._begin(doing, lambda: self._open(opening(answers.project, answers.region)))

    def move_sandbox(self) -> None:
        """Open the same sandbox for the region that was answered."""
        session = self._sitting.model.session
        if session is not None:
            region = self._sitting.model.answers.region
            opening = self._sitting.desk.sandbox
            scenario = session.scenario
            self._again, self._then = self.move_sandbox, Page.SERVICE
            self._begin(f"opening {region}", lambda: self._open(opening(scenario, region)))

    def read(self) -> None:
        """Read the project again."""
        session = self._sitting.model.session
        if session is not None:
            self._again = self.read
            self._begin(f"reading {session.project}", lambda: self._read(session))

    def read_regions(self) -> None:
        """Read the regions of the project."""
        self._again = self.read_regions
        self._begin("reading the regions", self._find_regions)

    def again(self) -> None:
        """Do what was done last once more: what did not work, or a read of what may have changed."""
        self._again()

    def take_up(self, row: RunRow, *, undo: bool) -> None:
        """Open the cloud that the run belongs to, and go on with it, or to the page on which it can be taken back."""
        self._again, self._then = lambda: self.take_up(row, undo=undo), None
        self._begin(f"opening the cloud of run {row.id}", lambda: self._take_up(row, undo))

    def keep_run(self, run: str) -> None:
        """Do not offer the run any more."""
        self._sitting.saved.keep_run(run)
        self.read_runs()

    def read_runs(self) -> None:
        """The runs that were not finished, of every cloud."""
        path = self._journal
        rows: tuple[RunRow, ...] = ()
        trouble = self._sitting.model.trouble
        if path.exists():
            try:
                with Journal.open(path) as journal:
                    rows = tuple(row for row in journal.runs() if row.shown in OPEN)
                kept = self._sitting.saved.kept_runs()
                rows = tuple(row for row in rows if row.id not in kept)
            except RunvpcError as error:
                trouble = Trouble.of("reading the journal", error)
        self._sitting.put(replace(self._sitting.model, unfinished=rows, trouble=trouble))

    # --- how it is done

    def _begin(self, doing: str, work: Callable[[], Awaitable[Edit]]) -> None:
        self._asked += 1
        number = self._asked
        self._sitting.put(replace(self._sitting.model, reading=doing, trouble=None))

        async def carry_out() -> None:
            try:
                edit = await work()
            except RunvpcError as error:
                if number == self._asked:
                    trouble = Trouble.of(doing, error)
                    self._sitting.put(replace(self._sitting.model, reading="", trouble=trouble))
                return
            if number == self._asked:
                self._sitting.put(replace(edit(self._sitting.model), reading=""))
                self._sitting.replan()

        self._sitting.spawn(carry_out)

    async def close(self) -> None:
        """Close every cloud that was opened. Not before the end: a read that nobody waits for may still use one."""
        while self._opened:
            await self._opened.pop().cloud.aclose()

    async def _open(self, connecting: Awaitable[Session]) -> Edit:
        number = self._asked
        session = await connecting
        self._opened.append(session)
        if number != self._asked:
            return _same
        self._sitting.put(_placed(self._sitting.model, session, self._sitting.saved))
        if self._then is not None:
            self._sitting.go(self._then)
        return await self._read(session)

    async def _take_up(self, row: RunRow, undo: bool) -> Edit:
        session = self._sitting.model.session
        edit: Edit = _same
        if session is None or session.environment != row.environment:
            desk = self._sitting.desk
            scenario = desk.scenario_of(row.environment)
            opening = desk.sandbox(scenario) if scenario else desk.live(row.project, row.region)
            edit = await self._open(opening)
        with Journal.open(self._journal) as journal:
            self._sitting.put(replace(self._sitting.model, run=journal.state(row.id)))
        if not undo:
            self._sitting.resume(row.id)
        else:
            self._sitting.go(Page.DONE)
        return edit

    async def _read(self, session: Session) -> Edit:
        answers = self._sitting.model.answers
        names = tuple(sorted({reference.partition(":")[0] for reference in answers.secrets.values()}))
        facts = await inventory.read(
            session.cloud,
            session.region,
            answers.service,
            network=answers.network,
            secrets=names,
            permissions=PERMISSIONS,
            dns=True,
            backends=True,
        )
        lost = lost_connection(facts)
        if lost is None:
            return lambda model: replace(model, inventory=facts)
        return lambda model: replace(model, inventory=model.inventory or facts, trouble=lost)

    async def _find_projects(self) -> Edit:
        desk = self._sitting.desk
        project = self._sitting.model.answers.project or await desk.default_project()
        self.projects = await desk.projects("")
        return lambda model: replace(
            model, answers=replace(model.answers, project=project), session=None, inventory=None, plan=None
        )

    async def _find_regions(self) -> Edit:
        model = self._sitting.model
        scenario = model.session.scenario if model.session is not None else ""
        self.regions = await self._sitting.desk.regions(scenario, model.answers.project)
        return _same


_NO_CONNECTION = {
    "UNAUTHENTICATED": "log in again: gcloud auth application-default login",
    "UNAVAILABLE": "check the connection to the network",
    "DEADLINE_EXCEEDED": "check the connection to the network",
}
"""Errors that concern every call, and what to do; what a single list may not show is a finding of the plan instead."""


def lost_connection(facts: Inventory) -> Trouble | None:
    """Why nothing can be read any more: an expired token, a network that is gone. None when the project was read."""
    for gap in facts.gaps:
        if gap.status in _NO_CONNECTION:
            fix = _NO_CONNECTION[gap.status]
            return Trouble(doing=f"reading {gap.what}", message=gap.message, fix=fix, code=gap.status.lower())
    return None


def _same(model: Model) -> Model:
    return model


def _placed(model: Model, session: Session, saved: SavedAnswers) -> Model:
    """The model in this cloud. Answers of the last time come back when none were given in this sitting."""
    held = saved.find(session.environment)
    given = model.answered - {"project", "region"}
    answers = held if held is not None and not given else model.answers
    answers = replace(answers, project=session.project, region=session.region)
    answered = {key for key, value in by_key(answers).items() if value != default(key)} & PAGE_OF.keys()
    return replace(model, session=session, answers=answers, answered=frozenset(answered))
