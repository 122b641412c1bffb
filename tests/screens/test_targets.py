"""The targets page: proposals and typed ones are ticked, and unticked, by key and by mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from screens.app import WizardApp
from screens.widgets.filter_list import FilterList
from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import LARGE, SIZES, SMALL, app_at, model, picture, settle
from wizard.flow.pages import Page
from wizard.inventory import Gap, Inventory
from wizard.records import Instance, Literal, Network, Service

NONE = wishes(targets=())


@pytest.mark.parametrize("size", SIZES)
async def test_proposals(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=NONE)), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_ticked_and_typed(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(targets=("redis://10.0.0.3:6379", "https://api.example.com/health", "10.77.0.1:9000"))
    assert await picture(app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=answers)), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_typing_what_is_no_target(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=NONE))
    async with app.run_test(size=SIZES[size]) as pilot:
        await type_in(pilot, "redis://10.0.0.3:6379, 10.0.0.999:80 http://10.0.0.10")
        assert targets(app) == ("redis://10.0.0.3:6379", "http://10.0.0.10")
        assert app.screen.query_one("#another", Input).value == "10.0.0.999:80"
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_how_it_is_tested(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS))
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        await pilot.click("#test CollapsibleTitle")
        await settle(pilot)
        field = app.screen.query_one("#field-probe-attempts Input", Input)
        field.focus()
        field.value = "nine"
        await pilot.press("enter")
        await settle(pilot)
        assert "probe.attempts" in app.wizard.model.problems
        field.value = "3"
        await pilot.press("enter")
        await settle(pilot)
        assert app.wizard.model.answers.probe.attempts == 3
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


async def test_nothing_to_propose(tmp_path: Path, snap: SnapshotAssertion) -> None:
    gap = Gap(what="instances", status="PERMISSION_DENIED", message="Required 'compute.instances.list' [/x]")
    facts = tutorial(
        instances=(), services=(Service(name="my-service", region="us-central1"),), addresses=(), gaps=(gap,)
    )
    assert await picture(app_at(tmp_path, model(tmp_path, Page.TARGETS, facts, NONE)), SMALL) == snap


async def test_a_long_list_leaves_the_field_in_sight(tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert (
        await picture(app_at(tmp_path, model(tmp_path, Page.TARGETS, many(5000), NONE)), SMALL, "down", "enter") == snap
    )


async def test_a_row_is_ticked_and_unticked_by_key_and_by_mouse(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=NONE))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("enter", "down", "enter")
        assert targets(app) == ("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432")
        await pilot.press("enter")
        assert targets(app) == ("redis://10.0.0.3:6379",)
        await pilot.click("#proposals > OptionList", offset=(4, 4))
        await settle(pilot)
        assert targets(app) == ("redis://10.0.0.3:6379", "http://10.0.0.10:80")
        await pilot.press("ctrl+n")
        assert page(app) is Page.EXPRESS


async def test_what_was_typed_stays_in_the_list_when_it_is_unticked(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=NONE))
    async with app.run_test(size=SMALL) as pilot:
        await type_in(pilot, "10.0.0.77:81")
        app.screen.query_one(FilterList).focus_list()
        await pilot.press("end", "enter")
        await settle(pilot)
        assert targets(app) == ()
        await pilot.press("enter")
        await settle(pilot)
        assert targets(app) == ("10.0.0.77:81",)


async def test_lines_are_pasted_at_once(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, answers=NONE))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        field = app.screen.query_one("#another", Input)
        field.focus()
        field.post_message(events.Paste("redis://10.0.0.3:6379\n10.0.0.5:5432\r\n"))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert targets(app) == ("redis://10.0.0.3:6379", "10.0.0.5:5432")
        assert field.value == ""


async def test_what_is_still_in_the_field_counts(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        field = app.screen.query_one("#another", Input)
        field.value = "nonsense"
        await pilot.press("ctrl+n")
        assert page(app) is Page.TARGETS
        field.value = "10.0.0.3:1"
        await pilot.press("ctrl+n")
        assert page(app) is Page.EXPRESS
        assert targets(app)[-1] == "10.0.0.3:1"


async def test_a_proposal_without_a_port_is_completed_in_the_field(tmp_path: Path) -> None:
    facts = tutorial(instances=(Instance(name="plain", network="my-vpc", address="10.0.0.30"),), services=())
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, facts, NONE))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press(*"9000", "enter")
        await settle(pilot)
        assert targets(app) == ("tcp://10.0.0.30:9000",)


async def test_names_of_strangers_break_nothing(tmp_path: Path) -> None:
    odd = "a[/x]\nb"
    facts = tutorial(
        networks=(Network(name=odd),),
        instances=(Instance(name=odd, network=odd, address="10.0.0.3"),),
        services=(Service(name="my-service", region="us-central1", env={odd: Literal("10.0.0.4:80")}),),
    )
    picture_of = await picture(app_at(tmp_path, model(tmp_path, Page.TARGETS, facts, NONE)), SMALL)
    assert "VM" in picture_of


async def test_thousands_of_machines_stay_fluid(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.TARGETS, many(5000), NONE))
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"db-4999")
        await settle(pilot)
        assert app.screen.query_one("#proposals > OptionList", OptionList).option_count == 1
        await pilot.press("enter")
        await settle(pilot)
        assert targets(app) == ("postgres://10.1.19.250:5432",)


def targets(app: WizardApp) -> tuple[str, ...]:
    return app.wizard.model.answers.targets


def page(app: WizardApp) -> Page:
    return app.wizard.model.page


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Type this into the field, and send it."""
    await settle(pilot)
    field = pilot.app.screen.query_one("#another", Input)
    field.focus()
    field.value = text
    await pilot.press("enter")
    await settle(pilot)


def many(count: int) -> Inventory:
    """The tutorial with this many databases."""
    return tutorial(
        instances=tuple(
            Instance(name=f"db-{n}", network="my-vpc", address=f"10.1.{n // 250}.{n % 250 + 1}") for n in range(count)
        ),
        services=(),
    )
