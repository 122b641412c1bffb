"""Project, region and service: lists with a filter, and a next step for whatever is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from screens.widgets.filter_list import FilterList
from tests.plan.worlds import tutorial
from tests.screens.stage import SIZES, PaperDesk, app_at, model, picture, settle
from wizard.answers import Answers
from wizard.desk import ProjectInfo
from wizard.errors import CloudError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.inventory import Gap
from wizard.records import Service

HERE = Answers(project="demo-project", region="us-central1")
PROJECTS = (
    ProjectInfo(id="acme-prod", name="Acme production", number="1"),
    ProjectInfo(id="acme-stage", name="Acme staging [/x]", number="2"),
    ProjectInfo(id="acme-old", name="Old", number="3", state="DELETE_REQUESTED"),
)
NO_CREDENTIALS = CloudError(
    "there are no Application Default Credentials",
    status="UNAUTHENTICATED",
    fix="gcloud auth application-default login",
)


@pytest.mark.parametrize("size", SIZES)
async def test_projects(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    desk = PaperDesk(tmp_path)
    desk.known = PROJECTS
    assert await picture(app_at(tmp_path, Model(page=Page.PROJECT), desk), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_no_credentials(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    desk = PaperDesk(tmp_path, error=NO_CREDENTIALS)
    assert await picture(app_at(tmp_path, Model(page=Page.PROJECT), desk), SIZES[size]) == snap


async def test_no_project_can_be_listed(tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, Model(page=Page.PROJECT)), SIZES["80x24"]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_regions(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = Model(page=Page.REGION, answers=Answers(project="acme-prod"))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


@pytest.mark.parametrize("size", SIZES)
async def test_services(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SERVICE, answers=HERE)
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap


async def test_no_service_yet(tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SERVICE, tutorial(services=(), service=None), HERE)
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_services_that_may_not_be_listed(tmp_path: Path, snap: SnapshotAssertion) -> None:
    gap = Gap(what="services", status="PERMISSION_DENIED", message="Permission 'run.services.list' denied [/x]")
    shown = model(tmp_path, Page.SERVICE, tutorial(services=(), service=None, gaps=(gap,)), HERE)
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"]) == snap


async def test_a_list_is_filtered_as_one_types(tmp_path: Path, snap: SnapshotAssertion) -> None:
    many = tuple(Service(name=f"svc-{n:03}", region="us-central1", image="i") for n in range(200))
    shown = model(tmp_path, Page.SERVICE, tutorial(services=many, service=None), HERE)
    assert await picture(app_at(tmp_path, shown), SIZES["80x24"], "slash", "1", "9", "9") == snap


async def test_choosing_a_service_goes_on_and_the_answer_is_saved(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE, answers=HERE))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert app.wizard.model.answers.service == "my-service"
        assert app.wizard.model.page is Page.TARGETS
    saved = next((tmp_path / "drafts").glob("*.toml"))
    assert 'service = "my-service"' in saved.read_text()
    assert saved.stat().st_mode & 0o777 == 0o600


async def test_a_wrong_name_is_said_beside_the_field_and_stays(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE, answers=HERE))
    async with app.run_test() as pilot:
        await settle(pilot)
        field = app.screen.query_one("#field-service Input", Input)
        field.focus()
        await pilot.press(*"My_Service", "enter")
        await settle(pilot)
        assert "service" in app.wizard.model.problems
        assert field.value == "My_Service"
        assert app.wizard.model.answers.service == ""


async def test_another_region_asks_before_it_takes_answers_back(tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.REGION))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        app.wizard.places.regions = ("europe-west1", "us-central1")
        app.wizard.replan()
        await settle(pilot)
        app.screen.query_one(FilterList).focus_list()
        await pilot.press("home", "enter")
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap
        assert app.wizard.model.answers.region == "us-central1"
        await pilot.press("n")
        await settle(pilot)
        assert app.wizard.model.answers.region == "us-central1"
