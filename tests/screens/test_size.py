"""The size page: what a connector costs and carries, and the room for Direct VPC egress."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList

from screens.app import WizardApp
from screens.page import WizardPage
from screens.widgets.text import Lines
from tests.plan.worlds import REGION, tutorial, wishes
from tests.screens.stage import SIZES, app_at, model, picture, settle
from wizard.answers import Answers, ConnectorAnswers
from wizard.flow.pages import Page
from wizard.inventory import Inventory
from wizard.records import Connector

KEPT = Connector(name="shared-vpc", region=REGION, network="my-vpc", range="10.8.4.0/28", max_instances=5)


def sized(**size: object) -> Answers:
    return wishes(connector=msgspec.structs.replace(ConnectorAnswers(), **size))


def with_instances(instances: int) -> Inventory:
    service = msgspec.structs.replace(tutorial().services[0], max_instances=instances)
    return tutorial(services=(service,), service=service)


def says(app: WizardApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Lines).content)


def counts(app: WizardApp) -> tuple[int, int]:
    held = app.wizard.model.answers.connector
    return held.min_instances, held.max_instances


async def put_in(pilot: Pilot[None], field: str, text: str) -> None:
    found = pilot.app.screen.query_one(field, Input)
    found.focus()
    found.value = ""
    await pilot.press(*text, "enter")
    await settle(pilot)


async def choose(pilot: Pilot[None], rows: str, *keys: str) -> None:
    pilot.app.screen.query_one(f"{rows} OptionList", OptionList).focus()
    await pilot.press(*keys)
    await settle(pilot)


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_size(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SIZE, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_a_connector_that_exists(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SIZE, tutorial(connectors=(KEPT,)), sized(name="shared-vpc"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_no_price_on_file(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SIZE, tutorial(region="europe-west1"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_a_subnet_without_room(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SIZE, with_instances(80), wishes("direct", subnet="my-subnet"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_what_exists_is_not_shown_as_a_command_that_makes_it(tmp_path: Path) -> None:
    for answers, made in ((sized(name="shared-vpc"), False), (sized(), True)):
        app = app_at(tmp_path, model(tmp_path, Page.SIZE, tutorial(connectors=(KEPT,)), answers))
        async with app.run_test(size=SIZES["80x24"]) as pilot:
            await settle(pilot)
            page = app.screen
            assert isinstance(page, WizardPage)
            assert ("connectors create" in page.words_as_text()) is made


async def test_the_page_begins_where_a_choice_is_to_be_made(tmp_path: Path) -> None:
    for path, first in (("connector", "#types OptionList"), ("direct", "#field-direct-tags Input")):
        app = app_at(tmp_path, model(tmp_path, Page.SIZE, answers=wishes(path)))
        async with app.run_test(size=SIZES["80x24"]) as pilot:
            await settle(pilot)
            assert app.focused is app.screen.query_one(first)


async def test_a_machine_type_is_chosen_and_chosen_again_goes_on(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.connector.machine_type == "e2-standard-4"
        assert "$293.51 a month" in says(app, "#said")
        await pilot.press("enter")
        await settle(pilot)
        assert app.wizard.model.page is Page.FIREWALL


async def test_counts_are_chosen_by_rows(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await choose(pilot, "#counts", "end", "enter")
        assert counts(app) == (2, 10)
        await choose(pilot, "#counts", "up", "up", "enter")
        assert counts(app) == (2, 8)
        await pilot.click("#counts OptionList", offset=(6, 4))
        await settle(pilot)
        assert counts(app) == (2, 6)


async def test_counts_are_typed_in_any_order(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await put_in(pilot, "#field-connector-min_instances Input", "5")
        assert counts(app) == (2, 3)
        assert "not below" in "".join(app.wizard.model.problems.values())
        await put_in(pilot, "#field-connector-max_instances Input", "8")
        assert counts(app) == (5, 8)
        assert not app.wizard.model.problems


async def test_a_count_that_cannot_be_is_refused_beside_the_field_and_next_stays(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        for text in ("99", "many", "³", "-1"):
            await put_in(pilot, "#field-connector-max_instances Input", text)
            assert "connector.max_instances" in app.wizard.model.problems
            assert counts(app) == (2, 3)
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert app.wizard.model.page is Page.SIZE


async def test_what_is_expected_changes_the_recommendation_and_it_can_be_taken(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        assert not app.screen.query_one("#take", Button).display
        await put_in(pilot, "#mbps", "700")
        assert "recommended: e2-micro, 2 to 7 instances" in says(app, "#advice")
        app.screen.query_one("#take", Button).focus()
        await pilot.press("enter")
        await settle(pilot)
        assert counts(app) == (2, 7)
        assert not app.screen.query_one("#take", Button).display
        await put_in(pilot, "#mbps", "much")
        assert says(app, "#advice") == "✗ the rate must be a number of Mbps; for example 300"


async def test_a_connector_that_exists_is_chosen_and_keeps_its_size(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE, tutorial(connectors=(KEPT,))))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await choose(pilot, "#connectors", "end", "enter")
        assert app.wizard.model.answers.connector.name == "shared-vpc"
        assert "keeps its size" in says(app, "#said")
        await choose(pilot, "#types", "end", "enter")
        assert app.wizard.model.answers.connector.machine_type == "e2-micro"


async def test_a_bare_range_is_chosen(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await choose(pilot, "#home", "end", "enter")
        assert app.wizard.model.answers.connector.bare_range
        await choose(pilot, "#home", "home", "enter")
        assert not app.wizard.model.answers.connector.bare_range


async def test_tags_of_direct_vpc_egress(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SIZE, answers=wishes("direct")))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await put_in(pilot, "#field-direct-tags Input", "app web")
        assert app.wizard.model.answers.direct.tags == ("app", "web")
        await put_in(pilot, "#field-direct-tags Input", "[/x]")
        assert "direct.tags" in app.wizard.model.problems


async def test_names_and_values_of_strangers_never_break_the_page(tmp_path: Path) -> None:
    evil = "[/x]\n[bold]"
    strange = Connector(name=evil, region=REGION, network="my-vpc", range="10.8.4.0/28", machine_type=evil, state=evil)
    world = tutorial(connectors=(strange, msgspec.structs.replace(KEPT, machine_type="n9-huge", min_instances=0)))
    app = app_at(tmp_path, model(tmp_path, Page.SIZE, world, sized(name="shared-vpc")))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        assert app.screen.query_one("#connectors OptionList", OptionList).option_count == 3


async def test_without_a_network_the_page_says_why(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.SIZE, answers=wishes(targets=("tcp://8.8.8.8:80",)))
    app = app_at(tmp_path, shown)
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        assert says(app, "#said").startswith("! which network?")
        assert not app.screen.query_one("#of-connector").display
