"""Taking the whole run back: what goes, what stays, and a name typed as a yes."""

from __future__ import annotations

from textual.app import App

from screens.dialogs.undo import Undo
from screens.migrate.sitting import Sitting
from wizard.errors import RunvpcError


def offer_undo(app: App[None], sitting: Sitting) -> None:
    """Show what taking back the last run would do, and do it when the person agrees."""
    model = sitting.model
    if model.run is None or model.session is None or model.running or model.read_only:
        return
    try:
        plan, stays = sitting.keeper.undo_plan(model.run.run)
    except RunvpcError as error:
        sitting.troubled("looking at what undo would do", error)
        return
    dialog = Undo(plan, stays, model.run.run, model.session.banner)
    app.push_screen(dialog, lambda yes: sitting.undo() if yes else None)
