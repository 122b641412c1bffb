"""v1 over REST without gcloud: what a write answers, what is refused, and that the methods are those of v2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox import serving as on
from wizard.sandbox.api import Body
from wizard.sandbox.server import Server

WORLD = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/26"
"""
HOST = "us-central1-run.googleapis.com"
SERVING = "/apis/serving.knative.dev/v1/namespaces/demo-project"
RUN = "/apis/run.googleapis.com/v1/namespaces/demo-project"
V2 = "/v2/projects/demo-project/locations/us-central1"


async def ask(server: Server, verb: str, path: str, body: object = None) -> tuple[int, Any]:
    """A request to the regional host, as gcloud sends it."""
    return await on.ask(server, verb, path, body, Host=HOST)


def service(name: str = "s1", **annotations: str) -> Body:
    names = {f"run.googleapis.com/{key.replace('_', '-')}": text for key, text in annotations.items()}
    template = {"metadata": {"annotations": names}, "spec": {"containers": [{"image": "img"}]}}
    return {"kind": "Service", "metadata": {"name": name}, "spec": {"template": template}}


def job(name: str = "j1") -> Body:
    task = {"spec": {"containers": [{"image": "img"}], "maxRetries": 0}}
    return {"metadata": {"name": name}, "spec": {"template": {"spec": {"taskCount": 2, "template": task}}}}


def ready(body: Body) -> list[tuple[str, str]]:
    return [(one["type"], one["status"]) for one in body["status"]["conditions"]]


async def test_a_write_answers_at_once_and_the_resource_becomes_ready_later(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD, instant=False) as server:
        _, made = await ask(server, "POST", f"{SERVING}/services", service())
        kinds = ("Ready", "ConfigurationsReady", "RoutesReady")
        assert ready(made) == [(kind, "Unknown") for kind in kinds]
        operation = made["metadata"]["annotations"]["run.googleapis.com/operation-id"]
        path = f"/v1/projects/demo-project/locations/us-central1/operations/{operation}"
        _, waiting = await ask(server, "GET", path)
        server.world.clock.advance(60)
        _, ended = await ask(server, "POST", f"{path}:wait", {"timeout": "1s"})
        _, later = await ask(server, "GET", f"{SERVING}/services/s1")
    assert waiting["done"] is False and "response" not in waiting
    assert ended["done"] is True and ended["response"]["status"] == later["status"]
    assert sorted(ready(later)) == sorted((kind, "True") for kind in kinds)
    assert later["status"]["observedGeneration"] == later["metadata"]["generation"] == 1


async def test_an_update_that_goes_on_is_unknown_though_the_one_before_was_ready(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD, instant=False) as server:
        await ask(server, "POST", f"{SERVING}/services", service())
        server.world.clock.advance(60)
        wanted = service(network_interfaces='[{"network": "my-vpc", "subnetwork": "no"}]')
        _, put = await ask(server, "PUT", f"{SERVING}/services/s1", wanted)
        server.world.clock.advance(60)
        _, failed = await ask(server, "GET", f"{SERVING}/services/s1")
    assert {status for _, status in ready(put)} == {"Unknown"}
    states = {one["type"]: one for one in failed["status"]["conditions"]}
    assert (states["Ready"]["status"], states["RoutesReady"]["status"]) == ("False", "True")
    assert states["Ready"]["reason"] == "VpcNetworkNotFound"
    assert "does not exist, or Cloud Run does not have permission" in states["Ready"]["message"]
    assert failed["status"]["latestReadyRevisionName"] != failed["status"]["latestCreatedRevisionName"]


async def test_what_nobody_knows_survives_the_way_through_the_store(tmp_path: Path) -> None:
    wanted = service(odd_thing="kept")
    wanted["metadata"] |= {"labels": {"team": "x", "run.googleapis.com/odd": "l"}, "annotations": {"e.com/a": "b"}}
    wanted["spec"]["template"]["metadata"]["labels"] = {"client.knative.dev/nonce": "abc"}
    async with on.serving(tmp_path, WORLD) as server:
        _, made = await ask(server, "POST", f"{SERVING}/services", wanted)
        _, seen = await ask(server, "GET", f"{V2}/services/s1")
        _, put = await ask(server, "PUT", f"{SERVING}/services/s1", made)
    assert seen["labels"] == {"team": "x"} and seen["annotations"] == {"e.com/a": "b"}
    assert seen["template"]["labels"] == {"client.knative.dev/nonce": "abc"}
    assert "annotations" not in seen["template"]
    for body in (made, put):
        assert body["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/odd-thing"] == "kept"
        assert body["metadata"]["labels"]["run.googleapis.com/odd"] == "l"
    assert made["status"]["latestCreatedRevisionName"] == put["status"]["latestCreatedRevisionName"], "nothing changed"
    assert put["spec"] == made["spec"]


