"""The page of a trace: what it says in every main state, how one comes to it, and what it stays through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList, Tabs

from screens.app import WizardApp
from screens.dialogs.help import Help
from screens.trace.choosing import ChooseTarget
from screens.trace.page import TracePage
from screens.trace.way import Way
from tests.plan.worlds import URLS, tutorial, wishes
from tests.screens import runs
from tests.screens.stage import SIZES, app_at, model, picture, settle
from tests.screens.tracing import REDIS, firewall, said, with_access
from wizard.flow.model import Model
from wizard.flow.pages import Page

ALWAYS = {"Quit", "Theme", "Suspend", "Commands"}
Shown = tuple[Model, str, tuple[str, ...]]
STATES: dict[str, Callable[[Path], Shown]] = {
    "blocked": lambda state: (firewall(state, with_access()), REDIS, ()),
    "rules": lambda state: (firewall(state, with_access()), REDIS, ("enter",)),
    "delivered": lambda state: (firewall(state), REDIS, ("v",)),
    "targets": lambda state: (firewall(state, with_access()), REDIS, ("g",)),
    "no-access": lambda state: (firewall(state), REDIS, ()),
    "no-nat": lambda state: (firewall(state, with_access("all-traffic")), "https://example.com", ()),
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("size", SIZES)
async def test_trace(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown, target, keys = STATES[name](tmp_path)
    app = app_at(tmp_path, shown)
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        app.push_screen(TracePage(app.wizard, target))
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


def looked_at(app: WizardApp) -> str:
    row = app.screen.query_one(Way).looked_at
    assert row is not None
    return row.label


def listed(app: WizardApp) -> list[str]:
    """The rows of the targets that can be chosen."""
    assert isinstance(app.screen, ChooseTarget)
    return [str(option.prompt) for option in app.screen.query_one(OptionList).options]


async def test_from_the_firewall_page_by_keys_and_back(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(app.screen, TracePage)
        assert "blocked by deny-redis-by-default, priority 800" in said(app, "verdict")
        assert looked_at(app) == "ingress firewall"
        assert "--priority=799" in said(app, "help")
        await pilot.press("up")
        await settle(pilot)
        assert looked_at(app) == "route"
        assert said(app, "rules") == ""
        await pilot.press("up", "enter")
        await settle(pilot)
        assert "Egress firewall of my-vpc" in said(app, "rules")
        assert not app.screen.query_one(Way).display
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.query_one(Way).display
        assert looked_at(app) == "egress firewall"
        await pilot.press("escape")
        await settle(pilot)
        assert app.page is not None
        assert app.page.PAGE is Page.FIREWALL


async def test_by_mouse(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.click("#trace-path")
        await settle(pilot)
        assert isinstance(app.screen, TracePage)
        await pilot.click("#path OptionList", offset=(10, 2))
        await settle(pilot)
        assert looked_at(app) == "egress firewall"
        assert app.screen.has_class("-detail")
        await pilot.press("escape")
        await pilot.click("#planned")
        await settle(pilot)
        assert said(app, "verdict") == "✓ delivered"
        await pilot.click("#other-target")
        await settle(pilot)
        assert len(listed(app)) == 3
        await pilot.click("FilterList OptionList", offset=(4, 1))
        await settle(pilot)
        assert "postgres://10.0.0.5:5432" in said(app, "title")


async def test_another_target_and_another_source(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t", "g")
        await settle(pilot)
        assert [("blocked" in row, "delivered" in row) for row in listed(app)] == [(True, False)] * 3
        await pilot.press("down", "enter")
        await settle(pilot)
        assert "postgres://10.0.0.5:5432" in said(app, "title")
        assert "the implied deny ingress" in said(app, "verdict")
        await pilot.press("v")
        await settle(pilot)
        assert said(app, "verdict") == "✓ delivered"
        assert said(app, "help") == ""
        await pilot.press("g")
        await settle(pilot)
        assert ["delivered" in row for row in listed(app)] == [True] * 3
        await pilot.press("escape", "v")
        await settle(pilot)
        assert "blocked" in said(app, "verdict")


async def test_the_words_are_copied_as_one_would_type_them(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["60x20"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        await pilot.press("ctrl+y")
        assert app.clipboard.startswith(
            "gcloud compute firewall-rules create runvpc-my-service-1 --project=demo-project "
        )
        assert "\n" not in app.clipboard


async def test_the_palette_and_help_know_it(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await settle(pilot)
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"trace")
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TracePage))
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert titles == {"Back", "As planned", "Target", "Help", "Read again", "Copy gcloud", *ALWAYS}
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, Help)
        assert "as the plan would make it" in app.export_screenshot(simplify=True).replace("&#160;", " ")


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """The palette looks for commands in its own time."""
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("it does not come to that")


@pytest.mark.parametrize("how", ["key", "mouse"])
async def test_from_the_welcome_page(how: str, tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.WELCOME))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await (pilot.press("t") if how == "key" else pilot.click(".trace-path"))
        await settle(pilot)
        assert isinstance(app.screen, TracePage)
        assert "has no way into a network" in said(app, "verdict")


MISSING: dict[str, tuple[Callable[[Path], Model], str]] = {
    "cloud": (lambda state: Model(), "choose a cloud first"),
    "service": (lambda state: model(state, Page.WELCOME, answers=wishes(service="")), "choose a service first"),
    "target": (
        lambda state: model(state, Page.WELCOME, tutorial(instances=(), service=None), wishes(targets=())),
        "name a target first",
    ),
    "reading": (lambda state: structs.replace(model(state, Page.WELCOME), inventory=None), "F5 reads it"),
}


@pytest.mark.parametrize("what", MISSING)
async def test_what_is_missing_is_said(what: str, tmp_path: Path) -> None:
    make, words = MISSING[what]
    app = app_at(tmp_path, make(tmp_path))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert app.page is not None
        assert any(words in notice.message for notice in app._notifications)


@pytest.mark.parametrize(
    ("keys", "target", "met"),
    [("t", URLS[0], "timeout"), ("list enter", URLS[0], "timeout"), ("list down t", URLS[1], "refused")],
)
async def test_from_a_failed_probe(keys: str, target: str, met: str, tmp_path: Path) -> None:
    shown = model(tmp_path, Page.CONNECTIVITY, answers=wishes("direct"))
    assert shown.plan is not None
    app = app_at(tmp_path, structs.replace(shown, run=runs.failed(shown.plan)))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        if keys.startswith("list "):
            app.screen.query_one("#failed OptionList").focus()
        await pilot.press(*keys.removeprefix("list ").split())
        await settle(pilot)
        assert isinstance(app.screen, TracePage)
        assert target in said(app, "title")
        assert met in said(app, "met")
        assert app.screen.query_one(Tabs).active == "planned"
        await pilot.press("v")
        await settle(pilot)
        assert said(app, "met") == "", "the live test was made with the planned settings"


@pytest.mark.parametrize("size", SIZES)
async def test_after_a_failed_probe(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    """The settings were right, and still there was no connection: both are on the page."""
    shown = model(tmp_path, Page.CONNECTIVITY, answers=wishes("direct"))
    assert shown.plan is not None
    app = app_at(tmp_path, structs.replace(shown, run=runs.failed(shown.plan)))
    assert await picture(app, SIZES[size], "t") == snap
