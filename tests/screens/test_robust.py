"""Whatever a cloud answers, every page stays a page, and says what happened and what to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from screens.app import WizardApp
from screens.registry import page_class
from screens.widgets.text import Lines
from tests.plan.worlds import tutorial, wishes
from tests.screens import runs
from tests.screens.stage import SIZES, app_at, model, settle
from wizard.errors import CloudError
from wizard.flow.model import Model, Trouble
from wizard.flow.pages import Page
from wizard.inventory import Gap, Inventory
from wizard.records import (
    Connector,
    FirewallRule,
    ForwardingRule,
    Instance,
    Literal,
    Network,
    Route,
    SecretRef,
    Service,
    Subnet,
    VpcAccess,
)

ODD = "[/x] [bold]\n\x1b[2J‮é"
EXPIRED = Trouble.of("reading demo-project", CloudError(f"the token {ODD} has expired", status="UNAUTHENTICATED"))


def odd() -> Inventory:
    """Names that no API would allow today, words that no enum has today, and fields that are missing."""
    service = Service(
        name="my-service",
        region="us-central1",
        image=ODD,
        env={ODD: Literal(ODD), "REDIS_HOST": Literal(ODD), "KEY": SecretRef(ODD, ODD)},
        vpc=VpcAccess(connector=ODD, egress="TELEPATHY"),
    )
    return tutorial(
        networks=(Network(name="my-vpc", mode="quantum"), Network(name=ODD, mode="")),
        subnets=(
            Subnet(name=ODD, network="my-vpc", region="us-central1", range="10.0.0.0/24", purpose="UNHEARD_OF"),
            Subnet(name="s", network="my-vpc", region="us-central1", range="fd00::/64"),
            Subnet(name="t", network=ODD, region="us-central1", range="nonsense"),
        ),
        routes=(Route(name=ODD, network="my-vpc", range="::/0", next_hop=ODD, type="TELEPORT"),),
        firewalls=(FirewallRule(name=ODD, network="my-vpc", action="ponder", priority=3, sources=("nonsense",)),),
        instances=(Instance(name=ODD, network="my-vpc", address="10.0.0.3", tags=(ODD,)),),
        forwarding_rules=(ForwardingRule(name=ODD, network=ODD, address="", scheme="INTERNAL_TOMORROW", ports=(ODD,)),),
        connectors=(
            Connector(name=ODD, region="us-central1", network="my-vpc", range="10.8.0.0/28", state="DREAMING"),
        ),
        services=(service, Service(name=ODD, region="us-central1")),
        service=service,
        gaps=(Gap(what=ODD, status="PERMISSION_DENIED", message=ODD),),
        granted=None,
    )


def nothing() -> Inventory:
    """A project without anything."""
    return Inventory(project="demo-project", region="us-central1")


def many() -> Inventory:
    """5,000 networks with a subnet each."""
    networks = tuple(Network(name=f"net-{n}") for n in range(5000))
    subnets = tuple(
        Subnet(name=f"s-{n}", network=f"net-{n}", region="us-central1", range=f"10.{n // 250}.{n % 250}.0/24")
        for n in range(5000)
    )
    return tutorial(networks=(*networks, Network(name="my-vpc")), subnets=subnets)


PROJECTS = {"odd": odd, "nothing": nothing, "many": many}


def shown(state: Path, page: Page, facts: Inventory, path: str) -> Model:
    made = model(state, page, facts, wishes(path))
    plan = model(state, page, answers=wishes(path)).plan
    assert made.plan is not None
    assert plan is not None
    run = runs.failed(plan) if page in (Page.APPLY, Page.CONNECTIVITY, Page.DONE) else None
    return msgspec.structs.replace(made, trouble=EXPIRED, run=run)


async def stays_a_page(app: WizardApp, page: Page, size: tuple[int, int]) -> None:
    app.wizard.places.regions = ("us-central1",)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert app.page is not None
        assert app.page.PAGE is page
        said = str(app.page.query_one("#trouble", Lines).content)
        assert "has expired" in said
        assert "F5" in said
        await pilot.press("tab", "down", "tab", "down", "f2", "f2")
        await settle(pilot)
        assert app.page is not None


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("page", Page)
async def test_a_page_stays_a_page(page: Page, project: str, tmp_path: Path) -> None:
    path = "direct" if project == "many" else "connector"
    app = app_at(tmp_path, shown(tmp_path, page, PROJECTS[project](), path))
    await stays_a_page(app, page, SIZES["80x24"])


@pytest.mark.parametrize("page", Page)
async def test_even_on_the_smallest_terminal(page: Page, tmp_path: Path) -> None:
    await stays_a_page(app_at(tmp_path, shown(tmp_path, page, odd(), "direct")), page, SIZES["60x20"])


@pytest.mark.parametrize("page", Page)
async def test_before_anything_is_known(page: Page, tmp_path: Path) -> None:
    app = app_at(tmp_path, Model(page=page, trouble=EXPIRED))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        assert app.page is not None
        assert app.page.PAGE is page


@pytest.mark.parametrize("page", Page)
async def test_a_page_can_be_asked_before_it_is_composed(page: Page, tmp_path: Path) -> None:
    """The footer asks the page on top what can be done; a page that was just pushed has no widgets yet."""
    app = app_at(tmp_path, shown(tmp_path, Page.WELCOME, odd(), "direct"))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        fresh, model = page_class(page)(app.wizard), app.wizard.model
        assert not fresh.is_attached
        assert isinstance(fresh.has_filter, bool)
        assert isinstance(fresh.next_label(model) + fresh.ready(model) + fresh.words_as_text(), str)
