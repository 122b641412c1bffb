"""Updates of Cloud Run services: masks, missing services, traffic, names of revisions, and worlds that began broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.handling import LOCATION, ask, result, seeded
from wizard.sandbox import faults
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

APP = f"{LOCATION}/services/app"
SERVICE = '\n[[service]]\nname = "app"\nlabels = { team = "a" }\nenv = { A = "1" }\n'
LATEST, REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
CONTAINERS = [{"image": "example/app"}]


async def app(world: World) -> Body:
    return await ask(world, "run.GetService", name=APP)


async def update(world: World, mask: str = "", **fields: Any) -> Body:
    await ask(world, "run.UpdateService", service={"name": APP, **fields}, updateMask=mask)
    return await app(world)


async def test_a_mask_may_name_a_part_of_the_template() -> None:
    world = seeded(SERVICE)
    before = await app(world)
    access = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
    after = await update(world, "template.vpcAccess", template={"vpcAccess": access}, labels={"team": "b"})
    assert after["template"] == {**before["template"], "vpcAccess": {"egress": "PRIVATE_RANGES_ONLY", **access}}
    assert after["labels"] == {"team": "a"}
    again = await update(world, "template.vpcAccess,labels", template={})
    assert again["template"] == before["template"]
    assert "labels" not in again


async def test_without_a_mask_everything_that_can_be_set_is_replaced() -> None:
    world = seeded(SERVICE)
    before = await app(world)
    after = await update(world, template={"containers": CONTAINERS}, uid="mine")
    assert "env" not in after["template"]["containers"][0]
    assert "labels" not in after
    assert after["uid"] == before["uid"]


async def test_a_mask_with_what_only_the_server_sets_is_refused() -> None:
    world = seeded(SERVICE)
    with pytest.raises(ApiError, match="uri"):
        await update(world, "uri", uri="https://example.com")


async def test_a_missing_service_is_made_when_that_is_allowed() -> None:
    world = seeded()
    service = {"name": APP, "template": {"containers": CONTAINERS}}
    with pytest.raises(ApiError, match="of kind 'SERVICE' in region 'us-central1' in project 'demo-project'"):
        await ask(world, "run.UpdateService", service=service)
    await ask(world, "run.UpdateService", service=service, allowMissing=True)
    assert (await app(world))["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"


@pytest.mark.parametrize(
    ("traffic", "message"),
    [
        ([{"type": LATEST, "percent": 90}], "the sum of percent should be 100"),
        ([{"type": LATEST, "percent": 50, "tag": "t"}] * 2, "may not contain a duplicate tag"),
        ([{"type": REVISION, "revision": "app-00009-xyz", "percent": 100}], "'app-00009-xyz' does not exist"),
        ([{"type": REVISION, "percent": 100}], "must be set for a target of type revision"),
        ([{"type": LATEST, "revision": "x", "percent": 100}], "and for no other"),
    ],
)
async def test_traffic_that_is_refused(traffic: list[Body], message: str) -> None:
    world = seeded(SERVICE)
    with pytest.raises(ApiError, match=message):
        await update(world, "traffic", traffic=traffic)


async def test_a_tag_without_traffic_has_an_address_of_its_own() -> None:
    world = seeded(SERVICE)
    old = (await app(world))["latestReadyRevision"].rsplit("/", 1)[-1]
    traffic = [{"type": REVISION, "revision": old, "percent": 100}, {"type": LATEST, "tag": "next"}]
    after = await update(world, "traffic,template.timeout", traffic=traffic, template={"timeout": "9s"})
    assert after["latestReadyRevision"].rsplit("/", 1)[-1] != old
    host = after["uri"].removeprefix("https://")
    assert [status.get("uri", "") for status in after["trafficStatuses"]] == ["", f"https://next---{host}"]


async def test_a_name_for_the_revision_is_taken_once() -> None:
    world = seeded(SERVICE)
    after = await update(world, "template.revision", template={"revision": "app-blue"})
    assert after["latestReadyRevision"].endswith("/app-blue")
    with pytest.raises(ApiError, match="Revision named 'app-blue' with different configuration already exists"):
        await update(world, "template.timeout", template={"timeout": "9s"})


async def test_numbers_of_revisions_go_on_when_one_is_deleted() -> None:
    world = seeded(SERVICE)
    first = (await app(world))["latestReadyRevision"]
    await update(world, "template.timeout", template={"timeout": "9s"})
    await ask(world, "run.DeleteRevision", name=first)
    after = await update(world, "template.timeout", template={"timeout": "8s"})
    assert after["latestReadyRevision"].rsplit("/", 1)[-1].startswith("app-00003-")


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ({"startupProbe": {"periodSeconds": 241}}, "period_seconds"),
        ({"startupProbe": {"timeoutSeconds": 11}}, "must not be greater than period_seconds"),
        ({"startupProbe": {"periodSeconds": 100}}, "must not exceed 240"),
        ({"env": [{"name": "1A"}]}, r"env\[0\].name: invalid name"),
        ({"env": [{"name": "A"}, {"name": "A"}]}, "duplicate name 'A'"),
    ],
)
async def test_a_container_that_is_refused(container: Body, message: str) -> None:
    world = seeded(SERVICE)
    with pytest.raises(ApiError, match=message):
        await update(world, template={"containers": [{"image": "i", **container}]})


async def test_system_annotations_are_refused() -> None:
    world = seeded(SERVICE)
    with pytest.raises(ApiError, match="system annotations are not supported"):
        await update(world, "annotations", annotations={"run.googleapis.com/x": "y"})


async def test_a_secret_that_does_not_exist_keeps_the_revision_from_starting() -> None:
    world = seeded(SERVICE + '[[secret]]\nname = "there"\n')
    for secret, state in (("there", "CONDITION_SUCCEEDED"), ("missing", "CONDITION_FAILED")):
        source = {"secretKeyRef": {"secret": secret, "version": "latest"}}
        env = [{"name": "S", "valueSource": source}]
        after = await update(world, template={"containers": [{"image": "i", "env": env}]})
        assert after["terminalCondition"]["state"] == state
    assert after["terminalCondition"]["reason"] == "SECRETS_ACCESS_CHECK_FAILED"
    assert "secrets/missing/versions/latest was not found" in after["terminalCondition"]["message"]


async def test_what_the_scenario_deployed_is_ready_though_its_connector_broke_later() -> None:
    world = seeded(
        '[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"\nstate = "ERROR"\n'
        '[[service]]\nname = "app"\nconnector = "con"\n'
    )
    assert (await app(world))["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    after = await update(world, "template.timeout", template={"timeout": "9s"})
    assert "is not ready: it is in state ERROR" in after["terminalCondition"]["message"]
    assert after["terminalCondition"]["reason"] == "VPC_NETWORK_NOT_FOUND"


async def test_reading_and_writing_back_what_the_scenario_deployed_makes_no_revision() -> None:
    world = seeded(
        '[[service]]\nname = "app"\nconnector = ""\nstartup_probe = { type = "tcp", port = 80 }\n'
        '[[revision]]\nservice = "app"\nname = "app-blue"\npercent = 100\n'
    )
    before = await app(world)
    assert [status.get("revision") for status in before["trafficStatuses"]] == ["app-blue"]
    after = await update(world, **{key: before[key] for key in ("template", "traffic")})
    assert after["latestCreatedRevision"] == before["latestCreatedRevision"]


async def test_a_failed_operation_ends_the_roll_out() -> None:
    world = seeded(SERVICE)
    token = faults.ACTIVE.set(faults.Fault("run.UpdateService", "operation_error", "sorry"))
    ended = await result(world, "run.UpdateService", service={**await app(world), "labels": {}})
    faults.ACTIVE.reset(token)
    assert (ended["done"], ended["error"]["message"]) == (True, "sorry")
    after = await app(world)
    assert (after["reconciling"], after["terminalCondition"]["state"]) == (False, "CONDITION_FAILED")


@pytest.mark.parametrize(
    ("resources", "idle"),
    [(None, True), ({"cpuIdle": True}, True), ({"limits": {"cpu": "2"}}, False), ({"startupCpuBoost": True}, False)],
)
async def test_whoever_says_anything_of_resources_says_that_the_processor_idles(
    resources: Body | None, idle: bool
) -> None:
    """The default of the API holds only when there are no resources at all (docstring of `ResourceRequirements`)."""
    world = seeded()
    container: Body = {"image": "i", **({"resources": resources} if resources else {})}
    parent = {"parent": LOCATION, "serviceId": "made"}
    await ask(world, "run.CreateService", **parent, service={"template": {"containers": [container]}})
    made = await ask(world, "run.GetService", name=f"{LOCATION}/services/made")
    assert bool(made["template"]["containers"][0]["resources"].get("cpuIdle")) is idle


async def test_a_revision_is_not_deleted_when_that_is_only_tried() -> None:
    world = seeded()
    for image in ("one", "two"):
        given = {"name": f"{LOCATION}/services/app", "template": {"containers": [{"image": image}]}}
        await ask(world, "run.UpdateService", service=given, allowMissing=True)
        world.settle()
    newest, oldest = (await ask(world, "run.ListRevisions", parent=f"{LOCATION}/services/app"))["revisions"]
    tried = await ask(world, "run.DeleteRevision", name=oldest["name"], validateOnly=True)
    assert (tried["name"], tried["done"]) == ("", True)
    assert await ask(world, "run.GetRevision", name=oldest["name"]) == oldest
    assert newest["name"] != oldest["name"]
