"""The address page: its map, its list, and what is typed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from screens.app import WizardApp
from screens.widgets.address_map import AddressPicture
from screens.widgets.field import Field
from screens.widgets.text import Lines
from tests.plan.worlds import REGION, tutorial, wishes
from tests.screens.stage import SIZES, app_at, model, picture, settle
from wizard.answers import ConnectorAnswers
from wizard.flow.pages import Page
from wizard.inventory import Inventory
from wizard.records import Connector, PeeringRoute, Service, Subnet, VpcAccess

KEPT = Connector(name="shared-vpc", region=REGION, network="my-vpc", range="10.8.4.0/28")


def many(count: int) -> Inventory:
    subnets = tuple(
        Subnet(name=f"net-{n:04}", network="my-vpc", region=REGION, range=f"10.{n // 256}.{n % 256}.0/24")
        for n in range(count)
    )
    return tutorial(subnets=subnets)


def says(app: WizardApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Lines).content)


def page_of(app: WizardApp) -> Page:
    return app.wizard.model.page


async def type_range(pilot: Pilot[None], text: str) -> None:
    field = pilot.app.screen.query_one("#field-range Input", Input)
    field.focus()
    field.value = ""
    await pilot.press(*text)


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_addresses(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_a_range_that_overlaps(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, answers=wishes(range="10.4.1.0/28"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_five_thousand_subnets(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, many(5000), wishes("direct"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_an_auto_mode_network(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, answers=wishes(network="default"))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_no_network_yet(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, answers=wishes(targets=("tcp://8.8.8.8:80",)))
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_a_connector_that_exists(tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(connector=ConnectorAnswers(name="shared-vpc"))
    shown = model(tmp_path, Page.ADDRESSES, tutorial(connectors=(KEPT,)), answers)
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_rows_are_chosen_by_key_and_enter_on_the_chosen_one_goes_on(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.range == "10.8.1.16/28"
        assert page_of(app) is Page.ADDRESSES
        await pilot.press("enter")
        await settle(pilot)
        assert page_of(app) is Page.SIZE


async def test_a_subnet_and_a_range_take_each_others_place_without_a_question(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES, answers=wishes("direct", range="10.50.0.0/24")))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("end", "enter")
        await settle(pilot)
        assert (app.wizard.model.answers.subnet, app.wizard.model.answers.range) == ("my-subnet", "auto")
        await pilot.press("home", "enter")
        await settle(pilot)
        assert (app.wizard.model.answers.subnet, app.wizard.model.answers.range) == ("", "auto")


async def test_rows_are_chosen_by_a_click(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.click("#offers OptionList", offset=(4, 3))
        await settle(pilot)
        assert app.wizard.model.answers.range == "10.8.1.32/28"


async def test_a_range_is_judged_while_it_is_typed(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await type_range(pilot, "10.4.1.0/28")
        await settle(pilot)
        assert "overlaps secondary range pods" in says(app, "#range-check")
        assert "the next free one is 10.5.0.0/28" in says(app, "#range-check")
        await type_range(pilot, "10.50.0.0/28")
        await settle(pilot)
        assert says(app, "#range-check") == "✓ 10.50.0.0/28 is free"
        assert app.wizard.model.answers.range == "auto"
        await pilot.press("enter")
        await settle(pilot)
        assert app.wizard.model.answers.range == "10.50.0.0/28"


async def test_a_range_that_overlaps_stands_in_the_way_until_another_is_chosen(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await type_range(pilot, "10.4.1.0/28")
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert page_of(app) is Page.ADDRESSES
        app.screen.query_one("#offers OptionList", OptionList).focus()
        await pilot.press("home", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.range == "auto"
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert page_of(app) is Page.SIZE


async def test_what_is_no_range_is_refused_beside_the_field_and_stays(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await type_range(pilot, "10.8.0.0")
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert page_of(app) is Page.ADDRESSES
        assert "a prefix length is missing" in app.wizard.model.problems["range"]
        assert app.screen.query_one("#field-range", Field).text == "10.8.0.0"


async def test_a_subnet_is_typed_by_name(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES, many(40), wishes("direct")))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        app.screen.query_one("#field-subnet Input", Input).focus()
        await pilot.press(*"net-0039", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.subnet == "net-0039"
        assert not says(app, "#subnet-check")
        field = app.screen.query_one("#field-subnet Input", Input)
        field.focus()
        field.value = "nowhere"
        await pilot.press("enter")
        await settle(pilot)
        assert "there is no subnet nowhere of my-vpc" in says(app, "#subnet-check")


async def test_the_map_has_fewer_cells_where_there_is_less_room(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        assert app.screen.query_one(AddressPicture).cells == 32
        await pilot.resize_terminal(100, 40)
        await settle(pilot)
        drawn = app.screen.query_one(AddressPicture)
        assert drawn.cells == 16
        assert "32,768 addresses a cell" in str(drawn.content)


async def test_names_of_strangers_never_break_the_page(tmp_path: Path) -> None:
    evil = "[/x]\n[bold]\x1b[31m"
    world = tutorial(
        subnets=(
            *tutorial().subnets,
            Subnet(name=evil, network="my-vpc", region=REGION, range="10.70.0.0/24", purpose=evil),
            Subnet(name="v6", network="my-vpc", region=REGION, range=""),
        ),
        peering_routes=(PeeringRoute(network="my-vpc", peering=evil, range="10.80.0.0/16"),),
        services=(*tutorial().services, Service(name=evil, region=REGION, vpc=VpcAccess(subnet=evil))),
    )
    for path in ("connector", "direct"):
        app = app_at(tmp_path, model(tmp_path, Page.ADDRESSES, world, wishes(path)))
        async with app.run_test(size=SIZES["80x24"]) as pilot:
            await settle(pilot)
            assert "[/x] [bold]?[31m" in says(app, "#taken")
            assert app.screen.query_one("#offers OptionList", OptionList).option_count > 3


async def test_while_the_project_is_read_the_page_waits_and_then_shows_it(tmp_path: Path) -> None:
    whole = model(tmp_path, Page.ADDRESSES)
    app = app_at(tmp_path, msgspec.structs.replace(whole, inventory=None, plan=None, reading="reading demo-project"))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        assert says(app, "#need") == "! reading demo-project…"
        app.wizard.put(whole)
        await settle(pilot)
        assert says(app, "#need") == "A /28 (16 addresses) of my-vpc for the connector."
        assert app.focused is app.screen.query_one("#offers OptionList", OptionList)
