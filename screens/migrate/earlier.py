"""A migration that was begun earlier and not finished: offered again when its cloud is open."""

from __future__ import annotations

from msgspec.structs import replace
from textual.app import App

from screens.dialogs.unfinished import KEEP, RESUME, UNDO, Unfinished
from screens.migrate.sitting import Sitting
from screens.migrate.taking_back import offer_undo
from screens.places import OPEN
from screens.saved import SavedAnswers
from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal
from wizard.apply.record import RunRow
from wizard.apply.state import RunState
from wizard.errors import RunvpcError
from wizard.fleet.answers import FLOW
from wizard.guide.board import can_go_on
from wizard.paths import Paths


def offer_earlier(app: App[None], sitting: Sitting) -> None:
    """Ask what shall become of the newest migration of this cloud that is not finished, if there is one."""
    try:
        row = earlier(sitting)
    except RunvpcError as error:
        sitting.troubled("reading the journal", error)
        return
    if row is None:
        return
    run = row.id

    def answered(choice: str | None) -> None:
        if choice == KEEP:
            SavedAnswers(sitting.desk.state).keep_run(run)
        elif choice in (RESUME, UNDO) and _take_up(sitting, run):
            if choice == RESUME:
                sitting.resume()
            else:
                offer_undo(app, sitting)

    app.push_screen(Unfinished(row), answered)


def earlier(sitting: Sitting) -> RunRow | None:
    """The newest migration of the open cloud that can go on, and that nobody works on. Raises RunvpcError."""
    session, path = sitting.model.session, Paths(sitting.desk.state).journal
    if session is None or not path.exists():
        return None
    kept = SavedAnswers(sitting.desk.state).kept_runs()
    with Journal.open(path) as journal:
        mine = (row for row in journal.runs() if row.flow == FLOW and row.environment == session.environment)
        open_ = (row for row in mine if row.shown in OPEN and not row.alive and row.id not in kept)
        return next((row for row in open_ if can_go_on(_state(journal, row.id))), None)


def _take_up(sitting: Sitting, run: str) -> bool:
    """Show the run as it stands. False when it cannot be read: the page says why."""
    try:
        with Journal.open(Paths(sitting.desk.state).journal) as journal:
            plan, state = journal.load(run).plan, _state(journal, run)
    except RunvpcError as error:
        sitting.troubled("reading the run", error)
        return False
    sitting.take_up(state, plan)
    return True


def _state(journal: Journal, run: str) -> RunState:
    """The run as its events say; one that was cut off is stopped. Raises InputError."""
    state = journal.state(run)
    status = RunStatus.STOPPED if state.status is RunStatus.RUNNING else state.status
    return replace(state, run=run, status=status)
