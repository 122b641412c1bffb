"""The network page: what each network holds, the recommended one, and what to do when there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input, OptionList

from screens.dialogs.confirm import Confirm
from tests.plan.worlds import REGION, tutorial, wishes
from tests.screens.stage import LARGE, SIZES, SMALL, app_at, model, picture, settle
from wizard.flow.pages import Page
from wizard.inventory import Gap, Inventory
from wizard.records import Instance, Network, Peering, PeeringRoute, Subnet

EMPTY = Inventory(project="demo-project", region=REGION)


def several() -> Inventory:
    """The tutorial, a network whose peering leads to a target, an auto-mode one and a legacy one."""
    facts = tutorial()
    return tutorial(
        networks=(
            Network(name="shared", peerings=(Peering(name="to-data", network="data"),)),
            Network(name="old-net", mode="legacy"),
            *facts.networks,
        ),
        subnets=(
            *facts.subnets,
            Subnet(name="apps", network="shared", region=REGION, range="10.20.0.0/24", free=251),
            Subnet(
                name="proxies", network="shared", region=REGION, range="10.21.0.0/24", purpose="REGIONAL_MANAGED_PROXY"
            ),
        ),
        peering_routes=(PeeringRoute(network="shared", peering="to-data", range="10.60.0.0/16"),),
    )


def many(count: int) -> Inventory:
    return tutorial(
        networks=(*(Network(name=f"net-{n:04}") for n in range(count)), *tutorial().networks),
        subnets=(
            *tutorial().subnets,
            *(Subnet(name="s", network=f"net-{n:04}", region=REGION, range="10.99.0.0/24") for n in range(count)),
        ),
    )


@pytest.mark.parametrize("size", SIZES)
async def test_recommended(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(targets=("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "10.60.0.9:9000"))
    assert await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, several(), answers)), SIZES[size]) == snap


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_another_one_is_looked_at(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(targets=("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "10.60.0.9:9000"))
    assert (
        await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, several(), answers)), SIZES[size], "down") == snap
    )


@pytest.mark.parametrize("size", ["80x24", "120x40"])
async def test_no_network(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, EMPTY)), SIZES[size]) == snap


async def test_networks_may_not_be_listed(tmp_path: Path, snap: SnapshotAssertion) -> None:
    gap = Gap(what="networks", status="PERMISSION_DENIED", message="Required 'compute.networks.list' [/x]")
    facts = tutorial(networks=(), subnets=(), instances=(), gaps=(gap,))
    assert await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, facts)), SMALL) == snap


async def test_nothing_tells_which(tmp_path: Path, snap: SnapshotAssertion) -> None:
    answers = wishes(targets=("db.corp.internal:5432",))
    assert await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, several(), answers)), SMALL) == snap


async def test_a_named_one_that_is_not_there(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.NETWORK, answers=wishes(network="gone"))
    assert await picture(app_at(tmp_path, shown), SMALL) == snap


async def test_still_being_read(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = replace(model(tmp_path, Page.NETWORK), inventory=None, plan=None, reading="reading demo-project")
    assert await picture(app_at(tmp_path, shown), SMALL) == snap


async def test_one_is_chosen_by_key_and_by_mouse(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert (app.wizard.model.answers.network, app.wizard.model.page) == ("default", Page.EGRESS)
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.click("#networks > OptionList", offset=(4, 2))
        await settle(pilot)
        assert app.wizard.model.answers.network == "default"


async def test_next_takes_the_recommended_one(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        assert app.wizard.model.page is Page.EGRESS


async def test_what_was_chosen_inside_another_one_is_asked_about(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK, answers=wishes(network="my-vpc", subnet="my-subnet")))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        assert app.wizard.model.answers.network == "my-vpc"


async def test_a_name_is_typed(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK, EMPTY))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert app.screen.query_one("#field-network Input", Input).has_focus
        await pilot.press(*"Bad", "enter")
        assert "network" in app.wizard.model.problems
        await pilot.press(*["backspace"] * 3, *"good", "enter")
        assert app.wizard.model.answers.network == "good"


async def test_names_of_strangers_break_nothing(tmp_path: Path) -> None:
    odd = "a[/x]\nb"
    facts = tutorial(
        networks=(Network(name=odd, mode="FUTURE[/]", peerings=(Peering(name=odd),)),),
        subnets=(Subnet(name=odd, network=odd, region=REGION, range="10.0.0.0/24", purpose="NEW[/x]"),),
        instances=(Instance(name=odd, network=odd, address="10.0.0.3"),),
    )
    assert "FUTURE" in await picture(app_at(tmp_path, model(tmp_path, Page.NETWORK, facts)), SMALL)


async def test_thousands_of_networks_stay_fluid(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.NETWORK, many(5000)))
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        networks = app.screen.query_one("#networks > OptionList", OptionList)
        assert networks.option_count == 5002
        await pilot.press("slash", *"net-4999")
        await settle(pilot)
        assert networks.option_count == 1
        await pilot.press("enter", "enter")
        await settle(pilot)
        assert app.wizard.model.answers.network == "net-4999"
