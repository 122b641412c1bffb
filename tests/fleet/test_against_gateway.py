"""What a migration opens, judged by the sandbox's gateway, which shares no code with the planner, on generated worlds.

Each service has one target. Whatever the gateway lets through today it must let through from the new range, once the
shared steps are done, or the service is left out; and nothing else may have been opened.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec import structs

from tests.trace.generated import NOBODY, TARGETS, before_classic, scenario
from tests.trace.worlds import PROJECT, REGION, read, seeded
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.direct_users import direct_users
from wizard.fleet.model import Fleet
from wizard.fleet.planner import plan_migration
from wizard.fleet.users import users_of
from wizard.inventory import Inventory
from wizard.plan.plan import Plan
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.nat import CreateNat
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.records import Service, Traffic, VpcAccess
from wizard.sandbox import gateway
from wizard.sandbox.world import World

SEEDS = {"direct": range(30), "connector": range(2, 60, 4)}
"""To a connector: without the worlds in which a connector cannot carry anything, whatever is open."""
PORTS = (80, 5432)
GOALS = tuple((address, port) for address in (*TARGETS, *NOBODY) for port in PORTS)
MODES = ("private-ranges-only", "all-traffic")
LINK = f"projects/{PROJECT}/locations/{REGION}/connectors/con"
PLACE = f"compute/projects/{PROJECT}"
BY_CONNECTOR = VpcAccess(connector=LINK)
BY_SUBNET = VpcAccess(network="my-vpc", subnet="roomy", tags=("app",))


def _services(vpc: VpcAccess) -> tuple[Service, ...]:
    """One for each goal and egress mode."""
    return tuple(
        Service(
            name=f"s-{number}-{mode[:3]}",
            region=REGION,
            vpc=structs.replace(vpc, egress=mode),
            max_instances=0,
            traffic=(Traffic(percent=100),),
            latest_ready=f"s-{number}-1",
            latest_created=f"s-{number}-1",
        )
        for number in range(len(GOALS))
        for mode in MODES
    )


def _goal(group: str) -> tuple[str, int]:
    return GOALS[int(group.split("-")[1])]


def _body(vpc: VpcAccess, mode: str) -> dict[str, Any]:
    """`vpcAccess` as the API has it."""
    egress = {"egress": mode.upper().replace("-", "_")}
    if vpc.connector:
        return {"connector": vpc.connector, **egress}
    network, subnet = f"projects/{PROJECT}/global/networks/{vpc.network}", vpc.subnet
    link = f"projects/{PROJECT}/regions/{REGION}/subnetworks/{subnet}"
    return {"networkInterfaces": [{"network": network, "subnetwork": link, "tags": list(vpc.tags)}], **egress}


def _fleet(facts: Inventory, vpc: VpcAccess) -> Fleet:
    services = _services(vpc)
    facts = structs.replace(facts, services=services, jobs=())
    con = next(c for c in facts.connectors if c.name == "con")
    users = (
        users_of(con, PROJECT, services=services)
        if vpc.connector
        else direct_users(PROJECT, network="my-vpc", services=services)
    )
    assert len(users) == len(services)
    return Fleet(inventory=facts, connector=con, home=PROJECT, users=users)


def _answers(fleet: Fleet, to: str) -> MigrateAnswers:
    urls: dict[str, tuple[str, ...]] = {
        user.name: (f"tcp://{_goal(user.name)[0]}:{_goal(user.name)[1]}",) for user in fleet.users
    }
    way = {"connector": "con"} if to == "connector" else {"subnet": "roomy", "network": "my-vpc", "tags": ("app",)}
    return MigrateAnswers(to=to, targets=urls, blocked="skip", **way)


def _carry_out(world: World, plan: Plan) -> None:
    """The shared steps, as API bodies of the sandbox's store."""
    network = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/"
    for planned in plan.steps:
        step = planned.step
        if isinstance(step, CreateFirewallRule):
            rule = step.rule
            body = {
                "name": rule.name,
                "network": network + rule.network,
                "direction": rule.direction,
                "priority": rule.priority,
                "sourceRanges": list(rule.sources),
                "destinationRanges": list(rule.destinations),
                "allowed": [{"IPProtocol": p.protocol, "ports": list(p.ports)} for p in rule.protocols],
            }
            world.store.put(f"{PLACE}/global/firewalls/{rule.name}", body)
        if isinstance(step, SetPrivateGoogleAccess):
            key = f"{PLACE}/regions/{REGION}/subnetworks/{step.name}"
            world.store.put(key, {**(world.store.get(key) or {}), "privateIpGoogleAccess": True})
        if isinstance(step, CreateNat):
            subnet = (
                f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/regions/{REGION}/subnetworks/{step.subnet}"
            )
            served = {"name": subnet, "sourceIpRangesToNat": ["ALL_IP_RANGES"]}
            nat = {"name": "nat", "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS", "subnetworks": [served]}
            body = {"name": step.name, "network": network + step.network, "nats": [nat]}
            world.store.put(f"{PLACE}/regions/{REGION}/routers/{step.name}", body)


