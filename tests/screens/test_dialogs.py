"""Dialogs: what they say, what they take for a yes, and what they ignore at first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from screens.app import WizardApp
from screens.dialogs.apply import ApplyPlan
from screens.dialogs.confirm import Confirm
from screens.dialogs.export import Export
from screens.dialogs.stop_run import StopRun
from screens.dialogs.undo import Undo
from screens.dialogs.unfinished import KEEP, RESUME, UNDO, Unfinished
from screens.exports import exports
from screens.language import line
from screens.widgets.text import Lines
from tests.screens.stage import BANNER, LARGE, SMALL, TINY, app_at, model, session, settle
from tests.screens.test_run_keeper import Watched
from tests.screens.test_welcome import UNFINISHED
from wizard.apply.events import Phase
from wizard.apply.undo import Left
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.plan.plan import Plan

SIZES = {"80x24": SMALL, "60x20": TINY, "120x40": LARGE}
EFFECT = 0.25
"""Seconds in which Textual's button does not take a second press."""

LEFT = Left(id="service/my-service", reason="somebody has changed it since: its VPC access is not what this run set")


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def review(state: Path, **changes: Any) -> Model:
    return model(state, Page.REVIEW, **changes)


def plan(state: Path) -> Plan:
    made = review(state).plan
    assert made is not None
    return made


def apply_live(state: Path, clock: Clock) -> ModalScreen[bool]:
    return ApplyPlan(plan(state), session(state, live=True), now=clock)


async def undo(state: Path, *left: Left) -> ModalScreen[bool]:
    """Of a run that was carried out, as the journal has it."""
    watched = Watched(state)
    await watched.started()
    going, staying = watched.keeper.undo_plan(watched.state.run)
    return Undo(going, (*staying, *left), "my-service", BANNER, now=Clock())


DIALOGS: dict[str, Callable[[Path, Clock], ModalScreen[Any]]] = {
    "apply": lambda state, clock: ApplyPlan(plan(state), session(state), now=clock),
    "apply-live": apply_live,
    "stop": lambda state, clock: StopRun(),
    "export": lambda state, clock: Export(exports(plan(state), review(state)), state),
    "unfinished": lambda state, clock: Unfinished(UNFINISHED),
}


async def over_review(state: Path, dialog: ModalScreen[Any], size: tuple[int, int], *keys: str) -> str:
    app = app_at(state, review(state))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.push_screen(dialog)
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        return app.export_screenshot(title="runvpc", simplify=True)


