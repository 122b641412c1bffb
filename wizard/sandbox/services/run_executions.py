"""Executions of Cloud Run jobs: begun, carried out in the background, cancelled, deleted.

Each task is a real process when it is the wizard's probe (`wizard.sandbox.tasks`).
"""

from __future__ import annotations

import asyncio

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.services import lro, run_network, run_tasks, serverless_addresses
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.run_common import (
    PROTO,
    authored,
    check_etag,
    condition,
    found,
    location,
    touched,
)
from wizard.sandbox.services.run_template import missing_secret
from wizard.sandbox.tasks import TaskResult
from wizard.sandbox.world import World

MOST_AT_ONCE = 16
"""Processes that the sandbox runs at the same time for one execution."""

MOST_TASKS = 10_000
"""Of one execution (Cloud Run's documented limit)."""

DELETE_SECONDS = 2.0
CANCELLED = "The execution was cancelled."
LOST = "The sandbox was stopped while the task ran."


def begin(world: World, job: Body, token: str, overrides: Body, member: str) -> Body:
    """Create the execution `JOB-TOKEN` with its tasks and start them; the execution's body.

    Raises ApiError(409) when there is one of this name.
    """
    short = job["name"].rsplit("/", 1)[-1]
    name = f"{job['name']}/executions/{short}-{token}"
    if world.store.get(f"run/{name}") is not None:
        raise ApiError(409, f"Resource '{short}-{token}' already exists.", status="ALREADY_EXISTS")
    template = job["template"]
    body = authored(world, name, {"labels": job["labels"]} if job.get("labels") else {}, member)
    del body["lastModifier"]
    body |= {
        "job": short,
        "taskCount": int(overrides.get("taskCount") or template["taskCount"]),
        "template": overridden(template["template"], overrides),
        "startTime": world.timestamp(),
        "observedGeneration": body["generation"],
        "reconciling": True,
        "conditions": [condition("Completed", "CONDITION_RECONCILING", world)],
    }
    body["parallelism"] = min(int(template.get("parallelism") or 0) or body["taskCount"], body["taskCount"])
    world.store.put(f"run/{name}", body)
    for index in range(body["taskCount"]):
        run_tasks.create(world, body, index)
    _show_in_job(world, body, "EXECUTION_RUNNING", int(job.get("executionCount") or 0) + 1)
    world.spawn(_carry_out(world, body))
    return body


def overridden(template: Body, overrides: Body) -> Body:
    """The task template with what a run may change: arguments, variables, time limit (facts: trap 13)."""
    containers = [dict(container) for container in template["containers"]]
    for given in overrides.get("containerOverrides") or []:
        named = (c for c in containers if not given.get("name") or c.get("name") == given["name"])
        container = next(named, None)
        if container is None:
            raise ApiError(400, f"Violation in RunJobRequest.overrides: no container is named '{given['name']}'.")
        if given.get("args") or given.get("clearArgs"):
            container["args"] = given.get("args") or []
        if not all(variable.get("name") for variable in given.get("env") or []):
            raise ApiError(400, "Violation in RunJobRequest.overrides: a variable has no name.")
        names = {variable["name"] for variable in given.get("env") or []}
        kept = [v for v in container.get("env") or [] if v["name"] not in names]
        container["env"] = [*kept, *(given.get("env") or [])]
    if not 0 <= int(overrides.get("taskCount") or 0) <= MOST_TASKS:
        raise ApiError(400, f"Violation in RunJobRequest.overrides: task_count must be 1 to {MOST_TASKS}.")
    timeout = {"timeout": overrides["timeout"]} if overrides.get("timeout") else {}
    return {**template, **timeout, "containers": containers}


async def _carry_out(world: World, execution: Body) -> None:
    """Run every task, as many at a time as the execution allows, then complete the execution."""
    current = asyncio.current_task()
    if current is not None:
        current.set_name(execution["name"])
    gate = asyncio.Semaphore(min(execution["parallelism"], MOST_AT_ONCE))

    async def one(index: int) -> None:
        async with gate:
            problem = _problem(world, execution, index)
            await run_tasks.run(world, execution, index, problem, lambda: _count(world, execution["name"]))

    async with asyncio.TaskGroup() as group:
        for index in range(execution["taskCount"]):
            group.create_task(one(index))
    _complete(world, execution["name"])


def _problem(world: World, execution: Body, index: int) -> str:
    """Why the instance of a task does not start; empty when it does."""
    template = execution["template"]
    secret = missing_secret(world, template, execution["name"].split("/")[1])
    return secret or run_network.attach(world, template, run_tasks.user(execution["name"], index), 1)[1]


def _count(world: World, name: str) -> None:
    """Bring the counts of an execution up to date with its tasks."""
    body = world.store.get(f"run/{name}")
    if body is None:
        return
    tasks = run_tasks.of(world, name)
    ended = [task["conditions"][0] for task in tasks]
    cancelled = sum(1 for end in ended if end.get("executionReason") == "CANCELLED")
    counts = {
        "runningCount": sum(1 for task in tasks if run_tasks.state(task) == run_tasks.RUNNING),
        "succeededCount": sum(1 for task in tasks if run_tasks.state(task) == run_tasks.SUCCEEDED),
        "failedCount": sum(1 for task in tasks if run_tasks.state(task) == run_tasks.FAILED) - cancelled,
        "cancelledCount": cancelled,
        "retriedCount": sum(int(task.get("retried") or 0) for task in tasks),
    }
    kept = {key: value for key, value in body.items() if key not in counts}
    world.store.put(f"run/{name}", touched(world, kept | {k: v for k, v in counts.items() if v}))


