"""Egress path, firewall and environment, in every main state."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import SIZES, app_at, model, picture, settle
from wizard.flow.pages import Page


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_egress(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.EGRESS, answers=wishes(path))), SIZES[size]) == snap


async def test_egress_of_all_traffic(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.EGRESS, answers=wishes("direct", egress="all-traffic"))
    assert await picture(app_at(tmp_path, shown), SIZES["120x40"], "tab", "tab") == snap


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_firewall(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.FIREWALL, answers=wishes(path))), SIZES[size]) == snap


async def test_firewall_that_is_not_known_yet(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.FIREWALL, tutorial(networks=()))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_environment(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(env={"REDIS_HOST": "10.0.0.9", "CACHE": "on [/x]"}, secrets={"DB_PASSWORD": "db-password:latest"})
    shown = model(tmp_path, Page.ENVIRONMENT, tutorial(secrets={"db-password": True}), answers)
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_choosing_the_other_way_asks_when_it_takes_something_back(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.EGRESS, answers=wishes("connector", range="10.9.0.0/28")))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("up", "enter")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        answers = app.wizard.model.answers
        assert (answers.egress_path, answers.range) == ("direct", "auto")


async def test_variables_are_added_suggested_and_taken_back(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ENVIRONMENT))
    async with app.run_test() as pilot:
        await settle(pilot)
        app.screen.query_one("#pair", Input).focus()
        await pilot.press(*"MODE=fast", "enter")
        await settle(pilot)
        app.screen.query_one("#secret", Input).focus()
        await pilot.press(*"DB_PASSWORD=db-password", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.env == {"MODE": "fast"}
        assert app.wizard.model.answers.secrets == {}
        assert "secrets" in app.wizard.model.problems
        assert app.screen.query_one("#secret", Input).value == "DB_PASSWORD=db-password"
        await pilot.press(*":latest", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.secrets == {"DB_PASSWORD": "db-password:latest"}
        assert not app.wizard.model.problems


async def test_a_secret_in_the_clear_is_refused_and_not_repeated(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ENVIRONMENT))
    async with app.run_test() as pilot:
        await settle(pilot)
        app.screen.query_one("#pair", Input).focus()
        await pilot.press(*"DB_PASSWORD=hunter2", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.env == {}
        assert "hunter2" not in str(app.wizard.model.problems)
