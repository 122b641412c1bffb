"""The other APIs over REST."""

from __future__ import annotations

import json

import pytest

from tests.cloud.servers import CALLER, Reply, RestServer
from wizard.cloud.rest import Rest
from wizard.cloud.services import Services
from wizard.errors import CloudError
from wizard.records import Ref

API = Ref(kind="api", project="p1", name="run.googleapis.com")
SERVICES = "/v1/projects/p1/services"
LOG = "/v2/entries:list"


@pytest.fixture
def services(rest: Rest) -> Services:
    return Services(rest, CALLER, "p1")


def refused(code: int, status: str, message: str, *details: dict[str, object]) -> Reply:
    return Reply({"error": {"code": code, "message": message, "status": status, "details": list(details)}}, code)


async def test_which_apis_are_enabled(http: RestServer, services: Services) -> None:
    found = [
        {"name": "projects/42/services/run.googleapis.com", "state": "ENABLED"},
        {"name": "projects/42/services/compute.googleapis.com", "state": "DISABLED"},
    ]
    http.on("GET", f"{SERVICES}:batchGet", {"services": found})
    wanted = {"run.googleapis.com": True, "compute.googleapis.com": False, "vpcaccess.googleapis.com": False}
    assert await services.apis(tuple(wanted)) == wanted
    many = tuple(f"a{i}.googleapis.com" for i in range(45))
    assert await services.apis(many) == dict.fromkeys(many, False)
    assert len(http.asked) == 1 + 3


async def test_enabling_and_waiting(http: RestServer, services: Services) -> None:
    http.on("POST", f"{SERVICES}/run.googleapis.com:enable", Reply({}, 503), {"name": "operations/acat.p2-42-a"})
    operation = await services.enable(API)
    assert operation.name == "serviceusage:operations/acat.p2-42-a"
    http.on("GET", "/v1/operations/acat.p2-42-a", {"name": "x"}, {"name": "x", "done": True})
    await services.wait("operations/acat.p2-42-a", API)
    http.on("GET", "/v1/operations/acat.p2-42-a", {"done": True, "error": {"code": 9, "message": "billing is off"}})
    with pytest.raises(CloudError, match="billing is off"):
        await services.wait("operations/acat.p2-42-a", API)


async def test_what_is_enabled_already_is_done_at_once(http: RestServer, services: Services) -> None:
    http.on("POST", f"{SERVICES}/run.googleapis.com:enable", {"name": "operations/noop.DONE_OPERATION", "done": True})
    operation = await services.enable(API)
    assert (operation.name, operation.done, operation.error) == ("", True, "")


async def test_permissions_in_chunks(http: RestServer, services: Services) -> None:
    http.on("POST", "/v1/projects/p1:testIamPermissions", {}, {"permissions": ["a.b.p3"]}, {})
    names = tuple(f"a.b.p{i}" for i in range(250))
    assert await services.permissions(names) == {"a.b.p3"}
    assert sorted(len(a.body["permissions"]) for a in http.asked) == [50, 100, 100]


async def test_a_secret_that_exists(http: RestServer, services: Services) -> None:
    http.on("GET", "/v1/projects/p2/secrets/key", {"name": "projects/2/secrets/key", "etag": "1"})
    found = await services.find_secret(Ref(kind="secret", project="p1", name="projects/p2/secrets/key"))
    assert found.etag == "1"


async def test_invokers(http: RestServer, services: Services) -> None:
    bindings = [
        {"role": "roles/run.invoker", "members": ["allUsers", "user:a@example.com"]},
        {"role": "roles/run.admin", "members": ["user:b@example.com"]},
    ]
    http.on("GET", "/v2/projects/p1/locations/r1/services/s1:getIamPolicy", {"bindings": bindings})
    assert await services.invokers("r1", "s1") == ("allUsers", "user:a@example.com")


async def test_log_lines_of_both_kinds_and_all_pages(http: RestServer, services: Services) -> None:
    line = {"runvpc": 1, "verdict": "connected"}
    http.on(
        "POST",
        LOG,
        {"entries": [{"jsonPayload": line}, {"textPayload": ""}], "nextPageToken": "2"},
        {"entries": [{"textPayload": "Traceback\n"}]},
    )
    lines = await services.log_lines("j1", 'e"1')
    assert json.loads(lines[0]) == line
    assert lines[1:] == ("Traceback",)
    assert http.asked[1].body["pageToken"] == "2"
    assert 'labels."run.googleapis.com/execution_name"="e\\"1"' in http.asked[0].body["filter"]


async def test_a_log_that_may_not_be_read_is_empty(http: RestServer, services: Services) -> None:
    http.on("POST", LOG, refused(403, "PERMISSION_DENIED", "Permission 'logging.logEntries.list' denied"))
    assert await services.log_lines("j1", "e1") == ()


async def test_a_disabled_api_names_the_command(http: RestServer, services: Services) -> None:
    info: dict[str, object] = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_DISABLED",
        "domain": "googleapis.com",
        "metadata": {"service": "cloudresourcemanager.googleapis.com", "consumer": "projects/42"},
    }
    http.on("POST", "/v1/projects/p1:testIamPermissions", refused(403, "PERMISSION_DENIED", "disabled", info))
    with pytest.raises(CloudError) as caught:
        await services.permissions(("a.b.c",))
    assert caught.value.fix == "run: gcloud services enable cloudresourcemanager.googleapis.com"


async def test_an_answer_that_is_not_json(http: RestServer, services: Services) -> None:
    http.on("GET", f"{SERVICES}/run.googleapis.com", Reply("<html>"))
    with pytest.raises(CloudError) as caught:
        await services.find_api(API)
    assert caught.value.status == "INTERNAL"