def _complete(world: World, name: str) -> None:
    """Write the end of an execution all of whose tasks have ended, and let go of what it holds."""
    _count(world, name)
    body = world.store.get(f"run/{name}")
    if body is None:
        return
    bad = [t for t in run_tasks.of(world, name) if run_tasks.state(t) != run_tasks.SUCCEEDED]
    first = bad[0]["conditions"][0] if bad else {}
    state = run_tasks.FAILED if bad else run_tasks.SUCCEEDED
    reason = str(first.get("executionReason", ""))
    end = condition("Completed", state, world, reason=reason, message=str(first.get("message", "")))
    body |= {"reconciling": False, "completionTime": world.timestamp(), "conditions": [end]}
    world.store.put(f"run/{name}", touched(world, body))
    status = "EXECUTION_CANCELLED" if reason == "CANCELLED" else "EXECUTION_FAILED" if bad else "EXECUTION_SUCCEEDED"
    _show_in_job(world, body, status)
    _let_go(world, name)


def _show_in_job(world: World, execution: Body, status: str, count: int = 0) -> None:
    """Let the job show this execution as its latest, unless there is a later one already."""
    key = "run/" + execution["name"].rsplit("/executions/", 1)[0]
    job = world.store.get(key)
    short = execution["name"].rsplit("/", 1)[-1]
    if job is None or (not count and job["latestCreatedExecution"].get("name") != short):
        return
    latest = {"name": short, "completionStatus": status}
    latest |= {field: execution[field] for field in ("createTime", "completionTime") if execution.get(field)}
    counted = {"executionCount": count} if count else {}
    world.store.put(key, {**job, **counted, "latestCreatedExecution": latest})


def _let_go(world: World, name: str) -> None:
    for task in run_tasks.of(world, name):
        serverless_addresses.release(world, task["name"], serverless_addresses.TASK_SECONDS)
    lro.execution_ended(world, name)


def _stop(world: World, name: str) -> None:
    """End the processes of an execution."""
    for running in world.running:
        if running.get_name() == name:
            running.cancel()


def _end_tasks(world: World, name: str, message: str, reason: str = "") -> None:
    """End every task that has not ended."""
    for task in run_tasks.of(world, name):
        if not task.get("completionTime"):
            run_tasks.end(world, f"run/{task['name']}", TaskResult(None, message=message), reason)


@completes("run.RunJob")
def ended(world: World, arguments: Body) -> Body:
    """Running a job is over when its execution is."""
    return {"@type": PROTO + "Execution", **found(world, arguments["execution"], "executions")}


@handles("run.GetExecution")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "executions")


@handles("run.ListExecutions")
async def list_(world: World, call: Call) -> Body:
    """The newest first."""
    bodies = [body for _, body in world.store.children(f"run/{call.text('parent')}", "executions")]
    return page(call, "executions", sorted(bodies, key=lambda body: body["createTime"], reverse=True))


@handles("run.CancelExecution")
async def cancel(world: World, call: Call) -> Body:
    return _operation(world, call, "run.CancelExecution", 0.0)


@completes("run.CancelExecution")
def cancelled(world: World, arguments: Body) -> Body:
    """Cancelling what is over changes nothing."""
    name = arguments["name"]
    if not found(world, name, "executions").get("completionTime"):
        _stop(world, name)
        _end_tasks(world, name, CANCELLED, "CANCELLED")
        _complete(world, name)
    return {"@type": PROTO + "Execution", **found(world, name, "executions")}


@handles("run.DeleteExecution")
async def delete(world: World, call: Call) -> Body:
    return _operation(world, call, "run.DeleteExecution", DELETE_SECONDS)


@completes("run.DeleteExecution")
def deleted(world: World, arguments: Body) -> Body:
    body = found(world, arguments["name"], "executions")
    _remove(world, body["name"])
    return {"@type": PROTO + "Execution", **body, "deleteTime": world.timestamp()}


def _operation(world: World, call: Call, method: str, usual: float) -> Body:
    body = found(world, call.text("name"), "executions")
    check_etag(call.request.get("etag"), body)
    metadata, arguments = {"@type": PROTO + "Execution", **body}, {"name": body["name"]}
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": metadata}
    return lro.start(world, "run", location(body["name"]), method, arguments, metadata, usual)


def remove_all(world: World, job: str) -> None:
    """Stop and forget every execution of a job, with its tasks."""
    for _, execution in list(world.store.children(f"run/{job}", "executions")):
        _remove(world, execution["name"])


def _remove(world: World, name: str) -> None:
    _stop(world, name)
    _let_go(world, name)
    for key in world.store.keys(f"run/{name}/tasks/"):
        world.store.delete(key)
    world.store.delete(f"run/{name}")


def resume(world: World) -> None:
    """When the server starts again: the processes are gone, so what still ran has failed."""
    for key, body in list(world.store.children("run/projects/-/locations/-/jobs/-", "executions")):
        if not body.get("completionTime"):
            name = key.removeprefix("run/")
            _end_tasks(world, name, LOST)
            _complete(world, name)
