"""Starting the screens: the one thing that the command line imports of this package."""

from __future__ import annotations

from screens.app import WizardApp
from wizard.answers import Answers
from wizard.apply.state import RunState
from wizard.desk import Desk


def run(desk: Desk, answers: Answers, *, scenario: str = "") -> RunState | None:
    """Show the wizard until the person leaves. The state of the last run, None when nothing was run.

    Raises what nobody expected, for the boundary of the command line.
    """
    app = WizardApp(desk, answers, scenario=scenario)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.wizard.model.run
