"""The end of the connector: when it may be offered, and what is asked first."""

from __future__ import annotations

from textual.app import App

from screens.migrate.dialogs import Finish
from screens.migrate.model import MoveModel
from screens.migrate.sitting import Sitting
from wizard.fleet.answers import DIRECT, FinishAnswers


def may_finish(model: MoveModel) -> bool:
    """Whether there is a connector to be deleted; whether something uses it is looked at later."""
    here = model.fleet is None or model.fleet.connector is not None
    return bool(model.answers.connector) and model.answers.to == DIRECT and here and not model.running


def offer_finish(app: App[None], sitting: Sitting) -> None:
    """Ask for the connector's name, and plan its end."""
    model = sitting.model
    if model.session is None or not may_finish(model) or model.read_only:
        return

    def agreed(wishes: FinishAnswers | None) -> None:
        if wishes is not None:
            sitting.finish(wishes)

    app.push_screen(Finish(model.answers.connector.rpartition("/")[2], model.session.banner), agreed)
