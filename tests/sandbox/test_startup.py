"""Whether a new revision gets ready: what its code must reach first, and how long its start-up probe waits for it."""

from __future__ import annotations

import pytest

from tests.sandbox.calling import APP, DIRECT, REDIS, call, calling
from tests.sandbox.handling import LOCATION, ask, blocks
from wizard.sandbox.api import Body
from wizard.sandbox.world import World

STARTUP = 'connects = "startup"\n'
TEXT = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment"
    " variable within the allocated timeout. This can happen when the container port is misconfigured or if the timeout"
    " is too short. The health check timeout can be extended. Logs for this revision might contain more information."
)
INTO_VPC: Body = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
BY_CONNECTOR: Body = {"connector": f"{LOCATION}/connectors/con"}


async def roll_out(world: World, access: Body, **container: object) -> Body:
    """The service after a change of its network and container, when all is over."""
    service = await ask(world, "run.GetService", name=APP)
    service["template"] |= {"revision": "", "vpcAccess": access}
    service["template"]["containers"] = [{"image": "i:2", **container}]
    operation = await ask(world, "run.UpdateService", service=service)
    world.clock.advance(600)
    ended = await ask(world, "run.GetOperation", name=operation["name"])
    failed = ended.get("error", {}).get("message", "")
    after = await ask(world, "run.GetService", name=APP)
    assert (after["terminalCondition"]["state"] == "CONDITION_FAILED") == bool(failed)
    return after


def why(service: Body) -> str:
    return str(service["terminalCondition"].get("message", ""))


async def test_code_that_cannot_reach_its_target_fails_the_revision_and_the_old_one_serves() -> None:
    async with calling('connector = "con"\n' + REDIS + STARTUP) as world:
        before = await ask(world, "run.GetService", name=APP)
        await ask(world, "compute.firewalls.delete", project="demo-project", firewall="from-run")
        after = await roll_out(world, INTO_VPC)
        short = after["latestCreatedRevision"].rsplit("/", 1)[-1]
        revision = await ask(world, "run.GetRevision", name=after["latestCreatedRevision"])
        said = await ask(world, "logging.entries.list", filter=f'resource.labels.revision_name="{short}"')
        reply = await call(world)
    assert why(after) == f"Revision '{short}' is not ready and cannot serve traffic. {TEXT}"
    assert after["terminalCondition"]["revisionReason"] == "HEALTH_CHECK_CONTAINER_ERROR"
    assert revision["conditions"][0]["message"] == TEXT
    assert after["latestReadyRevision"] == before["latestReadyRevision"] != after["latestCreatedRevision"]
    assert f"{reply.body['service']}/revisions/{reply.body['revision']}" in str(before["latestReadyRevision"])
    assert [entry["textPayload"] for entry in said["entries"]] == ["redis://10.2.0.3: timeout"]


async def test_it_gets_ready_once_the_way_is_open() -> None:
    async with calling('connector = "con"\n' + REDIS + STARTUP) as world:
        for access in (INTO_VPC, BY_CONNECTOR):
            after = await roll_out(world, access)
            assert (why(after), after["latestReadyRevision"]) == ("", after["latestCreatedRevision"])
            assert (await call(world)).status == 200


async def test_the_addresses_of_a_revision_that_failed_are_not_kept_for_long() -> None:
    async with calling('connector = "con"\nreaches = ["redis://10.2.0.9"]\n' + STARTUP) as world:
        await roll_out(world, INTO_VPC)
        assert len(blocks(world)) == 1
        world.clock.advance(3 * 3600)
        world.settle()
        assert blocks(world) == {}


async def test_code_that_connects_later_gets_ready_whatever_is_in_the_way() -> None:
    async with calling('connector = "con"\nreaches = ["redis://10.2.0.9"]\n') as world:
        after = await roll_out(world, INTO_VPC, startupProbe={"tcpSocket": {"port": 8080}})
        assert (why(after), (await call(world)).status) == ("", 503)
        after = await roll_out(world, INTO_VPC, startupProbe={"httpGet": {"path": "/healthz"}})
    assert TEXT in why(after), "an HTTP probe asks for everything that the code reaches"


