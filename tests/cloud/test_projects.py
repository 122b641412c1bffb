"""Projects that may be seen, and regions of Cloud Run: scripted, and on the sandbox."""

from __future__ import annotations

import pytest

from tests.cloud.servers import Reply, RestServer
from wizard.cloud.connect import Connection
from wizard.cloud.projects import projects, regions
from wizard.desk import ProjectInfo
from wizard.errors import CloudError
from wizard.sandbox.client import Sandbox

SEARCH = "/v3/projects:search"
LOCATIONS = "/v1/projects/acme-prod/locations"
ACME = {"name": "projects/42", "projectId": "acme-prod", "displayName": "Acme [/x]", "state": "ACTIVE"}
OLD = {"name": "projects/43", "projectId": "acme-old", "state": "DELETE_REQUESTED"}


def connection(http: RestServer) -> Connection:
    return Connection(endpoint=http.access.endpoint, call_timeout=2.0, total_timeout=4.0)


async def test_projects_of_every_page_in_order(http: RestServer) -> None:
    http.on("GET", SEARCH, {"projects": [ACME], "nextPageToken": "t/1"}, {"projects": [OLD, {"name": "projects/44"}]})
    assert await projects(connection(http)) == (
        ProjectInfo(id="acme-old", number="43", state="DELETE_REQUESTED"),
        ProjectInfo(id="acme-prod", name="Acme [/x]", number="42"),
    )
    assert [asked.query for asked in http.asked] == [{"pageSize": "500"}, {"pageSize": "500", "pageToken": "t/1"}]


async def test_a_person_who_sees_no_project(http: RestServer) -> None:
    http.on("GET", SEARCH, {})
    assert await projects(connection(http)) == ()


async def test_a_state_from_tomorrow(http: RestServer) -> None:
    http.on("GET", SEARCH, {"projects": [{**ACME, "state": "FROZEN"}, {**OLD, "state": None}, "nonsense"]})
    assert [p.state for p in await projects(connection(http))] == ["STATE_UNSPECIFIED", "FROZEN"]


async def test_a_page_that_fails_once_is_asked_again(http: RestServer) -> None:
    busy = Reply({"error": {"code": 503, "message": "try again", "status": "UNAVAILABLE"}}, 503)
    http.on("GET", SEARCH, {"projects": [ACME], "nextPageToken": "t"}, busy, {"projects": [OLD]})
    assert len(await projects(connection(http))) == 2
    assert [asked.query.get("pageToken") for asked in http.asked] == [None, "t", "t"]


async def test_an_api_that_is_not_enabled_says_what_to_do(http: RestServer) -> None:
    message = (
        "Cloud Resource Manager API has not been used in project 42 before or it is disabled. Enable it by visiting "
        "https://console.developers.google.com/apis/api/cloudresourcemanager.googleapis.com/overview?project=42"
    )
    http.on("GET", SEARCH, Reply({"error": {"code": 403, "message": message, "status": "PERMISSION_DENIED"}}, 403))
    with pytest.raises(CloudError) as caught:
        await projects(connection(http))
    assert (caught.value.status, caught.value.doing) == ("PERMISSION_DENIED", "list projects")
    assert caught.value.fix == "run: gcloud services enable cloudresourcemanager.googleapis.com"


async def test_regions(http: RestServer) -> None:
    one = {"name": "projects/acme-prod/locations/us-central1", "locationId": "us-central1"}
    two = {"name": "projects/acme-prod/locations/europe-west1"}
    http.on("GET", LOCATIONS, {"locations": [one], "nextPageToken": "2"}, {"locations": [two, one, {}]})
    assert await regions(connection(http), "acme-prod") == ("europe-west1", "us-central1")


async def test_a_project_that_is_no_name_stays_in_its_place_in_the_path(http: RestServer) -> None:
    with pytest.raises(CloudError):
        await regions(connection(http), "a/../b?c")
    assert http.asked[0].path == "/v1/projects/a/../b?c/locations"
    assert set(http.asked[0].query) == {"pageSize"}


async def test_on_the_sandbox(sandbox: Sandbox) -> None:
    there = Connection(endpoint=sandbox.url)
    (only,) = await projects(there)
    assert (only.id, only.state) == ("demo-project", "ACTIVE")
    assert only.number.isdigit()
    assert "us-central1" in await regions(there, only.id)
