"""The page of a trace: what it says in every main state, how one comes to it, and what it stays through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
from screens.widgets.text import Lines
from tests.plan.worlds import URLS, tutorial, wishes
from tests.screens import runs
from tests.screens.stage import SIZES, app_at, model, picture, settle
from tests.screens.test_robust import odd
from wizard.answers import Answers
from wizard.errors import CloudError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.inventory import Gap, Inventory
from wizard.records import FirewallRule, Route, Subnet, VpcAccess

ALWAYS = {"Quit", "Theme", "Suspend", "Commands"}
REDIS = "redis://10.0.0.3:6379"
DEFAULT = Route(
    name="default-route-0f3a",
    network="my-vpc",
    range="0.0.0.0/0",
    next_hop="internet",
    hop_type="NEXT_HOP_INTERNET_GATEWAY",
)


def with_access(egress: str = "private-ranges-only", **changes: Any) -> Inventory:
    """The tutorial, with the service in the network already."""
    service = tutorial().service
    assert service is not None
    vpc = VpcAccess(network="my-vpc", subnet="my-subnet", egress=egress)
    service = structs.replace(service, vpc=vpc)
    base = tutorial(service=service, services=(service,), routes=(*tutorial().routes, DEFAULT))
    return structs.replace(base, **changes)


def firewall(state: Path, facts: Inventory | None = None, answers: Answers | None = None) -> Model:
    return model(state, Page.FIREWALL, facts, answers or wishes("direct"))


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


def said(app: WizardApp, name: str) -> str:
    return str(app.screen.query_one(f"#trace-{name}", Lines).content)


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
