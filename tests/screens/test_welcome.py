"""The welcome page: which cloud, and the runs that were not finished."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from tests.screens.stage import SIZES, PaperDesk, app_at, model, picture, settle
from wizard.answers import Answers
from wizard.apply.events import Phase, RunStatus
from wizard.apply.record import RunRow
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page

UNFINISHED = RunRow(
    id="r-k3f9",
    created="2026-08-20T09:12:44.000000Z",
    flow="setup",
    project="demo-project",
    region="us-central1",
    environment="sandbox:0123456789abcdef",
    phase=Phase.APPLY,
    status=RunStatus.STOPPED,
    alive=False,
)


@pytest.mark.parametrize("size", SIZES)
async def test_first_frame(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, Model()), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_sandbox_open(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.WELCOME, answers=Answers(project="demo-project", region="us-central1"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_runs_that_were_not_finished(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.WELCOME))
    other = msgspec.structs.replace(UNFINISHED, id="r-live", environment="live:p", status=RunStatus.WAITING)
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        app.wizard.put(msgspec.structs.replace(app.wizard.model, unfinished=(UNFINISHED, other)))
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


class Elsewhere(PaperDesk):
    """A desk that does not know the scenario file of any recorded sandbox."""

    def scenario_of(self, environment: str) -> str:
        raise InputError("not known here", field="--sandbox", fix="--sandbox FILE")


async def test_a_run_of_a_sandbox_that_is_not_known_here_is_listed_all_the_same(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.WELCOME), desk=Elsewhere(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.wizard.put(msgspec.structs.replace(app.wizard.model, unfinished=(UNFINISHED,)))
        await settle(pilot)
        shown = app.export_screenshot(simplify=True).replace("&#160;", " ")
        assert UNFINISHED.id in shown
        assert "another sandbox" in shown
