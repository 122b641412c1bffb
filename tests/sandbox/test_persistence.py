"""A server that is started again goes on where the last one stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sandbox.serving import SMALL, ask, serving
from wizard.sandbox.server import TICK, Server
from wizard.sandbox.world import Pending

CONNECTORS = "/v1/projects/demo-project/locations/us-central1/connectors"
CONNECTOR = {"network": "my-vpc", "ipCidrRange": "10.8.0.0/28", "minInstances": 2, "maxInstances": 3}
NETWORK = "/compute/v1/projects/demo-project/global/networks/my-vpc"
FAULT = '\n[[fault]]\non = "compute.networks.get"\nkind = "http:503"\nafter = 1\ntimes = 1\n'


async def test_resources_operations_clock_log_and_faults_survive(tmp_path: Path) -> None:
    async with serving(tmp_path, SMALL + FAULT, instant=False, speed=5.0) as server:
        assert (await ask(server, "GET", NETWORK))[0] == 200
        _, operation = await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await ask(server, "POST", "/_sandbox/clock", {"advance": 50})
        before = server.world.clock.now()
        due = server.world.pending[0].due
    async with serving(tmp_path, SMALL + FAULT, instant=False) as server:
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "CREATING"
        assert server.world.pending[0].due == due
        assert server.world.clock.speed == 5.0
        assert before <= server.world.clock.now() < before + 300
        assert server.log.writes == 1
        assert [(await ask(server, "GET", NETWORK))[0] for _ in range(2)] == [503, 200], "counted on"
        await ask(server, "POST", "/_sandbox/clock", {"advance": 3600})
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[1]["state"] == "READY"
        assert (await ask(server, "GET", f"/v1/{operation['name']}"))[1]["done"] is True


async def test_a_fault_strikes_an_operation_that_a_restart_interrupted(tmp_path: Path) -> None:
    scenario = SMALL + '\n[[fault]]\non = "vpcaccess.CreateConnector"\nkind = "operation_error"\nmessage = "no"\n'
    async with serving(tmp_path, scenario, instant=False) as server:
        _, operation = await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
    async with serving(tmp_path, scenario, instant=False) as server:
        await ask(server, "POST", "/_sandbox/clock", {"advance": 3600})
        _, ended = await ask(server, "GET", f"/v1/{operation['name']}")
    assert ended["error"]["message"] == "no"


async def test_every_change_is_in_the_file_before_its_answer(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        copy = tmp_path / "copy"
        copy.mkdir()
        await asyncio.to_thread((copy / "state.json").write_bytes, (tmp_path / "state.json").read_bytes())
    async with serving(copy) as server:
        assert (await ask(server, "GET", f"{CONNECTORS}/con"))[0] == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\x00"])
async def test_a_broken_file_starts_the_scenario_afresh(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.json").write_bytes(content)
    async with serving(tmp_path) as server:
        assert (await ask(server, "GET", NETWORK))[0] == 200
        assert server.log.writes == 0


async def test_a_paused_clock_stands_still_while_no_server_runs(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False, speed=1000.0) as server:
        await ask(server, "POST", "/_sandbox/clock", {"paused": True})
        then = server.world.clock.now()
    await asyncio.sleep(0.1)
    async with serving(tmp_path, instant=False) as server:
        assert (server.world.clock.now(), server.world.clock.paused) == (then, True)
        assert server.world.clock.speed == 1000.0


async def test_what_waits_for_a_paused_clock_keeps_no_server_alive(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False, idle=0.1) as server:
        await ask(server, "POST", "/_sandbox/clock", {"paused": True})
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await asyncio.wait_for(server.stopped.wait(), 5)


async def test_everything_of_a_fault_survives(tmp_path: Path) -> None:
    wanted = {"on": "compute.networks.get", "kind": "flapping", "retry_after": 3, "resource": "my-*", "after": 1}
    async with serving(tmp_path) as server:
        await ask(server, "POST", "/_sandbox/faults", wanted)
        assert [(await ask(server, "GET", NETWORK))[0] for _ in range(3)] == [200, 200, 503]
    async with serving(tmp_path) as server:
        (kept,) = server.world.faults
        assert (kept.seen, kept.struck, kept.retry_after, kept.resource) == (3, 1, 3, "my-*")
        assert [(await ask(server, "GET", NETWORK))[0] for _ in range(2)] == [200, 503], "counted on"


async def test_calls_that_come_together_share_one_writing(tmp_path: Path) -> None:
    """Every one of them is in the file before its answer all the same."""
    file = tmp_path / "state.json"
    seen: list[bool] = []

    async def create(server: Server, name: str) -> None:
        rule = {"name": name, "network": "global/networks/my-vpc", "allowed": [{"IPProtocol": "icmp"}]}
        assert (await ask(server, "POST", "/compute/v1/projects/demo-project/global/firewalls", rule))[0] == 200
        seen.append(f'"name":"{name}"' in await asyncio.to_thread(file.read_text))

    async with serving(tmp_path) as server:
        await asyncio.gather(*(create(server, f"rule-{number}") for number in range(20)))
    assert seen == [True] * 20


async def test_what_falls_due_is_completed_though_nobody_asks(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        assert server.world.pending
        await asyncio.sleep(3 * TICK)
        assert not server.world.pending


async def test_an_idle_server_asks_to_be_stopped_but_not_with_work_to_do(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False, idle=0.1) as server:
        await ask(server, "POST", f"{CONNECTORS}?connectorId=con", CONNECTOR)
        await asyncio.sleep(0.6)
        assert not server.stopped.is_set(), "the connector is still being created"
        server.world.clock.advance(3600)
        await asyncio.wait_for(server.stopped.wait(), 5)


async def test_addresses_that_are_only_held_keep_no_server_alive(tmp_path: Path) -> None:
    async with serving(tmp_path, instant=False, idle=0.1) as server:
        due = server.world.clock.now() + 5400
        server.world.pending.append(Pending("run/releases/one", "direct.release", due, {}))
        await asyncio.wait_for(server.stopped.wait(), 5)
