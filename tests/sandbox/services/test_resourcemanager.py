"""Searching projects as Cloud Resource Manager v3 does."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import NUMBER, PROJECT, SMALL
from wizard.sandbox import client
from wizard.sandbox.api import Body

SEARCH = "/v3/projects:search"
FOUND: Body = {"name": f"projects/{NUMBER}", "projectId": PROJECT, "state": "ACTIVE", "displayName": PROJECT}


def test_the_project_is_found_and_is_what_get_says(cloud: Cloud) -> None:
    assert cloud.rest("GET", SEARCH) == (200, {"projects": [FOUND]})
    assert cloud.rest("GET", f"{SEARCH}?pageSize=1") == (200, {"projects": [FOUND]})
    assert cloud.rest("GET", f"/v3/projects/{PROJECT}") == (200, FOUND)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("id:demo-project", 1),
        ("ID:DEMO*", 1),
        ("name:other state:ACTIVE", 1),
        ("projectId:other", 0),
        ("lifecycleState:DELETE_REQUESTED", 0),
        ("", 1),
    ],
)
def test_a_query_finds_what_fits_any_of_its_terms(cloud: Cloud, query: str, count: int) -> None:
    status, reply = cloud.rest("GET", f"{SEARCH}?query={quote(query)}")
    assert (status, len(reply.get("projects", []))) == (200, count)


@pytest.mark.parametrize("wrong", ["query=nonsense", "query=colour:red", "pageToken=foreign", "pageSize=-1"])
def test_what_cannot_be_asked(cloud: Cloud, wrong: str) -> None:
    status, reply = cloud.rest("GET", f"{SEARCH}?{wrong}")
    assert (status, reply["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_who_may_not_see_the_project_finds_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("denied")
    file = folder / "world.toml"
    file.write_text(SMALL + '[[permission]]\ndenied = ["resourcemanager.projects.get"]\n')
    sandbox = client.ensure(folder / "state", str(file), instant=True)
    cloud = Cloud(sandbox)
    try:
        assert cloud.rest("GET", SEARCH) == (200, {})
    finally:
        cloud.close()
        client.stop(sandbox)
