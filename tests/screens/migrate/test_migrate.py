"""Pictures of the pages of a migration, in every main state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from screens.migrate.board import BoardPage
from screens.migrate.model import Stage
from tests.screens.migrate import fleets
from tests.screens.migrate.stage import app_at, model, picture, planned, running
from tests.screens.stage import SIZES
from wizard.apply.state import RunState
from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers
from wizard.flow.model import Trouble
from wizard.plan.plan import Plan

BOTH = ("80x24", "120x40")
BLOCKED = MigrateAnswers(project="demo-project", region=fleets.REGION, connector="legacy", subnet="run", nat="leave")


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoardPage, "clock", staticmethod(lambda: fleets.NOW))


@pytest.mark.parametrize("keys", [(), ("down",), ("slash", *"owner:terra")], ids=["first", "owned", "filtered"])
@pytest.mark.parametrize("size", BOTH)
async def test_inventory(size: str, keys: tuple[str, ...], tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BLOCKED)), SIZES[size], *keys) == snap


async def test_several_connectors(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Stage.INVENTORY, fleet=None, plan=None, connectors=("legacy", "other"))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_trouble(tmp_path: Path, snap: SnapshotAssertion) -> None:
    error = InputError("no project is known [/x]", field="project", fix="--project PROJECT")
    shown = model(tmp_path, Stage.INVENTORY, fleet=None, plan=None, trouble=Trouble.of("connecting", error))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


@pytest.mark.parametrize("name", ["t", "u"])
async def test_what_is_typed(name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Stage.INVENTORY)), SIZES["80x24"], name) == snap


@pytest.mark.parametrize("size", BOTH)
async def test_findings(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Stage.FINDINGS, BLOCKED)), SIZES[size]) == snap


@pytest.mark.parametrize("size", BOTH)
async def test_plan(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Stage.FINDINGS)), SIZES[size], "right", "down") == snap


async def test_apply(tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Stage.FINDINGS)), SIZES["80x24"], "ctrl+n") == snap


RUNS: dict[str, Callable[[Plan], RunState]] = {"under_way": fleets.under_way, "over": fleets.over}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("size", BOTH)
async def test_board(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = running(tmp_path, Stage.BOARD, RUNS[name](planned()))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_rollback_is_asked_for(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = running(tmp_path, Stage.BOARD, fleets.under_way(planned()))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"], "b") == snap


async def test_the_board_at_60x20(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = running(tmp_path, Stage.BOARD, fleets.under_way(planned()))
    assert await picture(app_at(tmp_path, shown), SIZES["60x20"]) == snap


@pytest.mark.parametrize("name", ["over", "all_moved"])
@pytest.mark.parametrize("size", BOTH)
async def test_done(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    run = fleets.over(planned()) if name == "over" else fleets.all_moved(planned())
    shown = replace(running(tmp_path, Stage.DONE, run), running=False)
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_finish(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = running(tmp_path, Stage.DONE, fleets.all_moved(planned()))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"], "f") == snap
