"""Starting the pages of a migration: the one thing that the command line imports of them."""

from __future__ import annotations

from screens.migrate.app import MigrateApp
from wizard.apply.state import RunState
from wizard.desk import Desk
from wizard.fleet.answers import MigrateAnswers


def run(desk: Desk, answers: MigrateAnswers, *, scenario: str = "") -> RunState | None:
    """Show the pages until the person leaves. The state of the last run, None when nothing was run.

    Raises what nobody expected, for the boundary of the command line.
    """
    app = MigrateApp(desk, answers, scenario=scenario)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.sitting.model.run
