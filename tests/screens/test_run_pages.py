"""The pages of a run, and those that lead to it, in every main state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from screens.pages.apply import ApplyPage
from tests.plan.worlds import tutorial, wishes
from tests.screens import runs
from tests.screens.stage import SIZES, app_at, model, picture, settle
from wizard.answers import Answers
from wizard.apply.state import RunState
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.plan.plan import Plan

BOTH = ("80x24", "120x40")
STATES: dict[str, Callable[[Plan], RunState]] = {
    "running": runs.under_way,
    "done": runs.done,
    "failed": runs.failed,
    "stopped": runs.stopped,
    "undone": runs.undone,
    "waiting": lambda plan: runs.undone(plan, waiting=True),
}


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApplyPage, "clock", staticmethod(lambda: runs.NOW))


def at(state: Path, page: Page, made: Callable[[Plan], RunState], answers: Answers | None = None) -> Model:
    shown = model(state, page, answers=answers)
    assert shown.plan is not None
    run = made(shown.plan)
    return msgspec.structs.replace(shown, run=run, running=run.status.value == "running")


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_express(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.EXPRESS, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", BOTH)
async def test_express_with_a_blocking_finding(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.EXPRESS, tutorial(networks=()))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_review(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.REVIEW, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("tab", ["findings", "diff", "gcloud", "terraform"])
@pytest.mark.parametrize("size", BOTH)
async def test_review_tabs(size: str, tab: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    from textual.widgets import Tabs

    app = app_at(tmp_path, model(tmp_path, Page.REVIEW))
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        app.screen.query_one(Tabs).active = tab
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


async def test_a_blocked_plan_cannot_be_applied(tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.REVIEW, tutorial(networks=())))
    assert await picture(app, SIZES["80x24"], "ctrl+n") == snap
    assert not app.wizard.model.running


async def test_read_only_cannot_apply(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.REVIEW, read_only=True))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert app.page is not None
        app.wizard.apply()
        assert not app.wizard.model.running


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("size", BOTH)
async def test_apply(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, at(tmp_path, Page.APPLY, STATES[name])), SIZES[size]) == snap


async def test_apply_on_a_tiny_terminal(tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, at(tmp_path, Page.APPLY, runs.under_way)), SIZES["60x20"]) == snap


async def test_the_log(tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, at(tmp_path, Page.APPLY, runs.under_way)), SIZES["120x40"], "l") == snap


@pytest.mark.parametrize("name", ["done", "failed"])
@pytest.mark.parametrize("size", SIZES)
async def test_connectivity(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, at(tmp_path, Page.CONNECTIVITY, STATES[name])), SIZES[size]) == snap


@pytest.mark.parametrize("name", [name for name in STATES if name != "running"])
@pytest.mark.parametrize("size", BOTH)
async def test_done(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, at(tmp_path, Page.DONE, STATES[name])), SIZES[size]) == snap