async def test_what_was_kept_is_not_shown_on_another_service_of_the_name(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        await ask(server, "POST", f"{SERVING}/services", service(odd_thing="kept"))
        await ask(server, "DELETE", f"{V2}/services/s1")
        await ask(server, "POST", f"{V2}/services?serviceId=s1", {"template": {"containers": [{"image": "i"}]}})
        _, other = await ask(server, "GET", f"{SERVING}/services/s1")
    assert not [key for key in other["spec"]["template"]["metadata"]["annotations"] if "odd" in key]


async def test_a_stale_version_is_refused_with_versions_in_the_text(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        _, made = await ask(server, "POST", f"{SERVING}/services", service())
        _, put = await ask(server, "PUT", f"{SERVING}/services/s1", made)
        status, refused = await ask(server, "PUT", f"{SERVING}/services/s1", made)
    old, new = made["metadata"]["resourceVersion"], put["metadata"]["resourceVersion"]
    text = f"Conflict for resource 's1': version '{old}' was specified but current version is '{new}'."
    assert (status, refused["error"]) == (409, {"code": 409, "message": text, "status": "ABORTED"})


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "text"),
    [
        ("GET", f"{SERVING}/services/no", None, 404, "Resource 'no' of kind 'SERVICE' in region 'us-central1' in "),
        ("GET", f"{SERVING}/revisions/no", None, 404, "Resource 'no' of kind 'REVISION' in region 'us-central1' in "),
        ("GET", f"{RUN}/executions/no", None, 404, "Resource 'no' of kind 'EXECUTION' in region 'us-central1' in "),
        ("GET", f"{RUN}/tasks/no", None, 404, "Resource 'no' of kind 'TASK' in region 'us-central1' in project "),
        ("DELETE", f"{RUN}/jobs/no", None, 404, "Resource 'no' of kind 'JOB' in region 'us-central1' in project "),
        ("PUT", f"{SERVING}/services/no", service("no"), 404, "Resource 'no' of kind 'SERVICE' in region "),
        ("POST", f"{RUN}/jobs/no:run", {}, 404, "Resource 'no' of kind 'JOB' in region 'us-central1' in project "),
        ("POST", f"{SERVING}/services", service("Big"), 400, "Violation in CreateServiceRequest.service_id: must "),
        ("POST", f"{SERVING}/services", {"spec": {"odd": 1}}, 400, "Unknown name \"odd\" at 'service.spec': Cannot "),
        ("POST", f"{SERVING}/services", {**service(), "odd": 1}, 400, "Unknown name \"odd\" at 'service': Cannot "),
        ("GET", f"{SERVING}/services?odd=1", None, 400, 'Unknown name "odd": Cannot bind query parameter.'),
        ("GET", f"{SERVING}/revisions?labelSelector=(", None, 400, "labelSelector: unable to parse"),
        ("GET", f"{SERVING}/domainmappings", None, 404, "The sandbox does not emulate GET /apis/serving.knative.dev"),
        (
            "POST",
            f"{SERVING}/services",
            service(vpc_access_connector="c", network_interfaces='[{"network": "my-vpc"}]'),
            400,
            "VPC connector and direct VPC can not be used together",
        ),
    ],
)
async def test_refusals(tmp_path: Path, verb: str, path: str, body: object, status: int, text: str) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        got, answer = await ask(server, verb, path, body)
    assert (got, text in answer["error"]["message"]) == (status, True), answer