def _reached(world: World, vpc: VpcAccess, mode: str) -> set[tuple[str, int]]:
    """What is let through, also to a router beyond a tunnel that may know no such address."""
    access = _body(vpc, mode)
    return {g for g in GOALS if gateway.decide(world, access, REGION, *g).verdict in ("deliver", "refuse", "no_route")}


@pytest.mark.parametrize("to", ["direct", "connector"])
def test_what_is_open_stays_open_and_nothing_else_is_opened(to: str) -> None:
    counted: Counter[str] = Counter()
    old, new = (BY_SUBNET, BY_CONNECTOR) if to == "connector" else (BY_CONNECTOR, BY_SUBNET)
    for seed in SEEDS[to]:
        world = seeded(scenario(seed))
        network = f"{PLACE}/global/networks/my-vpc"
        if before_classic(seed):
            order = {"networkFirewallPolicyEnforcementOrder": "BEFORE_CLASSIC_FIREWALL"}
            world.store.put(network, {**(world.store.get(network) or {}), **order})
        fleet = _fleet(read(world), old)
        plan = plan_migration(fleet, _answers(fleet, to), "t")
        assert not plan.blocked, (seed, plan.findings)
        today = {mode: _reached(world, old, mode) for mode in MODES}
        untouched = {mode: _reached(world, new, mode) for mode in MODES}
        _carry_out(world, plan)
        then = {mode: _reached(world, new, mode) for mode in MODES}
        _compare(seed, fleet, plan, (today, untouched, then), counted)
        counted["rules"] += sum(isinstance(p.step, CreateFirewallRule) for p in plan.steps)
    assert counted["opened"] > 30 and counted["left out"] > 20 and counted["rules"] > 1, counted


Reached = dict[str, set[tuple[str, int]]]


def _compare(
    seed: int, fleet: Fleet, plan: Plan, reached: tuple[Reached, Reached, Reached], counted: Counter[str]
) -> None:
    today, untouched, then = reached
    moving = set(plan.groups)
    for mode in MODES:
        mine = {user.name: _goal(user.name) for user in fleet.users if user.name.endswith(mode[:3])}
        for name, goal in mine.items():
            lost = goal in today[mode] and goal not in then[mode]
            assert not (lost and name in moving), (seed, name, goal, [f.message for f in plan.findings])
            counted["left out"] += name not in moving
        wanted = {goal for other in MODES for goal in today[other]}
        more = then[mode] - untouched[mode]
        counted["opened"] += len(more)
        assert more <= wanted | _by_internet(plan), (seed, mode, more - wanted, plan.steps[0])


def _by_internet(plan: Plan) -> set[tuple[str, int]]:
    """What Cloud NAT and Private Google Access open for the whole subnet."""
    wide = any(isinstance(p.step, CreateNat | SetPrivateGoogleAccess) for p in plan.steps)
    return {g for g in GOALS if g[0].startswith(("203.", "199."))} if wide else set()
