"""The trace against the sandbox's gateway, which shares no code with it, on generated scenarios.

The gateway walks over API bodies for one address; the trace is made from what Google's own clients read of the same
sandbox. A machine that refuses has been reached. Not asked: what the project's own configuration cannot know, such as
whether anybody beyond a tunnel or in a managed service's network has an address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.serving import serving
from tests.trace.generated import JOBS, NOBODY, PORTS, SERVICES, TARGETS, before_classic, scenario
from wizard import inventory
from wizard.cloud.connect import Connection, open_cloud
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.tracing import Goal, Trace
from wizard.sandbox import gateway
from wizard.sandbox.world import World
from wizard.trace.facts import topology_of
from wizard.trace.origins import Subject, origin_of

SEEDS, CHUNKS = 48, 4
PROJECT, REGION = "demo-project", "us-central1"
NETWORK = f"compute/projects/{PROJECT}/global/networks/my-vpc"

CAUSES = {
    "",
    "FIREWALL_RULE",
    "INGRESS_FIREWALL_TAGS_UNSUPPORTED_BY_DIRECT_VPC_EGRESS",
    "NO_ROUTE",
    "NO_EXTERNAL_ADDRESS",
    "PRIVATE_GOOGLE_ACCESS_DISALLOWED",
    "PRIVATE_TRAFFIC_TO_INTERNET",
    "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED",
    "UNKNOWN_INTERNAL_ADDRESS",
    "VPC_CONNECTOR_HEALTH_CHECK_TRAFFIC_BLOCKED",
    "VPC_CONNECTOR_NOT_RUNNING",
    "VPC_CONNECTOR_NOT_SET",
    "VPC_CONNECTOR_SERVERLESS_TRAFFIC_BLOCKED",
}
"""What must have occurred, so that the comparison is about all of it. Empty: delivered."""


async def _world(seed: int, folder: Path) -> tuple[World, Inventory]:
    """A scenario, and the same as Google's clients read it."""
    async with serving(folder, scenario(seed)) as server:
        if before_classic(seed):
            body = server.world.store.get(NETWORK) or {}
            order = {"networkFirewallPolicyEnforcementOrder": "BEFORE_CLASSIC_FIREWALL"}
            server.world.store.put(NETWORK, {**body, **order})
        cloud = await open_cloud(Connection(endpoint=f"http://127.0.0.1:{server.port}"), PROJECT, REGION)
        try:
            facts = await inventory.read(cloud, REGION, "", dns=True, backends=True)
        finally:
            await cloud.aclose()
        assert facts.gaps == ()
        return server.world, facts


def _subjects(world: World, facts: Inventory) -> Iterator[tuple[Subject, dict[str, object] | None]]:
    """Every service and job, with the network settings of its API body."""
    place = f"run/projects/{PROJECT}/locations/{REGION}"
    for service in facts.services:
        body = world.store.get(f"{place}/services/{service.name}") or {}
        yield service, body["template"].get("vpcAccess")
    for job in facts.jobs:
        body = world.store.get(f"{place}/jobs/{job.name}") or {}
        yield job, body["template"]["template"].get("vpcAccess")


def _agree(found: Trace, truth: gateway.Decision) -> bool:
    """A router beyond a tunnel may know no such address: the trace ends where packets leave for there."""
    if truth.verdict == "no_route":
        return found.hops[-1].state == "FORWARD"
    return found.delivered is (truth.verdict in ("deliver", "refuse"))


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_the_gateway_says_the_same(chunk: int, tmp_path: Path) -> None:
    counted: Counter[str] = Counter()
    for seed in range(chunk, SEEDS, CHUNKS):
        world, facts = await _world(seed, tmp_path / str(seed))
        topology = topology_of(facts)
        senders = list(_subjects(world, facts))
        assert len(senders) == len(SERVICES) + len(JOBS)
        for subject, access in senders:
            origin = origin_of(facts, subject)
            for address in (*TARGETS, *NOBODY):
                for port in PORTS:
                    goal = Goal(label=f"{address}:{port}", host=address, address=address, port=port)
                    found = trace(topology, origin, goal)
                    truth = gateway.decide(world, access, REGION, address, port)
                    assert _agree(found, truth), _told(seed, found, truth.trail)
                    counted[found.cause] += 1
    total = sum(counted.values())
    assert total == SEEDS // CHUNKS * (len(SERVICES) + len(JOBS)) * (len(TARGETS) + len(NOBODY)) * len(PORTS)
    assert 0.1 * total < counted[""] < 0.9 * total
    assert {*counted} >= CAUSES


def _told(seed: int, found: Trace, trail: tuple[str, ...]) -> str:
    hops = "\n  ".join(f"{hop.state} {hop.resource}: {hop.detail}" for hop in found.hops)
    walked = "\n  ".join(trail)
    return f"seed {seed}, {found.origin.resource} to {found.goal.label}\ntrace:\n  {hops}\ngateway:\n  {walked}"
