"""Executions of jobs: counts on the way, cancelling, restarts, tokens, overrides, and what they printed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.sandbox.handling import LOCATION, ask, blocks, result, seeded
from wizard.sandbox import listeners, services
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.services import logging_
from wizard.sandbox.store import Store
from wizard.sandbox.tasks import probe_text
from wizard.sandbox.world import World

TARGET = '\n[[target]]\nname = "quiet"\nnetwork = "my-vpc"\naddress = "10.1.0.60"\nserves = ["silent:82"]\n'
JOBS = '\n[[job]]\nname = "fine"\n[[job]]\nname = "bad"\noutcome = "7"\n'
FINE, BAD = f"{LOCATION}/jobs/fine", f"{LOCATION}/jobs/bad"


@asynccontextmanager
async def running(more: str = "") -> AsyncIterator[World]:
    """A world whose targets listen; whatever still runs at the end is stopped."""
    world = seeded(TARGET + more)
    await listeners.start(world)
    try:
        yield world
    finally:
        await stopped(world)
        await listeners.stop(world)


async def stopped(world: World) -> None:
    """As when the server goes down."""
    for task in list(world.running):
        task.cancel()
    await asyncio.gather(*world.running, return_exceptions=True)


async def quiet(world: World) -> None:
    """Until nothing runs."""
    async with asyncio.timeout(20):
        await asyncio.gather(*world.running, return_exceptions=True)
    world.settle()


def probe(*, direct: bool = False, **job: Any) -> Body:
    """A job whose task waits for a server that never says anything."""
    env = {"RUNVPC_TARGETS": '["redis://10.1.0.60:82"]', "RUNVPC_TIMEOUT": "60"}
    container: Body = {"image": "python:3.12-slim", "command": ["python"], "args": ["-c", probe_text()]}
    container["env"] = [{"name": name, "value": value} for name, value in env.items()]
    task: Body = {"containers": [container], "maxRetries": 0}
    if direct:
        task["vpcAccess"] = {"networkInterfaces": [{"subnetwork": "run"}]}
    return {"template": {"taskCount": 2, "parallelism": 1, "template": task}, **job}


async def started(world: World) -> str:
    """The name of an execution of which one task runs and the other waits."""
    job = probe(direct=True, startExecutionToken="t")
    await ask(world, "run.CreateJob", parent=LOCATION, jobId="probe", job=job)
    name = f"{LOCATION}/jobs/probe/executions/probe-t"
    async with asyncio.timeout(10):
        while True:
            if (await ask(world, "run.GetExecution", name=name)).get("runningCount"):
                return name
            await asyncio.sleep(0.01)


async def states(world: World, execution: str) -> list[str]:
    tasks = (await ask(world, "run.ListTasks", parent=execution))["tasks"]
    return [task["conditions"][0]["state"].removeprefix("CONDITION_") for task in tasks]


async def test_parallelism_bounds_how_many_tasks_run() -> None:
    async with running() as world:
        assert await states(world, await started(world)) == ["RECONCILING", "PENDING"]


async def test_a_cancelled_execution_stops_its_processes() -> None:
    async with running() as world:
        name = await started(world)
        ended = (await result(world, "run.CancelExecution", name=name))["response"]
        assert (ended["cancelledCount"], ended.get("runningCount", 0), ended["reconciling"]) == (2, 0, False)
        assert ended["conditions"][0]["executionReason"] == "CANCELLED"
        assert await states(world, name) == ["FAILED", "FAILED"]
        await quiet(world)
        assert (await ask(world, "run.GetExecution", name=name))["completionTime"] == ended["completionTime"]
        job = await ask(world, "run.GetJob", name=f"{LOCATION}/jobs/probe")
        assert job["latestCreatedExecution"]["completionStatus"] == "EXECUTION_CANCELLED"


async def test_a_deleted_job_stops_its_processes_and_forgets_its_executions() -> None:
    async with running() as world:
        name = await started(world)
        assert list(blocks(world).values()) == ["probe-t-task0"]
        await ask(world, "run.DeleteJob", name=f"{LOCATION}/jobs/probe")
        await quiet(world)
        assert not [key for key in world.store.keys("run/") if "jobs/probe" in key and "/operations/" not in key]
        with pytest.raises(ApiError, match="of kind 'EXECUTION'"):
            await ask(world, "run.GetExecution", name=name)
        world.clock.advance(7200)
        world.settle()
        assert blocks(world) == {}


async def test_an_execution_whose_server_went_down_has_failed() -> None:
    async with running() as world:
        name = await started(world)
        await stopped(world)
        assert not (await ask(world, "run.GetExecution", name=name)).get("completionTime")
        restored = World(world.scenario, Store(world.store.bodies()), Clock(instant=True), list(world.pending))
        services.resume(restored)
        execution = await ask(restored, "run.GetExecution", name=name)
        assert (execution["failedCount"], execution["conditions"][0]["state"]) == (2, "CONDITION_FAILED")
        tasks = (await ask(restored, "run.ListTasks", parent=name))["tasks"]
        assert all("stopped" in task["lastAttemptResult"]["status"]["message"] for task in tasks)


async def test_the_operation_of_a_run_ends_when_the_execution_does() -> None:
    async with running(JOBS) as world:
        operation = await ask(world, "run.RunJob", name=BAD)
        assert not operation["done"]
        await quiet(world)
        ended = await ask(world, "run.GetOperation", name=operation["name"])
        assert ended["done"]
        assert ended["response"]["failedCount"] == 1
        assert ended["response"]["retriedCount"] == 3


async def test_a_run_token_makes_the_creation_wait_for_the_execution() -> None:
    async with running() as world:
        job = {"template": {"template": {"containers": [{"image": "i"}]}}, "runExecutionToken": "now"}
        operation = await ask(world, "run.CreateJob", parent=LOCATION, jobId="fresh", job=job)
        assert not (await ask(world, "run.GetOperation", name=operation["name"]))["done"]
        await quiet(world)
        ended = await ask(world, "run.GetOperation", name=operation["name"])
        assert ended["response"]["latestCreatedExecution"]["completionStatus"] == "EXECUTION_SUCCEEDED"
        assert ended["response"]["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"


async def test_a_token_starts_one_execution_however_often_it_is_sent() -> None:
    async with running() as world:
        job = {"template": {"template": {"containers": [{"image": "i"}]}}, "startExecutionToken": "once"}
        await ask(world, "run.CreateJob", parent=LOCATION, jobId="fresh", job=job)
        again = await result(world, "run.UpdateJob", job={**job, "name": f"{LOCATION}/jobs/fresh"})
        assert "error" not in again
        await ask(world, "run.UpdateJob", job={**job, "name": f"{LOCATION}/jobs/fresh", "startExecutionToken": "two"})
        await quiet(world)
        found = (await ask(world, "run.ListExecutions", parent=f"{LOCATION}/jobs/fresh"))["executions"]
        assert sorted(e["name"].rsplit("/", 1)[-1] for e in found) == ["fresh-once", "fresh-two"]


async def test_a_token_that_makes_the_name_too_long_is_refused() -> None:
    world = seeded()
    job = {"template": {"template": {"containers": [{"image": "i"}]}}, "startExecutionToken": "t" * 58}
    with pytest.raises(ApiError, match="less than 63"):
        await ask(world, "run.CreateJob", parent=LOCATION, jobId="fresh", job=job)


async def test_a_run_may_change_arguments_variables_and_tasks_alone() -> None:
    async with running(JOBS) as world:
        change = {"args": ["-v"], "env": [{"name": "A", "value": "2"}]}
        overrides = {"containerOverrides": [change], "taskCount": 2, "timeout": "9s"}
        operation = await ask(world, "run.RunJob", name=FINE, overrides=overrides)
        execution = operation["metadata"]
        (container,) = execution["template"]["containers"]
        assert (container["args"], container["env"], execution["taskCount"]) == (["-v"], change["env"], 2)
        assert execution["template"]["timeout"] == "9s"
        assert "args" not in (await ask(world, "run.GetJob", name=FINE))["template"]["template"]["containers"][0]
        with pytest.raises(ApiError, match="no container is named 'other'"):
            await ask(world, "run.RunJob", name=FINE, overrides={"containerOverrides": [{"name": "other"}]})
        await quiet(world)


async def test_a_missing_secret_keeps_the_tasks_from_starting() -> None:
    async with running('\n[[job]]\nname = "secretive"\nsecrets = { S = "nothing" }\n') as world:
        operation = await ask(world, "run.RunJob", name=f"{LOCATION}/jobs/secretive")
        await quiet(world)
        execution = await ask(world, "run.GetExecution", name=operation["metadata"]["name"])
        assert "secrets/nothing/versions/latest was not found" in execution["conditions"][0]["message"]


async def test_a_line_that_is_json_comes_back_as_an_object() -> None:
    world = seeded()
    execution = {"name": f"{FINE}/executions/fine-1", "job": "fine"}
    logging_.write(world, execution, 0, 0, ('{"a": 1}', "[1]", "plain"))
    entries = (await ask(world, "logging.entries.list", filter='resource.labels.job_name="fine"'))["entries"]
    assert entries[0]["jsonPayload"] == {"a": 1}
    assert [entry.get("textPayload") for entry in entries] == [None, "[1]", "plain"]


@pytest.mark.parametrize(
    "overrides",
    [{"taskCount": -1}, {"taskCount": 10_001}, {"containerOverrides": [{"env": [{"value": "no name"}]}]}],
)
async def test_overrides_that_cannot_be_are_refused(overrides: Body) -> None:
    async with running(JOBS) as world:
        with pytest.raises(ApiError) as refused:
            await ask(world, "run.RunJob", name=FINE, overrides=overrides)
        assert (refused.value.http, "RunJobRequest.overrides" in refused.value.message) == (400, True)


@pytest.mark.parametrize("tasks", [-1, 10_001])
async def test_a_job_has_one_to_ten_thousand_tasks(tasks: int) -> None:
    world = seeded()
    job: Body = {"template": {"taskCount": tasks, "template": {"containers": [{"image": "i"}]}}}
    with pytest.raises(ApiError, match="task_count: must be between 1 and 10000"):
        await ask(world, "run.CreateJob", parent=LOCATION, jobId="made", job=job)


async def test_entries_come_in_pages_and_in_the_order_asked_for() -> None:
    world = seeded()
    execution = {"name": f"{FINE}/executions/fine-1", "job": "fine"}
    logging_.write(world, execution, 0, 0, tuple("abc"))
    first = await ask(world, "logging.entries.list", pageSize=2, orderBy="timestamp desc")
    second = await ask(world, "logging.entries.list", pageSize=2, pageToken=first["nextPageToken"])
    assert [entry["textPayload"] for entry in first["entries"]] == ["c", "b"]
    assert [entry["textPayload"] for entry in second["entries"]] == ["c"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ('a="b"', [("a", "b")]),
        (
            'a.b = "c" AND labels."x.y/z"="1"\nseverity=INFO',
            [("a.b", "c"), ('labels."x.y/z"', "1"), ("severity", "INFO")],
        ),
        (r'a="say \"b\""', [("a", 'say "b"')]),
    ],
)
def test_filters(text: str, found: list[tuple[str, str]]) -> None:
    assert logging_.clauses(text) == found


@pytest.mark.parametrize("text", ['a!="b"', 'a="b" OR c="d"', "a>1", "NOT a=b", '"just text"', '-a="b"', 'a="b'])
def test_a_filter_that_is_not_understood_is_refused_and_not_ignored(text: str) -> None:
    with pytest.raises(ApiError, match="Unparseable filter"):
        logging_.clauses(text)
