"""Somebody else changes the service between plan and apply: their change survives, or ours stops and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import mortal
from wizard import inventory
from wizard.apply.events import Event, RunStatus, StepEnded, StepStatus
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.undo import undo
from wizard.cloud.connect import Connection, open_cloud
from wizard.plan.plan import Plan
from wizard.plan.setup import plan_setup
from wizard.ports import Cloud, ServicePatch
from wizard.probe.targets import parse
from wizard.records import Literal, Ref, Service, VpcAccess
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

SERVICE = Ref(kind="service", project=mortal.PROJECT, location=mortal.REGION, name=mortal.SERVICE)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = client.ensure(tmp_path_factory.mktemp("others"), "tutorial", instant=True)
    yield running
    client.stop(running)


async def planned(cloud: Cloud) -> Plan:
    facts = await inventory.read(cloud, mortal.REGION, mortal.SERVICE, network="my-vpc")
    return plan_setup(facts, mortal.wishes("connector"), tuple(parse(url) for url in mortal.URLS), "t0k3n")


async def patched(cloud: Cloud, patch: ServicePatch) -> None:
    """What the other person does."""
    await cloud.wait(await cloud.patch(SERVICE, patch, etag="", request_id=""))


async def apply(cloud: Cloud, plan: Plan, file: Path, emit: Callable[[Event], None]) -> RunState:
    with Journal.open(file) as journal, journal.begin(plan, mortal.ENVIRONMENT) as handle:
        return await run(handle, cloud, emit, asyncio.Event())


async def test_a_change_of_something_else_survives(sandbox: Sandbox, tmp_path: Path) -> None:
    client.control(sandbox, "POST", "reset")
    cloud = await open_cloud(Connection(endpoint=sandbox.url), mortal.PROJECT, mortal.REGION)
    plan = await planned(cloud)
    await patched(cloud, ServicePatch(env={"LOG_LEVEL": Literal("debug")}))
    state = await apply(cloud, plan, tmp_path / "j.db", mortal.quiet)
    service = await cloud.find(SERVICE)
    await cloud.aclose()
    assert isinstance(service, Service)
    assert state.status is RunStatus.DONE
    assert service.env["LOG_LEVEL"] == Literal("debug"), "theirs"
    assert service.env["CACHE_HOST"] == Literal("10.0.0.3"), "ours"
    assert service.vpc.kind == "connector"
    assert [(t.revision, t.percent, t.tag) for t in service.traffic] == [("", 100, "")]


async def test_a_change_of_the_same_field_stops_the_step_with_the_difference(sandbox: Sandbox, tmp_path: Path) -> None:
    client.control(sandbox, "POST", "reset")
    cloud = await open_cloud(Connection(endpoint=sandbox.url), mortal.PROJECT, mortal.REGION)
    plan = await planned(cloud)
    theirs = VpcAccess(network="default", subnet="default", egress="all-traffic")
    await patched(cloud, ServicePatch(vpc=theirs))
    state = await apply(cloud, plan, tmp_path / "j.db", mortal.quiet)
    service = await cloud.find(SERVICE)
    await cloud.aclose()
    step = state.step("service/my-service")
    assert step.status is StepStatus.FAILED
    assert step.code == "changed_meanwhile"
    assert "default" in step.error, "the difference is named"
    assert isinstance(service, Service)
    assert service.vpc.subnet == "default", "their setting stands"


async def test_a_firewall_rule_of_the_same_name_is_not_touched(sandbox: Sandbox, tmp_path: Path) -> None:
    """It appears after the plan was made: adopted when it says the same, and then undo leaves it."""
    client.control(sandbox, "POST", "reset")
    cloud = await open_cloud(Connection(endpoint=sandbox.url), mortal.PROJECT, mortal.REGION)
    plan = await planned(cloud)
    rule = next(p.step for p in plan.steps if p.id.startswith("firewall/"))
    await cloud.wait(await rule.send(cloud, rule.decide(None), None, ""))
    ended: list[StepEnded] = []

    def watch(event: Event) -> None:
        if isinstance(event, StepEnded):
            ended.append(event)

    state = await apply(cloud, plan, tmp_path / "j.db", watch)
    assert state.status is RunStatus.DONE
    assert next(e for e in ended if e.id == rule.id).status is StepStatus.REUSED
    undone = await mortal.go_on(tmp_path / "j.db", sandbox.url, undo)
    assert undone.status is RunStatus.UNDONE
    assert await cloud.find(rule.ref) is not None, "not ours: left"
    await cloud.aclose()
