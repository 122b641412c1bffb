"""The control API: what is in the sandbox, what was asked of it, and moving its time."""

from __future__ import annotations

import asyncio
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.serving import SMALL, ask, serving

NETWORKS = "/compute/v1/projects/demo-project/global/networks"
CONNECTORS = "/v1/projects/demo-project/locations/us-central1/connectors"
CONNECTOR = {"network": "my-vpc", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}
KEY = "vpcaccess/projects/demo-project/locations/us-central1/connectors/con"


async def test_state_shows_every_resource_as_its_api_body(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        _, state = await ask(server, "GET", "/_sandbox/state")
        _, body = await ask(server, "GET", f"{CONNECTORS}/con")
        _, operations = await ask(server, "GET", "/_sandbox/operations")
    assert state[KEY] == body
    assert "compute/projects/demo-project/global/networks/my-vpc" in state
    assert not [key for key in state if "/operations/" in key]
    assert [operation["done"] for operation in operations.values()] == [True]


async def test_the_log_names_requests_and_counts_writes(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "GET", NETWORKS)
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        _, log = await ask(server, "GET", "/_sandbox/log")
    assert log["writes"] == 2
    seen = [(r["method"], r["resource"], r["write"], r["status"]) for r in log["requests"]]
    name = KEY.removeprefix("vpcaccess/")
    assert seen == [
        ("compute.networks.list", "projects/demo-project/global/networks", False, 200),
        ("vpcaccess.CreateConnector", name, True, 200),
        ("vpcaccess.CreateConnector", name, True, 409),
    ]


async def test_time_moves_operations_on(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "CREATING"
        _, before = await ask(server, "GET", "/_sandbox/clock")
        _, after = await ask(server, "POST", "/_sandbox/clock", {"advance": 3600})
        passed = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"])
        assert 3600 <= passed.total_seconds() < 3660
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "READY"


async def test_the_speed_of_time_can_be_set(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False) as server:
        _, clock = await ask(server, "POST", "/_sandbox/clock", {"speed": 20})
        assert (clock["speed"], clock["instant"]) == (20, False)
        _, clock = await ask(server, "POST", "/_sandbox/clock", {"instant": True})
        assert (clock["speed"], clock["instant"]) == (20, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance": -1}),
        ("clock", {"speed": 0}),
        ("clock", {"speed": True}),
        ("clock", {"spede": 2}),
        ("clock", [1]),
        ("clock", {"paused": 1}),
        ("faults", {"kind": "hang"}),
        ("faults/clear", {"number": 1}),
        ("faults/clear", {"number": "one"}),
        ("snapshots/save", {}),
        ("snapshots/save", {"name": ""}),
        ("snapshots/save", {"name": "../outside"}),
        ("snapshots/save", {"name": "/etc/passwd"}),
        ("snapshots/save", {"name": "a" * 41}),
        ("snapshots/save", {"name": "UPPER"}),
        ("snapshots/save", {"name": "a", "to": "b"}),
        ("attach", {"target": "10.0.0.3"}),
        ("attach", {"target": "10.0.0.3:6379", "to": "10.0.0.9:6379"}),
        ("attach", {"target": "10.0.0.3:6379", "to": "127.0.0.1:99999"}),
    ],
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, path: str, body: Any) -> None:
    async with serving(tmp_path) as server:
        status, answer = await ask(server, "POST", f"/_sandbox/{path}", body)
    assert status == 400
    assert answer["error"]["message"]


async def test_a_fault_can_be_added_and_taken_away(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", "/_sandbox/faults", {"on": "compute.networks.list", "kind": "http:503"})
        assert (await ask(server, "GET", NETWORKS))[0] == 503
        _, listed = await ask(server, "GET", "/_sandbox/faults")
        assert [(f["number"], f["on"], f["seen"], f["struck"]) for f in listed["faults"]] == [
            (1, "compute.networks.list", 1, 1)
        ]
        await ask(server, "POST", "/_sandbox/faults", {"on": "run.*", "kind": "hang"})
        _, left = await ask(server, "POST", "/_sandbox/faults/clear", {"number": 1})
        assert [f["on"] for f in left["faults"]] == ["run.*"]
        await ask(server, "POST", "/_sandbox/faults/clear")
        assert (await ask(server, "GET", NETWORKS))[0] == 200


async def test_a_local_server_can_stand_in_for_a_target(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", "/_sandbox/attach", {"target": "10.0.0.3:6379", "to": "127.0.0.1:7000"})
        assert server.world.attached == {"10.0.0.3:6379": ("127.0.0.1", 7000)}
        await ask(server, "POST", "/_sandbox/attach", {"target": "10.0.0.3:6379"})
        assert server.world.attached == {}


async def test_reset_goes_back_to_the_scenario(tmp_path: Path) -> None:
    scenario = SMALL + '\n[[fault]]\non = "compute.routes.list"\nkind = "http:503"\n'
    async with serving(tmp_path, scenario, instant=False) as server:
        _, fresh = await ask(server, "GET", "/_sandbox/state")
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await ask(server, "POST", "/_sandbox/faults/clear")
        await ask(server, "POST", "/_sandbox/clock", {"advance": 100_000})
        status, _ = await ask(server, "POST", "/_sandbox/reset")
        _, state = await ask(server, "GET", "/_sandbox/state")
        _, log = await ask(server, "GET", "/_sandbox/log")
    assert status == 200
    assert state.keys() == fresh.keys()
    assert log == {"writes": 0, "requests": []}
    assert not server.world.pending
    assert [f.on for f in server.world.faults] == ["compute.routes.list"]


async def test_info_tells_what_a_banner_needs(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        _, info = await ask(server, "GET", "/_sandbox/info")
    assert (info["project"], info["region"], info["port"]) == ("demo-project", "us-central1", info["port"])
    assert Path(info["certificate_authority"]).parent == tmp_path


async def test_state_of_a_part(tmp_path: Path) -> None:
    networks = "projects/demo-project/global/networks/"
    async with serving(tmp_path) as server:
        for prefix in (f"compute/{networks}", networks, "compute/projects/demo-project/global/net"):
            _, state = await ask(server, "GET", f"/_sandbox/state?prefix={prefix}")
            assert list(state) == [f"compute/{networks}my-vpc"]
        assert (await ask(server, "GET", "/_sandbox/state?prefix=networks"))[1] == {}


async def test_time_stands_still_while_it_is_paused(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False, speed=1000.0) as server:
        _, before = await ask(server, "POST", "/_sandbox/clock", {"paused": True})
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await asyncio.sleep(0.3)
        _, after = await ask(server, "GET", "/_sandbox/clock")
        assert (after["now"], after["paused"]) == (before["now"], True)
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "CREATING"
        assert (await ask(server, "POST", "/_sandbox/clock", {"advance": 3600}))[1]["paused"] is True
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "READY"
        await ask(server, "POST", "/_sandbox/reset")
        assert server.world.clock.paused, "reset keeps the pace"
        _, going = await ask(server, "POST", "/_sandbox/clock", {"paused": False, "speed": 1000})
        await asyncio.sleep(0.05)
        assert (await ask(server, "GET", "/_sandbox/clock"))[1]["now"] > going["now"]
        assert (await ask(server, "GET", "/_sandbox/info"))[1]["paused"] is False


async def test_a_snapshot_brings_the_whole_world_back(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await ask(server, "POST", "/_sandbox/faults", {"on": "run.*", "kind": "hang"})
        await ask(server, "POST", "/_sandbox/clock", {"paused": True})
        _, clock = await ask(server, "GET", "/_sandbox/clock")
        _, state = await ask(server, "GET", "/_sandbox/state")
        _, listed = await ask(server, "POST", "/_sandbox/snapshots/save", {"name": "before-undo"})
        assert [(one["name"], one["now"]) for one in listed["snapshots"]] == [("before-undo", clock["now"])]
        file = tmp_path / "snapshots" / "before-undo.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

        await ask(server, "POST", "/_sandbox/clock", {"advance": 3600, "paused": False})
        await ask(server, "DELETE", f"{CONNECTORS}/con")
        await ask(server, "POST", "/_sandbox/faults/clear")
        asked = server.log.number
        assert (await ask(server, "POST", "/_sandbox/snapshots/restore", {"name": "before-undo"}))[0] == 200

        assert (await ask(server, "GET", "/_sandbox/state"))[1] == state
        assert (await ask(server, "GET", "/_sandbox/clock"))[1] == clock
        assert [f.on for f in server.world.faults] == ["run.*"]
        assert server.log.number == asked, "the log tells what was asked, whatever the world is now"
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "CREATING"
        await ask(server, "POST", "/_sandbox/clock", {"advance": 3600})
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "READY", "its operation goes on"

        for path in ("restore", "delete"):
            status, answer = await ask(server, "POST", f"/_sandbox/snapshots/{path}", {"name": "other"})
            assert (status, "before-undo" in answer["error"]["message"]) == (404, True)
        assert (await ask(server, "POST", "/_sandbox/snapshots/delete", {"name": "before-undo"}))[1]["snapshots"] == []


async def test_who_follows_the_log_misses_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        _, first = await ask(server, "GET", "/_sandbox/log?after=0")
        assert (first["last"], first["requests"]) == (0, [])
        waiting = asyncio.ensure_future(ask(server, "GET", "/_sandbox/log?after=0&wait=20"))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await ask(server, "GET", NETWORKS)
        _, second = await asyncio.wait_for(waiting, 5)
        assert [entry["number"] for entry in second["requests"]] == [1]
        for _ in range(3):
            await ask(server, "GET", NETWORKS)
        _, third = await ask(server, "GET", f"/_sandbox/log?after={second['last']}&wait=20")
        assert ([entry["number"] for entry in third["requests"]], third["missed"]) == ([2, 3, 4], 0)
        assert all(entry["latency_ms"] >= 0 for entry in third["requests"])
        await ask(server, "POST", "/_sandbox/reset")
        await ask(server, "GET", NETWORKS)
        _, fourth = await ask(server, "GET", "/_sandbox/log?after=4")
        assert ([entry["number"] for entry in fourth["requests"]], fourth["missed"]) == ([5], 0), "numbers go on"
        assert (await ask(server, "GET", "/_sandbox/log?after=-1"))[0] == 400
    async with serving(tmp_path) as server:
        assert server.log.number == 5


@pytest.mark.parametrize(
    ("agent", "goog", "word"),
    [
        (
            "google-cloud-sdk gcloud/528.0.0 command/gcloud.compute.networks.list invocation-id/1 python/3.12.9",
            "",
            "gcloud 528 (compute networks list)",
        ),
        ("python-requests/2.32.5", "gl-python/3.11.2 rest@2.32.5 gax/2.25.1 gapic/1.57.0", "google-cloud-compute 1.57"),
        ("python-requests/2.32.5 runvpc/0.1.0", "runvpc/0.1.0 gl-python/3.11.7 gax/2.44.0", "runvpc 0.1"),
        ("curl/8.5.0", "", "curl 8.5"),
        (
            "Terraform/1.9.0 (+https://www.terraform.io) terraform-provider-google/6.8.0",
            "",
            "terraform-provider-google",
        ),
        ("(nonsense)", "", "unknown"),
        ("", "", "aiohttp 3"),
    ],
)
async def test_the_log_says_which_client_it_was(tmp_path: Path, agent: str, goog: str, word: str) -> None:
    headers = {"User-Agent": agent, "x-goog-api-client": goog} if agent else {}
    async with serving(tmp_path) as server:
        await ask(server, "GET", NETWORKS, **headers)
        _, log = await ask(server, "GET", "/_sandbox/log")
    assert log["requests"][0]["client"].startswith(word)
    assert log["requests"][0]["transport"] == "rest"
