"""Executions and tasks of Cloud Run jobs: each task is a real process when it is the wizard's probe."""

from __future__ import annotations

import asyncio

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services import logging_, serverless_addresses
from wizard.sandbox.services.run_common import PROTO, condition, newborn, touched
from wizard.sandbox.tasks import TaskResult, run_task
from wizard.sandbox.world import World

MOST_AT_ONCE = 16
"""Processes that the sandbox runs at the same time for one execution."""


def begin(world: World, job: Body, token: str, overrides: Body) -> Body:
    """Create the execution `JOB-TOKEN` with its tasks and start them; the execution's body."""
    name = f"{job['name']}/executions/{job['name'].rsplit('/', 1)[-1]}-{token}"
    template = job["template"]
    count = int(overrides.get("taskCount") or template["taskCount"])
    body = newborn(world, name, {"labels": job.get("labels") or {}}, job["lastModifier"])
    body |= {
        "job": job["name"].rsplit("/", 1)[-1],
        "parallelism": int(template.get("parallelism") or 0),
        "taskCount": count,
        "template": _overridden(template["template"], overrides),
        "startTime": world.timestamp(),
        "reconciling": True,
        "runningCount": count,
        "conditions": [condition("Completed", "CONDITION_RECONCILING", world)],
        "logUri": "",
    }
    world.store.put(f"run/{name}", body)
    for index in range(count):
        world.store.put(f"run/{name}/tasks/{_task_name(name, index)}", _task(world, body, index))
    latest = {"name": name.rsplit("/", 1)[-1], "createTime": body["createTime"]}
    number = int(job.get("executionCount") or 0) + 1
    world.store.put(f"run/{job['name']}", {**job, "latestCreatedExecution": latest, "executionCount": number})
    world.spawn(_carry_out(world, name))
    return body


def _overridden(template: Body, overrides: Body) -> Body:
    """The task template with the arguments and variables of a run's overrides."""
    containers = [dict(container) for container in template["containers"]]
    for given in (overrides.get("containerOverrides") or [])[:1]:
        if given.get("args") or given.get("clearArgs"):
            containers[0]["args"] = given.get("args") or []
        names = {variable["name"] for variable in given.get("env") or []}
        kept = [v for v in containers[0].get("env") or [] if v["name"] not in names]
        containers[0]["env"] = [*kept, *(given.get("env") or [])]
    timeout = {"timeout": overrides["timeout"]} if overrides.get("timeout") else {}
    return {**template, **timeout, "containers": containers}


def _task_name(execution: str, index: int) -> str:
    return f"{execution.rsplit('/', 1)[-1]}-task{index}"


def _task(world: World, execution: Body, index: int) -> Body:
    name = f"{execution['name']}/tasks/{_task_name(execution['name'], index)}"
    body = newborn(world, name, {}, execution["creator"])
    template = execution["template"]
    return body | {
        "job": execution["job"],
        "execution": execution["name"].rsplit("/", 1)[-1],
        "index": index,
        "retried": 0,
        "maxRetries": int(template.get("maxRetries") or 0),
        "timeout": template["timeout"],
        "containers": template["containers"],
        "scheduledTime": world.timestamp(),
        "reconciling": True,
        "conditions": [condition("Completed", "CONDITION_PENDING", world)],
    }


async def _carry_out(world: World, name: str) -> None:
    """Run every task, a limited number at a time, then complete the execution."""
    execution = world.store.get(f"run/{name}") or {}
    gate = asyncio.Semaphore(min(int(execution.get("parallelism") or 0) or MOST_AT_ONCE, MOST_AT_ONCE))
    problem = _cannot_start(world, execution)

    async def one(index: int) -> None:
        async with gate:
            await _run_one(world, name, index, problem)

    await asyncio.gather(*(one(index) for index in range(int(execution["taskCount"]))))
    _complete(world, name)


def _cannot_start(world: World, execution: Body) -> str:
    """Why no instance of this execution gets its network; empty when it does."""
    region = execution["name"].split("/")[3]
    access = execution["template"].get("vpcAccess") or {}
    if access.get("connector"):
        connector = world.store.get(f"vpcaccess/{link_path(access['connector'])}")
        state = connector.get("state") if connector else "missing"
        return "" if state in ("READY", "UPDATING") else f"VPC connector {access['connector']} is not ready ({state})."
    for interface in access.get("networkInterfaces") or []:
        return serverless_addresses.reserve(world, interface, region, int(execution["taskCount"]), execution["name"])
    return ""


