"""The evaluator, and the sandbox's gateway, against what Google's documentation says (`golden/*.toml`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.serving import serving
from tests.trace.golden.rows import Row, change, rows
from wizard import inventory
from wizard.cloud.connect import Connection, open_cloud
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.tracing import Trace
from wizard.probe.targets import parse as parse_target
from wizard.sandbox import gateway, services
from wizard.sandbox.clock import Clock
from wizard.sandbox.scenario import parse as parse_scenario
from wizard.sandbox.world import World
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import origin_of, what_if

ROWS = rows()
PROJECT, REGION = "demo-project", "us-central1"
NAMELESS = "the addresses of "
"""How the doubt begins that every name with public addresses has; no row is about it."""

REACHED = {"deliver": "DELIVER", "refuse": "DELIVER", "drop": "DROP", "no_route": "DROP"}
"""What the gateway says, as a verdict: a machine that refuses has been reached."""


async def _read(row: Row, folder: Path) -> Inventory:
    """The row's project as Google's clients read it from a sandbox."""
    async with serving(folder, row.scenario) as server:
        change(server.world, row.patch)
        cloud = await open_cloud(Connection(endpoint=f"http://127.0.0.1:{server.port}"), PROJECT, REGION)
        try:
            return await inventory.read(cloud, REGION, row.service, dns=True, backends=True)
        finally:
            await cloud.aclose()


def _traced(row: Row, facts: Inventory) -> Trace:
    assert facts.service is not None
    assert facts.gaps == ()
    origin = what_if(facts, origin_of(facts, facts.service), row.as_, row.egress, row.network)
    return trace(topology_of(facts), origin, goal_of(facts, origin, parse_target(row.target)))


@pytest.mark.parametrize("name", ROWS)
async def test_the_trace_says_what_is_documented(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    found = _traced(row, await _read(row, tmp_path))
    decided = found.decided_by
    states = [hop.state for hop in found.hops]
    told = f"{found.verdict} {found.cause} by {decided and (decided.kind, decided.name)}: {states}; {found.verify}"
    assert row.verdict in ("", found.verdict), told
    assert row.cause in ("", found.cause), told
    assert row.decided_by in ("", *((decided.kind, decided.name) if decided else ())), told
    assert _in_order(row.hops, states), told
    assert not set(row.without) & set(states), told
    assert row.resolves in ("", found.goal.address), told
    assert row.verify == any(not doubt.startswith(NAMELESS) for doubt in found.verify), told


@pytest.mark.parametrize("name", ROWS)
def test_what_no_source_settles_is_left_to_a_live_test(name: str) -> None:
    row = ROWS[name]
    assert row.source
    assert row.verify or (row.verdict and "(M)" not in row.source)
    assert row.verdict != "DELIVER" or not row.cause


def _in_order(wanted: tuple[str, ...], states: list[str]) -> bool:
    rest = iter(states)
    return all(state in rest for state in wanted)


def _asked(row: Row) -> str:
    """The address to ask the gateway about; empty for names with public addresses and for what-ifs."""
    host = parse_target(row.target).host
    address = row.resolves or (host if host.replace(".", "").isdigit() else "")
    return address if row.verdict and not row.as_ and not row.egress else ""


def _decide(row: Row, address: str) -> gateway.Decision:
    services.load()
    world = World(parse_scenario(row.scenario.encode(), row.name), clock=Clock(instant=True))
    services.seed(world)
    change(world, row.patch)
    body = world.store.get(f"run/projects/{PROJECT}/locations/{REGION}/services/{row.service}")
    assert body is not None
    return gateway.decide(world, body["template"].get("vpcAccess"), REGION, address, parse_target(row.target).port)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if _asked(row)])
def test_the_gateway_agrees(name: str) -> None:
    row = ROWS[name]
    found = _decide(row, _asked(row))
    said = REACHED[found.verdict]
    if row.gateway:
        assert said != row.verdict, "the reason for disagreeing is idle: they agree"
        return
    assert said == row.verdict, found.trail
