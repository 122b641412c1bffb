"""Service Usage and Secret Manager where the real ones are particular: numbers for ids, and nothing to do."""

from __future__ import annotations

import pytest

from tests.sandbox.handling import PROJECT, ask, seeded
from wizard.sandbox.api import ApiError
from wizard.sandbox.services.serviceusage import require_api

NUMBER = "123456789012"
SECRET = '\n[[secret]]\nname = "password"\n'
RUN = "services/run.googleapis.com"


async def test_enabling_what_is_enabled_is_over_at_once() -> None:
    world = seeded(instant=False)
    reply = await ask(world, "serviceusage.services.enable", name=f"projects/{PROJECT}/{RUN}")
    assert (reply["name"], reply["done"]) == ("operations/noop.DONE_OPERATION", True)
    assert reply["response"]["service"]["state"] == "ENABLED"
    assert world.pending == []


@pytest.mark.parametrize("project", [PROJECT, NUMBER])
async def test_a_project_may_be_named_by_number(project: str) -> None:
    world = seeded(SECRET)
    other = f"projects/{project}/services/storage.googleapis.com"
    assert (await ask(world, "serviceusage.services.get", name=other))["state"] == "DISABLED"
    await ask(world, "serviceusage.services.enable", name=other)
    listed = await ask(world, "serviceusage.services.list", parent=f"projects/{project}", filter="state:ENABLED")
    assert "storage.googleapis.com" in [service["config"]["name"] for service in listed["services"]]
    assert (await ask(world, "serviceusage.services.get", name=other))["state"] == "ENABLED"
    secret = await ask(world, "secretmanager.secrets.get", name=f"projects/{project}/secrets/password")
    assert secret["name"] == f"projects/{NUMBER}/secrets/password"
    listed = await ask(world, "secretmanager.secrets.list", parent=f"projects/{project}")
    assert listed["secrets"] == [secret]


def test_an_api_that_is_enabled_is_let_through_and_another_is_not() -> None:
    world = seeded()
    require_api(world, "run", world.project)
    world.store.delete(f"serviceusage/projects/{PROJECT}/{RUN}")
    with pytest.raises(ApiError, match=f"Cloud Run Admin API has not been used in project {NUMBER} before or it is"):
        require_api(world, "run", world.project)
