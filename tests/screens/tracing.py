"""The tutorial with the service in the network, as models for the page of a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs

from screens.app import WizardApp
from screens.widgets.text import Lines
from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
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


def said(app: WizardApp, name: str) -> str:
    """What a part of the page says."""
    return str(app.screen.query_one(f"#trace-{name}", Lines).content)
