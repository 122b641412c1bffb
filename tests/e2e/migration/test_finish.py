"""The end on the sandbox, over Google's clients: what still holds the connector stops it, also after the plan."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from tests.e2e.migration.moving import CONNECTOR, ENVIRONMENT, EVERYTHING, PACE, PROJECT, REGION, moved, opened, quiet
from tests.e2e.settable import settable
from wizard.apply.events import RunStatus, StepStatus
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.undo import undo
from wizard.fleet.answers import FinishAnswers, MigrateAnswers
from wizard.fleet.finish import plan_finish
from wizard.fleet.permissions import PERMISSIONS
from wizard.fleet.read import read_fleet
from wizard.plan.plan import Plan
from wizard.ports import Cloud, JobPatch, ServicePatch
from wizard.records import Connector, FirewallRule, Ref, Traffic, VpcAccess
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

LINK = f"projects/{PROJECT}/locations/{REGION}/connectors/{CONNECTOR}"
ANSWERS = MigrateAnswers(connector=CONNECTOR, finish=FinishAnswers(confirm=CONNECTOR, rules="delete"))
THERE = Ref(kind="connector", project=PROJECT, location=REGION, name=CONNECTOR)
RULE = Ref(kind="firewall", project=PROJECT, name="allow-db-from-connector")
ORDERS = Ref(kind="service", project=PROJECT, location=REGION, name="orders")
NIGHTLY = Ref(kind="job", project=PROJECT, location=REGION, name="nightly")


async def finish(cloud: Cloud) -> Plan:
    fleet = await read_fleet(cloud, REGION, CONNECTOR, permissions=PERMISSIONS, call=False)
    return plan_finish(fleet, ANSWERS, "t0k3n")


async def carried_out(cloud: Cloud, plan: Plan, journal: Path) -> RunState:
    with Journal.open(journal) as runs, runs.begin(plan, ENVIRONMENT) as handle:
        return await run(handle, cloud, quiet, asyncio.Event(), pace=PACE)


async def test_only_when_the_last_one_is_gone(sandbox: Sandbox, tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    async with opened(sandbox) as cloud:
        assert (await finish(cloud)).blocked
        assert (await moved(sandbox, journal, EVERYTHING)).status is RunStatus.DONE
        held = [f for f in (await finish(cloud)).findings if f.severity.value == "block"]
        assert ["--remove-tags=preview" in f.fix for f in held] == [True]
        await cloud.wait(
            await cloud.patch(ORDERS, ServicePatch(traffic=(Traffic(percent=100),)), etag="", request_id="")
        )
        plan = await finish(cloud)
        assert not plan.blocked

        back = JobPatch(vpc=VpcAccess(connector=LINK))
        await cloud.wait(await cloud.patch(NIGHTLY, back, etag="", request_id=""))
        stopped = await carried_out(cloud, plan, journal)
        assert stopped.status is RunStatus.FAILED
        assert stopped.step("connector-retire/legacy").code == "connector_in_use"
        assert "job nightly" in stopped.step("connector-retire/legacy").error
        assert isinstance(await cloud.find(THERE), Connector)
        assert isinstance(await cloud.find(RULE), FirewallRule)

        away = JobPatch(vpc=VpcAccess(network="my-vpc", subnet="run"))
        await cloud.wait(await cloud.patch(NIGHTLY, away, etag="", request_id=""))
        rule = await cloud.find(RULE)
        done = await carried_out(cloud, await finish(cloud), journal)
        assert done.status is RunStatus.DONE
        assert await cloud.find(THERE) is None
        assert await cloud.find(RULE) is None

        with Journal.open(journal) as runs, runs.attach("last", ENVIRONMENT) as handle:
            undone = await undo(handle, cloud, quiet, asyncio.Event(), pace=PACE)
        assert undone.step("connector-retire/legacy").status is StepStatus.LEFT
        again = await cloud.find(RULE)
        assert isinstance(rule, FirewallRule)
        assert isinstance(again, FirewallRule)
        assert replace(again, etag="", created="", uid="") == replace(rule, etag="", created="", uid="")


async def test_there_and_back_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """From the connector to Direct VPC egress and back to it: every field that a person can set is as it was."""
    journal, one = tmp_path / "journal.db", ("web", "mailer", "job:import")
    start = settable(client.control(sandbox, "GET", "state"))
    assert (await moved(sandbox, journal, replace(EVERYTHING, services=one))).status is RunStatus.DONE
    there = replace(EVERYTHING, services=one, to="connector", subnet="run", startup="leave")
    assert (await moved(sandbox, journal, there)).status is RunStatus.DONE
    end = settable(client.control(sandbox, "GET", "state"))
    assert {name: end[name] for name in start} == start