async def test_a_dry_run_shows_what_would_be_and_changes_nothing(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        status, shown = await ask(server, "POST", f"{SERVING}/services?dryRun=all", service())
        _, none = await ask(server, "GET", f"{SERVING}/services")
        await ask(server, "POST", f"{SERVING}/services", service())
        _, put = await ask(server, "PUT", f"{SERVING}/services/s1?dryRun=all", service(ingress="internal"))
        _, after = await ask(server, "GET", f"{SERVING}/services/s1")
    assert (status, shown["metadata"]["name"], none["items"]) == (200, "s1", [])
    assert shown["spec"]["template"]["spec"]["containerConcurrency"] == 80
    assert (put["metadata"]["generation"], after["metadata"]["generation"]) == (2, 1)


async def test_the_methods_are_those_of_v2(tmp_path: Path) -> None:
    """The log, a fault and a denied permission of a v2 method concern its v1 call."""
    fault = '\n[[fault]]\non = "run.GetService"\nkind = "http:503"\ntimes = 1\n'
    denied = '\n[[permission]]\nmember = ""\ndenied = ["run.jobs.run"]\n'
    async with on.serving(tmp_path, WORLD + fault + denied) as server:
        await ask(server, "POST", f"{SERVING}/services", service())
        struck, _ = await ask(server, "GET", f"{SERVING}/services/s1")
        await ask(server, "POST", f"{RUN}/jobs", job())
        status, refused = await ask(server, "POST", f"{RUN}/jobs/j1:run", {})
        logged = [(r["method"], r["resource"].rsplit("/", 1)[-1], r["status"]) for r in server.log.requests]
    assert struck == 503
    assert (status, "'run.jobs.run' denied" in refused["error"]["message"]) == (403, True), refused
    assert logged == [
        ("run.CreateService", "s1", 200),
        ("run.GetService", "s1", 503),
        ("run.CreateJob", "j1", 200),
        ("run.RunJob", "j1", 403),
    ]


async def test_regions_and_projects(tmp_path: Path) -> None:
    """The region is the host's or the path's, a host without one lists all; a project is an id or a number."""
    by_number = SERVING.replace("demo-project", "123456789012")
    async with on.serving(tmp_path, WORLD) as server:
        await ask(server, "POST", f"{by_number}/services", service("a"))
        await on.ask(server, "POST", f"{SERVING}/services", service("b"), Host="europe-west1-run.googleapis.com")
        place = "/v1/projects/demo-project/locations/asia-east1/services"
        await on.ask(server, "POST", place, service("c"), Host="run.googleapis.com")
        everywhere = f"/v1/projects/{123456789012}/locations/-/services"
        paths = [(SERVING + "/services", HOST), (SERVING + "/services", "run.googleapis.com"), (everywhere, HOST)]
        lists = [await on.ask(server, "GET", path, Host=host) for path, host in paths]
        _, own = await on.ask(server, "GET", f"{SERVING}/services/a", Host="run.googleapis.com")
        status, _ = await on.ask(server, "GET", f"{SERVING}/services/b", Host=HOST)
    regions = [
        {i["metadata"]["name"]: i["metadata"]["labels"]["cloud.googleapis.com/location"] for i in body["items"]}
        for _, body in lists
    ]
    every = {"a": "us-central1", "b": "europe-west1", "c": "asia-east1"}
    assert regions == [{"a": "us-central1"}, every, every]
    assert (own["metadata"]["namespace"], status) == ("123456789012", 404)


async def test_lists_by_labels_and_in_pages(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        await ask(server, "POST", f"{RUN}/jobs", job())
        await ask(server, "POST", f"{RUN}/jobs", job("j2"))
        for name in ("j1", "j1", "j2"):
            await ask(server, "POST", f"{RUN}/jobs/{name}:run", {})
        found = await names(server, "executions")
        of_one = await names(server, "executions", labelSelector="run.googleapis.com/job = j1")
        others = await names(server, "executions", labelSelector="run.googleapis.com/job != j1")
        either = await names(server, "executions", labelSelector="run.googleapis.com/job in (j1, j2)")
        tasks = await names(server, "tasks", labelSelector=f"run.googleapis.com/execution = {of_one[0]}")
        pages = []
        more = {"limit": "2"}
        while more:
            _, body = await ask(server, "GET", path("executions", **more))
            pages.append(len(body["items"]))
            more = {"limit": "2", **body["metadata"]} if body["metadata"] else {}
    assert (len(found), len(of_one), len(others), len(either)) == (3, 2, 1, 3)
    assert tasks == [f"{of_one[0]}-task0", f"{of_one[0]}-task1"]
    assert pages == [2, 1]


async def test_a_choice_among_more_than_a_page(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD) as server:
        await ask(server, "POST", f"{RUN}/jobs", job())
        _, begun = await ask(server, "POST", f"{RUN}/jobs/j1:run", {})
        store, name = server.world.store, begun["metadata"]["name"]
        at = f"run/projects/demo-project/locations/us-central1/jobs/j1/executions/{name}"
        body = store.get(at)
        assert body is not None
        for number in range(1000):
            store.put(f"{at}{number}", {**body, "name": f"{body['name']}{number}"})
        found = await names(server, "executions", labelSelector="run.googleapis.com/odd != x")
    assert len(found) == 1001


async def test_revisions_and_what_is_active(tmp_path: Path) -> None:
    """A connector is shown as it was written, also on the revisions; traffic that names nothing goes to the latest."""
    connector = '\n[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"\n'
    async with on.serving(tmp_path, WORLD + connector) as server:
        await ask(server, "POST", f"{SERVING}/services", service(vpc_access_connector="con"))
        wanted = service(vpc_access_connector="con", execution_environment="gen2")
        wanted["spec"]["traffic"] = [{"percent": 100}]
        await ask(server, "PUT", f"{SERVING}/services/s1", wanted)
        _, body = await ask(server, "GET", f"{SERVING}/revisions?labelSelector=serving.knative.dev/service = s1")
        _, v2 = await ask(server, "GET", f"{V2}/services/s1")
    active = {
        one["metadata"]["name"][:8]: condition["status"]
        for one in body["items"]
        for condition in one["status"]["conditions"]
        if condition["type"] == "Active"
    }
    assert active == {"s1-00001": "False", "s1-00002": "True"}
    noted = [one["metadata"]["annotations"]["run.googleapis.com/vpc-access-connector"] for one in body["items"]]
    assert noted == ["con", "con"]
    assert v2["template"]["vpcAccess"]["connector"].endswith("/locations/us-central1/connectors/con")


async def test_nothing_is_kept_of_a_service_that_is_gone(tmp_path: Path) -> None:
    async with on.serving(tmp_path, WORLD, instant=False) as server:
        await ask(server, "POST", f"{SERVING}/services", service(odd_thing="kept"))
        server.world.clock.advance(60)
        await ask(server, "DELETE", f"{SERVING}/services/s1")
        during = server.world.store.keys("knative/")
        server.world.clock.advance(60)
        status, _ = await ask(server, "GET", f"{SERVING}/services/s1")
        after = server.world.store.keys("knative/")
    assert (len(during), status, after) == (1, 404, [])


def path(collection: str, **query: str) -> str:
    return f"{RUN}/{collection}?" + "&".join(f"{key}={text}" for key, text in query.items())


async def names(server: Server, collection: str, **query: str) -> list[str]:
    """The names in a list; the test fails where the list is refused."""
    status, body = await ask(server, "GET", path(collection, **query))
    assert status == 200, body
    return [item["metadata"]["name"] for item in body["items"]]


async def test_a_jobs_execution_and_its_tasks(tmp_path: Path) -> None:
    declared = '\n[[job]]\nname = "bad"\nimage = "img"\noutcome = "3"\n'
    async with on.serving(tmp_path, WORLD + declared) as server:
        overrides = {"taskCount": 1, "timeoutSeconds": 5, "containerOverrides": [{"args": ["x"]}]}
        _, begun = await ask(server, "POST", f"{RUN}/jobs/bad:run", {"overrides": overrides})
        name = begun["metadata"]["name"]
        ended = begun
        while ready(ended)[0] == ("Completed", "Unknown"):
            _, ended = await ask(server, "GET", f"{RUN}/executions/{name}")
        _, tasks = await ask(server, "GET", path("tasks", labelSelector="run.googleapis.com/runningState in (Failed)"))
        _, one = await ask(server, "GET", f"{RUN}/tasks/{name}-task0")
        _, cancelled = await ask(server, "POST", f"{RUN}/executions/{name}:cancel", {})
        _, gone = await ask(server, "DELETE", f"{RUN}/executions/{name}")
        left = await names(server, "executions")
    assert ("Started", "Unknown") not in ready(begun)
    assert (begun["spec"]["taskCount"], begun["metadata"]["labels"]["run.googleapis.com/job"]) == (1, "bad")
    assert begun["spec"]["template"]["spec"]["timeoutSeconds"] == "5"
    end = ended["status"]["conditions"][0]
    assert (end["status"], end["reason"], ended["status"]["failedCount"]) == ("False", "NonZeroExitCode", 1)
    assert tasks["items"] == [one]
    assert one["status"]["lastAttemptResult"]["exitCode"] == 3
    assert cancelled["status"] == ended["status"], "it was over"
    assert (gone["status"], left) == ("Success", [])
