"""The trace against the sandbox's gateway in worlds of every shape: many layouts, a few questions to each.

Past the project's own configuration (the internet, a tunnel, a network of Google's) somebody has an address when the
scenario has such a target. Left open, and counted: two routes of which no source says which is taken, and addresses of
secondary ranges, which the project's lists of machines do not show.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec import structs

from tests.trace.wide import Maker
from tests.trace.wide_values import PORTS, STRANGERS
from tests.trace.worlds import PROJECT, REGION, read, seeded
from wizard.inventory import Inventory
from wizard.network.firewall import Action
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import Goal, Origin, Trace
from wizard.sandbox import gateway
from wizard.sandbox.api import Body
from wizard.sandbox.entry import enter
from wizard.sandbox.world import World
from wizard.trace.facts import topology_of
from wizard.trace.origins import Subject, origin_of

WORLDS, CHUNKS = 80, 4

TIE, ALIAS = "which is taken is not certain", "the machines behind range "

CAUSES = {
    "": 0.1,
    "FIREWALL_RULE": 0.05,
    "NO_ROUTE": 0.02,
    "UNKNOWN_INTERNAL_ADDRESS": 0.01,
    "PRIVATE_TRAFFIC_TO_INTERNET": 0.02,
    "PRIVATE_GOOGLE_ACCESS_DISALLOWED": 0.002,
    "PRIVATE_GOOGLE_ACCESS_VIA_VPN_TUNNEL_UNSUPPORTED": 0.002,
    "NO_EXTERNAL_ADDRESS": 0.002,
    "ROUTE_NEXT_HOP_IP_ADDRESS_NOT_RESOLVED": 0.002,
    "VPC_CONNECTOR_NOT_RUNNING": 0.02,
    "VPC_CONNECTOR_NOT_SET": 0.02,
    "CLOUD_RUN_REVISION_NOT_READY": 0.001,
}
"""What must be there at least, as a share of all answers, so that the comparison is about all of it."""

STATES = ("NAT", "FORWARD", "ARRIVE_AT_VPN_TUNNEL", "ARRIVE_AT_INTERNAL_LOAD_BALANCER", "ARRIVE_AT_INSTANCE")
"""Hops that must be on the way of some packets."""


def _world(maker: Maker) -> World:
    world = seeded(maker.text)
    for name in maker.policies_first:
        key = f"compute/projects/{PROJECT}/global/networks/{name}"
        body = world.store.get(key) or {}
        world.store.put(key, {**body, "networkFirewallPolicyEnforcementOrder": "BEFORE_CLASSIC_FIREWALL"})
    for one, other in maker.pairs:
        key = f"compute/projects/{PROJECT}/global/networks/{one}"
        body = world.store.get(key) or {}
        link = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/{other}"
        same = [{**p, **({"network": link} if p["name"] == f"{one}-{other}" else {})} for p in body["peerings"]]
        world.store.put(key, {**body, "peerings": same})
    return world


def _subjects(world: World, facts: Inventory) -> Iterator[tuple[Subject, Body | None]]:
    """Every service and job, with the network settings of its API body."""
    place = f"run/projects/{PROJECT}/locations/{REGION}"
    for service in facts.services:
        body = world.store.get(f"{place}/services/{service.name}") or {}
        yield service, body["template"].get("vpcAccess")
    for job in facts.jobs:
        body = world.store.get(f"{place}/jobs/{job.name}") or {}
        yield job, body["template"]["template"].get("vpcAccess")


def _traced(world: World, access: Body | None, topology: Topology, origin: Origin, goal: Goal) -> Trace:
    """The trace; where rules treat the sender's addresses differently, that of the address the gateway sends from."""
    found = trace(topology, origin, goal)
    if not any(leg.verdict.action is Action.PARTLY for leg in found.legs):
        return found
    entered = enter(world, access or {}, REGION)
    assert not isinstance(entered, str)
    return trace(topology, structs.replace(origin, range=f"{entered.address}/32"), goal)


def _expected(world: World, found: Trace) -> bool:
    """Whether the packet arrives at somebody, as the trace and the scenario's targets say together."""
    targets = [target for target in world.scenario.targets if target.address == found.goal.address]
    last = found.hops[-1]
    forwarded = next((hop for hop in found.hops if hop.state == "FORWARD"), None)
    if not found.delivered:
        return False
    if "managed service" in last.detail or (forwarded is not None and forwarded.resource.startswith("network ")):
        return any(t.network == found.origin.network and t.kind != "vm" for t in targets)
    return bool(targets) if forwarded is not None or last.resource in ("internet", "Google's APIs") else True


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_gateway_says_the_same(chunk: int) -> None:
    causes: Counter[str] = Counter()
    states: Counter[str] = Counter()
    left_open: Counter[str] = Counter()
    across = 0
    for seed in range(chunk, WORLDS, CHUNKS):
        maker, dice = Maker(seed), random.Random(seed)
        world = _world(maker)
        facts = read(world)
        topology = topology_of(facts)
        for subject, access in _subjects(world, facts):
            origin = origin_of(facts, subject)
            for address in dict.fromkeys((*maker.targets, *STRANGERS)):
                goal = Goal(label=address, host=address, address=address, port=dice.choice(PORTS))
                found = _traced(world, access, topology, origin, goal)
                truth = gateway.decide(world, access, REGION, address, goal.port or 0)
                causes[found.cause] += 1
                states.update({hop.state for hop in found.hops})
                across += any(leg.network != origin.network for leg in found.legs)
                arrived = truth.verdict in ("deliver", "refuse")
                if arrived is not _expected(world, found):
                    doubt = next((one for one in (TIE, ALIAS) if any(one in said for said in found.verify)), "")
                    assert doubt, _told(seed, found, truth.trail)
                    left_open[doubt] += 1
    total = sum(causes.values())
    print(f"{total} answers: {causes}; {states}; left open: {left_open}; across: {across}")
    assert total > 3500
    assert across > 50
    assert causes[""] < 0.85 * total
    assert {cause for cause, share in CAUSES.items() if causes[cause] < share * total} == set()
    assert all(states[state] > 20 for state in STATES)
    assert left_open.total() < 0.02 * total


def _told(seed: int, found: Trace, trail: tuple[str, ...]) -> str:
    hops = "\n  ".join(f"{hop.state} {hop.resource}: {hop.detail}" for hop in found.hops)
    walked = "\n  ".join(trail)
    return f"world {seed}, {found.origin.resource} to {found.goal.label}\ntrace:\n  {hops}\ngateway:\n  {walked}"