async def _run_one(world: World, name: str, index: int, problem: str) -> None:
    """One task with its retries."""
    key = f"run/{name}/tasks/{_task_name(name, index)}"
    execution, task = world.store.get(f"run/{name}"), world.store.get(key)
    if execution is None or task is None:
        return
    task["startTime"] = world.timestamp()
    result = TaskResult(None, message=problem, reason="NOT_STARTED")
    for attempt in range(int(task["maxRetries"]) + 1):
        if not problem:
            result = await run_task(world, execution, index)
        task["retried"] = attempt
        if result.exit_code == 0 or problem:
            break
    if world.store.get(key) is None:
        return
    logging_.write(world, execution, index, result.lines)
    world.store.put(key, touched(world, {**task, **_ended(world, result)}))


def _ended(world: World, result: TaskResult) -> Body:
    """What a task shows when it is over. An exit code that is missing means that it never ran to its end."""
    over: Body = {"reconciling": False, "completionTime": world.timestamp()}
    if result.exit_code == 0:
        done = condition("Completed", "CONDITION_SUCCEEDED", world)
        return {
            "reconciling": False,
            "completionTime": world.timestamp(),
            "conditions": [done],
            "lastAttemptResult": {},
        }
    message = result.message or f"The container exited with an error (exit code {result.exit_code})."
    reason = "NON_ZERO_EXIT_CODE" if result.exit_code is not None else ""
    failed = condition("Completed", "CONDITION_FAILED", world, reason=reason, message=message)
    attempt: Body = {"status": {"code": 2 if result.exit_code is None else 10, "message": message}}
    if result.exit_code is not None:
        attempt["exitCode"] = result.exit_code
    return {**over, "conditions": [failed], "lastAttemptResult": attempt}


def _complete(world: World, name: str) -> None:
    body = world.store.get(f"run/{name}")
    if body is None:
        return
    tasks = [task for _, task in world.store.children(f"run/{name}", "tasks")]
    good = sum(1 for task in tasks if task["conditions"][0]["state"] == "CONDITION_SUCCEEDED")
    bad = len(tasks) - good
    body |= {"runningCount": 0, "succeededCount": good, "failedCount": bad, "reconciling": False}
    body["completionTime"] = world.timestamp()
    message = next((t["conditions"][0].get("message", "") for t in tasks if t["conditions"][0].get("message")), "")
    state = "CONDITION_FAILED" if bad else "CONDITION_SUCCEEDED"
    reason = "NON_ZERO_EXIT_CODE" if bad else ""
    body["conditions"] = [condition("Completed", state, world, reason=reason, message=message if bad else "")]
    world.store.put(f"run/{name}", touched(world, body))
    serverless_addresses.release(world, name)


@completes("run.RunJob")
def started(world: World, arguments: Body) -> Body:
    return {"@type": PROTO + "Execution", **found(world, arguments["name"], "EXECUTION")}


@handles("run.GetExecution")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "EXECUTION")


@handles("run.ListExecutions")
async def list_(world: World, call: Call) -> Body:
    return {"executions": [b for _, b in world.store.children(f"run/{call.text('parent')}", "executions")]}


@handles("run.GetTask")
async def get_task(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "TASK")


@handles("run.ListTasks")
async def list_tasks(world: World, call: Call) -> Body:
    tasks = [body for _, body in world.store.children(f"run/{call.text('parent')}", "tasks")]
    tasks.sort(key=lambda task: task["index"])
    size = int(call.request.get("pageSize") or 0) or 100
    start = int(call.text("pageToken") or 0)
    more = {"nextPageToken": str(start + size)} if start + size < len(tasks) else {}
    return {"tasks": tasks[start : start + size], **more}


def found(world: World, name: str, kind: str) -> Body:
    """The body of an execution or task. Raises ApiError in Cloud Run's wording."""
    body = world.store.get(f"run/{name}")
    if body is None:
        parts = [*name.split("/"), "", "", "", ""]
        message = f"Resource '{name.rsplit('/', 1)[-1]}' of kind '{kind}' in region '{parts[3]}'"
        raise ApiError(404, f"{message} in project '{parts[1]}' does not exist.")
    return body


def remove_all(world: World, job: str) -> None:
    """Forget every execution and task of a job; a process that still runs finds nothing to report to."""
    for key, execution in list(world.store.children(f"run/{job}", "executions")):
        serverless_addresses.release(world, execution["name"])
        for task in world.store.keys(f"{key}/tasks/"):
            world.store.delete(task)
        world.store.delete(key)


def resume(world: World) -> None:
    """When the server starts again: an execution whose process is gone has failed."""
    for key in [k for k in world.store.keys("run/") if "/executions/" in k and "/tasks/" not in k]:
        body = world.store.get(key) or {}
        if body.get("runningCount"):
            _complete(world, body["name"])
