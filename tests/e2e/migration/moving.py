"""Migrations of the scenario `migration` in this process, over Google's clients, and what the sandbox says of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from wizard.answers import ProbeAnswers
from wizard.apply.events import Event
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.work import Pace, Recall
from wizard.cloud.connect import Connection, open_cloud
from wizard.fleet.answered import read_answered
from wizard.fleet.answers import MigrateAnswers, RolloutAnswers, StageAnswers
from wizard.fleet.planner import plan_migration
from wizard.plan.plan import Plan
from wizard.ports import Cloud
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

ENVIRONMENT = "sandbox:moving"
PROJECT, REGION, CONNECTOR = "demo-project", "us-central1", "legacy"
PACE = Pace(first=0.01, longest=0.1, grace=2.0, cleanup=5.0, behind=0.5)

EVERYTHING = MigrateAnswers(
    project=PROJECT,
    region=REGION,
    connector=CONNECTOR,
    subnet="run",
    acknowledged=("catalog",),
    promote=("orders",),
    no_probe=("reports",),
    startup="extend",
    stages=StageAnswers(watch=0.0, soak=0.0, calls=2),
    probe=ProbeAnswers(attempts=1, timeout=1.0, start_window=2.0),
    rollout=RolloutAnswers(on_failure="go_on"),
)


@asynccontextmanager
async def opened(sandbox: Sandbox) -> AsyncIterator[Cloud]:
    """The sandbox's cloud."""
    cloud = await open_cloud(Connection(endpoint=sandbox.url), PROJECT, REGION)
    try:
        yield cloud
    finally:
        await cloud.aclose()


async def planned(cloud: Cloud, answers: MigrateAnswers) -> Plan:
    """The plan, which nothing blocks."""
    fleet = await read_answered(cloud, REGION, answers, None)
    plan = plan_migration(fleet, answers, "t0k3n")
    assert not plan.blocked, plan.findings
    return plan


def quiet(event: Event) -> None:
    """Nobody watches."""


async def moved(
    sandbox: Sandbox,
    journal: Path,
    answers: MigrateAnswers,
    *,
    emit: Callable[[Event], None] = quiet,
    recall: Recall | None = None,
) -> RunState:
    """Plan and run to the end."""
    async with opened(sandbox) as cloud:
        plan = await planned(cloud, answers)
        with Journal.open(journal) as runs, runs.begin(plan, ENVIRONMENT) as handle:
            return await run(handle, cloud, emit, asyncio.Event(), pace=PACE, recall=recall)


def fault(sandbox: Sandbox, on: str, kind: str, *, after: int = 0, times: int = 1) -> None:
    """Let some calls through, then strike."""
    client.control(sandbox, "POST", "faults", {"on": on, "kind": kind, "times": times, "after": after})


def service_writes(sandbox: Sandbox, name: str) -> list[dict[str, Any]]:
    """Every call that changed a service, from the sandbox's log."""
    requests = client.control(sandbox, "GET", "log")["requests"]
    return [r for r in requests if r["write"] and r["method"] == "run.UpdateService" and r["resource"].endswith(name)]
