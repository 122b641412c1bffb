"""The page of a trace: what it says in every main state, how one comes to it, and what it stays through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from screens.trace.page import TracePage
from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import SIZES, app_at, model, settle
from wizard.answers import Answers
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.inventory import Inventory
from wizard.records import Route, VpcAccess

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
