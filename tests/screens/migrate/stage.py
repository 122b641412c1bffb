"""The application of a migration on a model that was written by hand, with no cloud behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from screens.migrate.app import MigrateApp
from screens.migrate.model import MoveModel, Stage
from tests.screens.migrate.fleets import fleet, moving
from tests.screens.stage import PaperDesk, session, settle
from wizard.apply.state import RunState
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.planner import plan_migration
from wizard.plan.plan import Plan


def planned(answers: MigrateAnswers | None = None) -> Plan:
    return plan_migration(fleet(), answers or moving(), "t0k3n")


def model(state: Path, stage: Stage, answers: MigrateAnswers | None = None, **changes: Any) -> MoveModel:
    """A sitting that has come to this page, with the fleet read and planned."""
    given = answers or moving()
    base = MoveModel(stage=stage, answers=given, session=session(state), fleet=fleet(), plan=planned(given))
    return replace(base, **changes)


def running(state: Path, stage: Stage, run: RunState) -> MoveModel:
    return model(state, stage, run=run, applied=planned(), running=run.status.value == "running")


def app_at(state: Path, shown: MoveModel) -> MigrateApp:
    """The application on this model; `app.sitting` is its sitting."""
    app = MigrateApp(PaperDesk(state), shown.answers, enter=False, token=lambda: "t0k3n")
    app.sitting.put(shown)
    return app


async def picture(app: MigrateApp, size: tuple[int, int], *keys: str) -> str:
    """The screen as SVG after these keys."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if keys:
            await pilot.press(*keys)
            await settle(pilot)
        return app.export_screenshot(title="runvpc migrate", simplify=True)
