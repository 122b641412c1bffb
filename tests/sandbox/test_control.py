"""The control API: what is in the sandbox, what was asked of it, and moving its time."""

from __future__ import annotations

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
        ("faults", {"kind": "hang"}),
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
        assert [(f["on"], f["seen"]) for f in listed["faults"]] == [("compute.networks.list", 1)]
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
