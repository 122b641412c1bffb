"""Calling services of the sandbox: which revision answers, what it reached, what instances and networks do to it."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.calling import APP, DIRECT, REDIS, WORLD, call, calling
from tests.sandbox.handling import LOCATION, ask, blocks, seeded
from tests.sandbox.serving import serving
from wizard.sandbox import instances, responders
from wizard.sandbox.api import Body
from wizard.sandbox.folder import SECRET_HEADER
from wizard.sandbox.services import run_revisions
from wizard.sandbox.world import World


async def update(world: World, **changed: object) -> Body:
    """Change the template; the service as it is when the roll-out is over."""
    service = await ask(world, "run.GetService", name=APP)
    service["template"] |= {"revision": "", **changed}
    await ask(world, "run.UpdateService", service=service)
    world.clock.advance(600)
    return await ask(world, "run.GetService", name=APP)


async def mine(world: World) -> int:
    """How many blocks the newest revision has."""
    newest = (await ask(world, "run.GetService", name=APP))["latestCreatedRevision"].rsplit("/", 1)[-1]
    return sum(user == newest for user in blocks(world).values())


REACHES: list[tuple[str, str, str, int]] = [
    ("", "redis://10.2.0.3", "timeout", 503),
    ('connector = "con"', "redis://10.2.0.3", "connected", 200),
    ('connector = "con"', "10.2.0.3:81", "refused", 503),
    ('connector = "con"', "tcp://10.2.0.3:9999", "refused", 503),
    ('connector = "con"', "redis://10.2.0.9", "timeout", 503),
    ('connector = "con"', "redis://cache.corp.example", "connected", 200),
    ("", "redis://cache.corp.example", "name_not_found", 503),
    (DIRECT, "redis://10.2.0.3:6379", "connected", 200),
    (DIRECT, "tcp://10.2.0.3:81", "timeout", 503),
]


@pytest.mark.parametrize(("network", "url", "result", "status"), REACHES)
async def test_what_a_revision_reaches(network: str, url: str, result: str, status: int) -> None:
    async with calling(f'{network}\nreaches = ["{url}"]\n') as world:
        reply = await call(world)
    assert (reply.status, reply.body["reaches"]) == (status, {url: result})
    assert reply.body["service"] == "app"
    assert reply.body["revision"].startswith("app-00001-")


async def test_the_rule_that_is_taken_away_is_felt_at_the_next_call() -> None:
    async with calling(DIRECT + REDIS) as world:
        assert (await call(world)).status == 200
        await ask(world, "compute.firewalls.delete", project="demo-project", firewall="from-run")
        assert (await call(world)).body["reaches"] == {"redis://10.2.0.3": "timeout"}


async def test_an_attached_server_that_is_stopped_refuses() -> None:
    async with calling(DIRECT + REDIS) as world:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            world.attached["10.2.0.3:6379"] = held.getsockname()
            assert (await call(world)).body["reaches"] == {"redis://10.2.0.3": "refused"}
            held.listen()
            assert (await call(world)).status == 200


SPLIT = """
[[revision]]
service = "app"
name = "app-blue"
percent = 25
tag = "blue"
reaches = ["10.2.0.3:81"]
[[revision]]
service = "app"
name = "app-idle"
tag = "idle"
"""


async def test_traffic_is_split_by_its_shares_and_a_tag_names_one() -> None:
    async with calling('connector = "con"\n', SPLIT) as world:
        replies = [await call(world) for _ in range(80)]
        idle, none = await call(world, "idle"), await call(world, "none")
        service = await ask(world, "run.GetService", name=APP)
        uri = next(t["uri"] for t in service["trafficStatuses"] if t.get("tag") == "blue")
        found, tag = responders.find_host(world, uri.removeprefix("https://") + ":8080")
    counts = Counter(reply.body["revision"] for reply in replies)
    assert set(counts) == {"app-blue", service["latestReadyRevision"].rsplit("/", 1)[-1]}
    assert 8 <= counts["app-blue"] <= 32, counts
    assert {reply.status for reply in replies if reply.body["revision"] == "app-blue"} == {503}
    assert (idle.body["revision"], none.status) == ("app-idle", 404)
    assert ((found or {})["name"], tag) == (APP, "blue")


@pytest.mark.parametrize(("ingress", "outside"), [("all", 200), ("internal", 404), ("", 200)])
async def test_internal_ingress_is_not_there_from_outside(ingress: str, outside: int) -> None:
    async with calling(f'ingress = "{ingress}"\n') as world:
        assert ((await call(world)).status, (await call(world, inside=True)).status) == (outside, 200)


async def test_a_cold_instance_with_direct_vpc_egress_has_no_network_for_a_while() -> None:
    async with calling(DIRECT + REDIS, instant=False) as world:
        assert (await call(world)).status == 200, "what the scenario deployed is warm"
        world.clock.advance(instances.IDLE_SECONDS + 1)
        cold = await call(world)
        assert (cold.status, cold.body["network"]) == (503, False)
        assert cold.body["reaches"] == {"redis://10.2.0.3": "timeout"}
        world.clock.advance(instances.DIRECT_START_SECONDS)
        warm = await call(world)
    assert (warm.status, warm.body["instance"]) == (200, cold.body["instance"])


async def test_code_that_connects_at_start_takes_no_request_before_its_network_is_there() -> None:
    async with calling(DIRECT + REDIS + 'connects = "startup"\n', instant=False) as world:
        world.clock.advance(instances.IDLE_SECONDS + 1)
        waiting = asyncio.create_task(call(world))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        world.clock.advance(instances.DIRECT_START_SECONDS)
        reply = await waiting
    assert (reply.status, reply.body["network"]) == (200, True)


async def test_more_requests_start_more_instances_with_more_addresses() -> None:
    slow = 'reaches = ["redis://10.2.0.9"]\nmax_instances = 9\n'
    async with calling(DIRECT + slow) as world:
        await update(world, maxInstanceRequestConcurrency=1)
        assert await mine(world) == 1
        replies = await asyncio.gather(*(call(world) for _ in range(10)))
        assert Counter(reply.status for reply in replies) == {503: 9, 429: 1}
        assert len({reply.body["instance"] for reply in replies if reply.status == 503}) == 9
        refused = next(reply.body["error"] for reply in replies if reply.status == 429)
        assert refused == run_revisions.NO_INSTANCE
        assert await mine(world) == 2, "18 addresses are two blocks"
        service = await ask(world, "run.GetService", name=APP)
        await ask(world, "run.UpdateService", service={**service, "labels": {"a": "b"}})
        assert await mine(world) == 2
        world.clock.advance(instances.IDLE_SECONDS + 5)
        world.settle()
        world.clock.advance(3 * 3600)
        world.settle()
        assert await mine(world) == len(blocks(world)) == 1


async def test_a_subnet_that_is_full_starts_no_instance() -> None:
    busy = '[[subnet]]\nname = "small"\nnetwork = "my-vpc"\nrange = "10.3.0.0/26"\nused = 48\n'
    slow = 'network = "my-vpc"\nsubnet = "small"\nreaches = ["redis://10.2.0.9"]\n'
    async with calling(slow, busy) as world:
        revision = (await ask(world, "run.ListRevisions", parent=APP))["revisions"][0]
        world.store.put(f"run/{revision['name']}", {**revision, "maxInstanceRequestConcurrency": 1})
        replies = await asyncio.gather(*(call(world) for _ in range(9)))
        lines = await ask(world, "logging.entries.list", filter="", resourceNames=["projects/demo-project"])
    assert Counter(reply.status for reply in replies) == {503: 8, 429: 1}, "16 addresses are for 8 instances"
    assert "insufficient free IP addresses" in lines["entries"][0]["textPayload"]


async def test_by_host_through_the_port_and_by_name_through_the_control_api(tmp_path: Path) -> None:
    scenario = f'[project]\nid = "demo-project"\n[[network]]\nname = "my-vpc"\n{WORLD}'
    scenario += f'[[service]]\nname = "app"\nconnector = "con"\n{REDIS}'
    scenario += '[[service]]\nname = "hidden"\ningress = "internal"\n'
    async with serving(tmp_path, scenario) as server, aiohttp.ClientSession() as session:
        here = f"http://127.0.0.1:{server.port}"

        async def get(url: str, proxy: str | None = None) -> tuple[int, Body]:
            async with session.get(url, proxy=proxy, headers={SECRET_HEADER: server.secret}) as reply:
                return reply.status, await reply.json()

        bodies = {
            body["name"].rsplit("/", 1)[-1]: body for _, body in server.world.store.look(f"run/{LOCATION}", "services")
        }
        host, hidden = (bodies[name]["uri"].removeprefix("https://") for name in ("app", "hidden"))
        answers = {
            "by host": await get(f"http://{host}/some/path?x=1", here),
            "control's path": await get(f"http://{host}/_sandbox/stop", here),
            "hidden": await get(f"http://{hidden}/", here),
            "nobody": await get("http://nobody-1-usce.a.run.app/", here),
            "by name": await get(f"{here}/_sandbox/call?service=app"),
            "inside": await get(f"{here}/_sandbox/call?service={LOCATION}/services/hidden&from=inside"),
            "unknown": await get(f"{here}/_sandbox/call?service=nobody"),
            "from": await get(f"{here}/_sandbox/call?service=app&from=mars"),
        }
        assert not server.stopped.is_set()
    assert {name: status for name, (status, _) in answers.items()} == {
        "by host": 200,
        "control's path": 200,
        "hidden": 404,
        "nobody": 404,
        "by name": 200,
        "inside": 200,
        "unknown": 404,
        "from": 400,
    }
    assert answers["by host"][1]["reaches"] == {"redis://10.2.0.3": "connected"}


def test_no_two_regions_share_a_host() -> None:
    regions = ["us-east1", "us-east4", "europe-west1", "europe-west4", "asia-south1", "asia-southeast1", "us-central1"]
    more = "".join(f'\n[[service]]\nname = "s"\nregion = "{region}"\n' for region in regions)
    world = seeded(more)
    uris = [body["uri"] for _, body in world.store.look("run/projects/-/locations/-", "services")]
    assert len(set(uris)) == len(regions)


REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


async def test_while_a_roll_out_goes_on_the_old_traffic_is_served() -> None:
    async with calling('connector = "con"\n' + REDIS, instant=False) as world:
        old = (await call(world)).body["revision"]
        service = await ask(world, "run.GetService", name=APP)
        service["template"] |= {"revision": "app-next", "timeout": "9s"}
        service["traffic"] = [{"type": REVISION, "revision": "app-next", "percent": 100, "tag": "next"}]
        await ask(world, "run.UpdateService", service=service)
        during, tagged = await call(world), await call(world, "next")
        world.clock.advance(600)
        after = await call(world)
    assert (during.status, during.body["revision"], tagged.status) == (200, old, 404)
    assert (after.status, after.body["revision"]) == (200, "app-next")


async def test_traffic_meant_for_a_revision_that_failed_stays_where_it_was() -> None:
    async with calling('connector = "con"\n' + REDIS + 'connects = "startup"\n') as world:
        old = (await call(world)).body["revision"]
        service = await ask(world, "run.GetService", name=APP)
        service["template"] |= {"revision": "app-next", "vpcAccess": {}}
        service["traffic"] = [{"type": REVISION, "revision": "app-next", "percent": 100}]
        service["template"].pop("vpcAccess")
        await ask(world, "run.UpdateService", service=service)
        reply = await call(world)
        shown = await ask(world, "run.GetService", name=APP)
    assert shown["terminalCondition"]["state"] == "CONDITION_FAILED"
    assert (reply.status, reply.body["revision"]) == (200, old)
    assert [target.get("revision", "") for target in shown["trafficStatuses"]] == [""], (
        "what is, not what was asked for"
    )