PROBES: list[tuple[Body | None, bool]] = [
    (None, True),
    ({"tcpSocket": {}, "periodSeconds": 10, "failureThreshold": 4}, False),
    ({"tcpSocket": {}, "periodSeconds": 10, "failureThreshold": 5}, True),
    ({"httpGet": {}, "periodSeconds": 10, "failureThreshold": 3}, False),
    ({"httpGet": {}}, False),
    ({"httpGet": {}, "initialDelaySeconds": 20, "periodSeconds": 10, "failureThreshold": 3}, True),
]


@pytest.mark.parametrize(("probe", "ready"), PROBES)
async def test_the_probe_must_outlast_the_slow_start_of_direct_vpc(probe: Body | None, ready: bool) -> None:
    container = {"startupProbe": probe} if probe else {}
    async with calling('connector = "con"\n' + REDIS + STARTUP, instant=False) as world:
        through_connector = await roll_out(world, BY_CONNECTOR, **container)
        direct = await roll_out(world, INTO_VPC, **container)
    assert why(through_connector) == ""
    assert (TEXT not in why(direct)) is ready


async def test_the_scenario_and_the_instant_pace_say_how_slow_it_is() -> None:
    short: Body = {"tcpSocket": {}, "periodSeconds": 10, "failureThreshold": 4}
    timing = '[timing]\n"direct.start" = {}\n'
    for seconds, instant, ready in ((5, False, True), (90, False, False), (90, True, True)):
        async with calling(DIRECT + REDIS + STARTUP, timing.format(seconds), instant=instant) as world:
            assert (TEXT not in why(await roll_out(world, INTO_VPC, startupProbe=short))) is ready


async def test_the_roll_out_takes_as_long_as_the_network() -> None:
    async with calling('connector = "con"\n' + REDIS + STARTUP, instant=False) as world:
        service = await ask(world, "run.GetService", name=APP)
        service["template"] |= {"revision": "", "vpcAccess": INTO_VPC}
        operation = await ask(world, "run.UpdateService", service=service)
        seen = []
        for _ in range(2):
            world.clock.advance(35)
            seen.append((await ask(world, "run.GetOperation", name=operation["name"]))["done"])
    assert seen == [False, True]


async def test_a_revision_of_the_scenario_has_code_of_its_own() -> None:
    blue = '[[revision]]\nservice = "app"\nname = "app-blue"\nmax_instances = 7\n'
    blue += 'reaches = ["redis://10.2.0.9"]\nconnects = "startup"\n'
    async with calling(DIRECT + REDIS, blue) as world:
        service = await ask(world, "run.GetService", name=APP)
        revision = f"{APP}/revisions/app-blue"
        assert (await ask(world, "run.GetRevision", name=revision))["conditions"][0]["state"] == "CONDITION_SUCCEEDED"
        await ask(world, "run.DeleteRevision", name=revision)
        world.settle()
        service["template"] |= {"revision": "app-blue"}
        await ask(world, "run.UpdateService", service=service)
        after = await ask(world, "run.GetService", name=APP)
    assert after["latestCreatedRevision"] == revision
    assert TEXT in why(after)


async def test_a_change_that_makes_no_revision_starts_nothing_anew() -> None:
    async with calling('connector = "con"\n' + REDIS + STARTUP) as world:
        instance = (await call(world)).body["instance"]
        service = await ask(world, "run.GetService", name=APP)
        target = world.listeners.pop(("10.2.0.3", 6379))
        await ask(world, "run.UpdateService", service={**service, "labels": {"a": "b"}})
        after = await ask(world, "run.GetService", name=APP)
        world.listeners["10.2.0.3", 6379] = target
        reply = await call(world)
    assert (why(after), after["labels"]) == ("", {"a": "b"})
    assert (reply.status, reply.body["instance"]) == (200, instance)
