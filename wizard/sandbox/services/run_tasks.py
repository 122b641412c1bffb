"""Tasks of Cloud Run executions: their bodies from waiting to ended, and running one to its end with its retries."""

from __future__ import annotations

from collections.abc import Callable

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.services import logging_, serverless_addresses
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.run_common import condition, found, newborn, touched
from wizard.sandbox.tasks import TaskResult, run_task
from wizard.sandbox.world import World

SUCCEEDED, FAILED, RUNNING, WAITING = (
    "CONDITION_SUCCEEDED",
    "CONDITION_FAILED",
    "CONDITION_RECONCILING",
    "CONDITION_PENDING",
)
UNKNOWN, ABORTED = 2, 10
"""Canonical codes of an attempt that never ended by itself, and of one that ended with an exit code other than 0."""

TAKEN_OVER = (
    "containers",
    "volumes",
    "maxRetries",
    "timeout",
    "serviceAccount",
    "executionEnvironment",
    "encryptionKey",
    "vpcAccess",
    "nodeSelector",
)
"""What a task has from its template."""


def key(execution: str, index: int) -> str:
    """The store's key of a task."""
    return f"run/{execution}/tasks/{execution.rsplit('/', 1)[-1]}-task{index}"


def user(execution: str, index: int) -> str:
    """The full name of a task: who has its address."""
    return key(execution, index).removeprefix("run/")


def of(world: World, execution: str) -> list[Body]:
    """The tasks of an execution, in order."""
    return sorted((task for _, task in world.store.children(f"run/{execution}", "tasks")), key=_index)


def _index(task: Body) -> int:
    return int(task["index"])


def state(task: Body) -> str:
    """One of the states above."""
    return str(task["conditions"][0]["state"])


def create(world: World, execution: Body, index: int) -> None:
    """Put a waiting task into the store."""
    template = execution["template"]
    at = key(execution["name"], index)
    body = newborn(world, at.removeprefix("run/"), {k: template[k] for k in TAKEN_OVER if k in template})
    body |= {
        "job": execution["job"],
        "execution": execution["name"].rsplit("/", 1)[-1],
        "index": index,
        "scheduledTime": world.timestamp(),
        "observedGeneration": body["generation"],
        "reconciling": True,
        "conditions": [condition("Completed", WAITING, world)],
    }
    world.store.put(at, body)


async def run(world: World, execution: Body, index: int, problem: str, changed: Callable[[], None]) -> None:
    """Run a task until it succeeds or has no retries left; `problem` says why none of its instances starts.

    `changed` is called when the task has started and when it has ended. Nothing is written for a task that was removed.
    """
    at = key(execution["name"], index)
    _change(world, at, {"startTime": world.timestamp(), "conditions": [condition("Completed", RUNNING, world)]})
    changed()
    result = TaskResult(None, message=problem)
    retries = int(execution["template"].get("maxRetries") or 0)
    for attempt in range(0 if problem else retries + 1):
        result = await run_task(world, execution, index)
        logging_.write(world, execution, index, attempt, result.lines)
        _change(world, at, {"retried": attempt})
        if result.exit_code == 0:
            break
    end(world, at, result)
    changed()


def end(world: World, at: str, result: TaskResult, reason: str = "") -> None:
    """Write the end of the task stored under `at`, whose address is held for a while."""
    serverless_addresses.release(world, at.removeprefix("run/"), serverless_addresses.TASK_SECONDS)
    over: Body = {"reconciling": False, "completionTime": world.timestamp()}
    if result.exit_code == 0:
        _change(world, at, {**over, "conditions": [condition("Completed", SUCCEEDED, world)], "lastAttemptResult": {}})
        return
    message = result.message or f"The container exited with an error (exit code {result.exit_code})."
    why = reason or ("NON_ZERO_EXIT_CODE" if result.exit_code is not None else "")
    attempt: Body = {"status": {"code": UNKNOWN if result.exit_code is None else ABORTED, "message": message}}
    if result.exit_code is not None:
        attempt["exitCode"] = result.exit_code
    failed = condition("Completed", FAILED, world, reason=why, message=message)
    _change(world, at, {**over, "conditions": [failed], "lastAttemptResult": attempt})


def _change(world: World, at: str, fields: Body) -> None:
    body = world.store.get(at)
    if body is not None:
        world.store.put(at, touched(world, {**body, **fields}))


@handles("run.GetTask")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "tasks")


@handles("run.ListTasks")
async def list_(world: World, call: Call) -> Body:
    tasks = [task for _, task in world.store.children(f"run/{call.text('parent')}", "tasks")]
    return page(call, "tasks", sorted(tasks, key=lambda task: (task["execution"], task["index"])))