@pytest.mark.parametrize("name", DIALOGS)
@pytest.mark.parametrize("size", SIZES)
async def test_dialogs(size: str, name: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await over_review(tmp_path, DIALOGS[name](tmp_path, Clock()), SIZES[size]) == snap


@pytest.mark.parametrize("left", [(), (LEFT,)], ids=["all", "not-all"])
@pytest.mark.parametrize("size", SIZES)
async def test_undo(size: str, left: tuple[Left, ...], tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await over_review(tmp_path, await undo(tmp_path, *left), SIZES[size]) == snap


class Asked:
    """A dialog that was asked, and its answers so far."""

    def __init__(self, app: WizardApp, dialog: ModalScreen[Any]) -> None:
        self.answers: list[object] = []
        app.push_screen(dialog, self.answers.append)


async def answered(pilot: Pilot[Any], asked: Asked) -> None:
    """Return once there is an answer, or after a while: the machine may be busy."""
    for _ in range(100):
        if asked.answers:
            return
        await pilot.pause(0.05)


@pytest.mark.parametrize("how", ["y", "tab enter", "click"])
async def test_apply_ignores_its_first_half_second(how: str, tmp_path: Path) -> None:
    clock = Clock()
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        asked = Asked(app, ApplyPlan(plan(tmp_path), session(tmp_path), now=clock))
        await settle(pilot)

        async def say_yes() -> None:
            if how == "click":
                await pilot.click("#yes")
                await pilot.pause(EFFECT)
            else:
                await pilot.press(*how.split())
            await settle(pilot)

        clock.now += 0.4
        await say_yes()
        assert asked.answers == []
        app.screen.query_one("#no", Button).focus()
        await settle(pilot)
        clock.now += 0.2
        await say_yes()
        await answered(pilot, asked)
        assert asked.answers == [True]


async def test_no_is_heard_at_once(tmp_path: Path) -> None:
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for key in ("escape", "n", "enter"):
            asked = Asked(app, Confirm("Sure?", line("It is gone then."), yes="Delete", grace=0.5, now=Clock()))
            await settle(pilot)
            await pilot.press(key)
            await settle(pilot)
            await answered(pilot, asked)
            assert asked.answers == [False]


async def test_undo_wants_the_name_and_half_a_second(tmp_path: Path) -> None:
    clock = Clock()
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        asked = Asked(app, Undo(plan(tmp_path), (), "my-service", BANNER, now=clock))
        await settle(pilot)
        locked = [button.disabled for button in app.screen.query("#yes").results(Button)]
        await pilot.press(*"my-servic", "enter")
        assert "not my-service" in str(app.screen.query_one("#unlike", Lines).content)
        locked += [button.disabled for button in app.screen.query("#yes").results(Button)]
        await pilot.press("e", "enter")
        locked += [button.disabled for button in app.screen.query("#yes").results(Button)]
        assert locked == [True, True, False]
        assert asked.answers == []
        clock.now += 0.6
        await pilot.press("enter")
        await settle(pilot)
        await answered(pilot, asked)
        assert asked.answers == [True]


async def test_undo_of_many_steps_scrolls_while_one_types(tmp_path: Path) -> None:
    left = [Left(id=f"firewall/rule-{n}", reason="somebody has changed it since") for n in range(40)]
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=TINY) as pilot:
        await settle(pilot)
        Asked(app, Undo(plan(tmp_path), left, "my-service", BANNER, now=Clock()))
        await settle(pilot)
        await pilot.press(*["down"] * 5, "m")
        await settle(pilot)
        assert app.screen.query_one(".dialog-scroll").scroll_y == 5
        assert app.screen.query_one(Input).value == "m"


@pytest.mark.parametrize(("keys", "choice"), [("enter", RESUME), ("down enter", UNDO), ("down down enter", KEEP)])
async def test_what_to_do_about_a_run(keys: str, choice: str, tmp_path: Path) -> None:
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        asked = Asked(app, Unfinished(UNFINISHED))
        await settle(pilot)
        await pilot.press(*keys.split())
        await settle(pilot)
        await answered(pilot, asked)
        assert asked.answers == [choice]


async def test_a_run_that_is_being_taken_back_can_only_go_on_with_that(tmp_path: Path) -> None:
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        asked = Asked(app, Unfinished(msgspec.structs.replace(UNFINISHED, phase=Phase.UNDO)))
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await answered(pilot, asked)
        assert asked.answers == [KEEP]


async def test_an_export_is_written_for_oneself_and_overwrites_nothing(tmp_path: Path) -> None:
    texts = exports(plan(tmp_path), review(tmp_path))
    (tmp_path / "there.tf").write_text("mine", "utf-8")
    app = app_at(tmp_path, review(tmp_path))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.push_screen(Export(texts, tmp_path))
        await settle(pilot)
        await pilot.press("enter")
        assert app.clipboard == texts["gcloud"]
        await pilot.press("down", "tab", *"there.tf", "enter")
        await settle(pilot)
        assert "exists" in str(app.screen.query_one("#said", Lines).content)
        assert (tmp_path / "there.tf").read_text("utf-8") == "mine"
        await pilot.press("home", *"new-", "enter")
        await settle(pilot)
        made = tmp_path / "new-there.tf"
        assert made.read_text("utf-8") == texts["terraform"]
        assert made.stat().st_mode & 0o777 == 0o600
        app.screen.query_one(Input).value = "there.tf/x.tf"
        await pilot.press("enter")
        await settle(pilot)
        assert "✗" in str(app.screen.query_one("#said", Lines).content)
