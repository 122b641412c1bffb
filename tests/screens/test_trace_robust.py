"""The page of a trace stays a page: odd names, lists that cannot be read, an empty project, ten thousand rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from screens.trace.page import TracePage
from tests.plan.worlds import tutorial
from tests.screens.stage import SIZES, app_at, settle
from tests.screens.test_robust import odd
from tests.screens.tracing import firewall, said, with_access
from wizard.errors import CloudError
from wizard.flow.pages import Page
from wizard.inventory import Gap, Inventory
from wizard.records import FirewallRule, Subnet


@pytest.mark.parametrize("size", SIZES)
async def test_odd_names_and_words(size: str, tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, odd()))
    async with app.run_test(size=SIZES[size]) as pilot:
        await settle(pilot)
        await pilot.press("t", *["up"] * 5)
        for keys in ("v", "enter", "escape", "v", "down", "g", "escape"):
            await pilot.press(keys)
            await settle(pilot)
        assert isinstance(app.screen, TracePage)
        assert "[bold]" in app.export_screenshot(simplify=True)


async def test_a_rule_with_an_odd_name_decides(tmp_path: Path) -> None:
    rules = (structs.replace(tutorial().firewalls[0], name="deny [/x] [bold]"),)
    app = app_at(tmp_path, firewall(tmp_path, with_access(firewalls=rules)))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert said(app, "verdict") == "✗ blocked by deny [/x] [bold], priority 800"
        assert "deny [/x] [bold]" in said(app, "rules")


async def test_an_error_while_reading_is_told_and_the_old_answer_stays(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        app.wizard.troubled("reading demo-project", CloudError("the token [/x] has expired", status="UNAUTHENTICATED"))
        await settle(pilot)
        assert "the token [/x] has expired" in said(app, "trouble")
        assert "F5" in said(app, "trouble")
        assert "deny-redis-by-default" in said(app, "verdict")


async def test_a_read_again_changes_the_answer(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, with_access()))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        app.wizard.put(structs.replace(app.wizard.model, inventory=with_access(firewalls=())))
        await settle(pilot)
        assert "the implied deny ingress" in said(app, "verdict")


@pytest.mark.parametrize("range_", ["", "fd00::/64", "nonsense [/x]"])
async def test_a_subnet_without_an_ipv4_range(range_: str, tmp_path: Path) -> None:
    """An IPv6-only subnet has none; and whatever else an API may answer one day."""
    subnet = Subnet(name="my-subnet", network="my-vpc", region="us-central1", range=range_)
    app = app_at(tmp_path, firewall(tmp_path, with_access(subnets=(subnet,))))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t", "enter")
        await settle(pilot)
        assert "cannot be told: my-subnet has no IPv4 range" in said(app, "verdict")


async def test_lists_that_could_not_be_read_are_no_answer(tmp_path: Path) -> None:
    gap = Gap(what="firewall rules", status="PERMISSION_DENIED", message="no")
    app = app_at(tmp_path, firewall(tmp_path, with_access(firewalls=(), gaps=(gap,))))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert "cannot be told" in said(app, "verdict")
        assert "cannot be read" in said(app, "verdict")


async def test_an_empty_project(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path, Inventory(project="demo-project", region="us-central1")))
    async with app.run_test(size=SIZES["60x20"]) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert "does not exist yet" in said(app, "verdict")
        await pilot.press("v", "enter", "down")
        await settle(pilot)
        assert "does not come as far as the service" in said(app, "verdict")


async def test_ten_thousand_rules_are_a_window(tmp_path: Path) -> None:
    rules = tuple(
        FirewallRule(name=f"r-{n}", network="my-vpc", priority=n, action="deny", sources=("172.16.0.0/12",))
        for n in range(10_000)
    )
    app = app_at(tmp_path, firewall(tmp_path, with_access(firewalls=(*tutorial().firewalls, *rules))))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        await settle(pilot)
        await pilot.press("t", "enter", "end")
        await settle(pilot)
        told = said(app, "rules")
        assert "of 10003 rules, around the decision" in told
        assert "▸ decides" in told
        assert len(told.splitlines()) < 150


async def test_a_change_of_page_takes_the_trace_away(tmp_path: Path) -> None:
    app = app_at(tmp_path, firewall(tmp_path))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("t", "g")
        await settle(pilot)
        app.wizard.go(Page.REVIEW)
        await settle(pilot)
        assert app.page is not None
        assert app.page.PAGE is Page.REVIEW
        assert len(app.screen_stack) == 2
