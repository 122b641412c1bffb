"""Jobs of Cloud Run v2: create, get, list, update, delete, run."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, fails, handles
from wizard.sandbox.services import lro, run_executions, run_iam, run_limits
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.run_common import (
    ID,
    PROTO,
    address,
    authored,
    base36,
    check_etag,
    condition,
    default_account,
    found,
    location,
    not_found,
    touched,
)
from wizard.sandbox.services.run_template import check_names, check_template, violation, with_egress
from wizard.sandbox.world import Pending, World

WRITABLE = ("labels", "annotations", "client", "clientVersion", "launchStage", "binaryAuthorization", "template")
TOKENS = ("startExecutionToken", "runExecutionToken")
LONGEST_EXECUTION = 62
"""Characters of job name, hyphen and token (facts: 6.3)."""

MOST_RETRIES = 10
CREATE_SECONDS, DELETE_SECONDS = 8.0, 4.0


@handles("run.CreateJob")
async def create(world: World, call: Call) -> Body:
    id_ = call.text("jobId")
    if not ID.fullmatch(id_):
        why = "must start with a letter, have lower-case letters, digits and hyphens alone, and be less than 50 long"
        raise violation("CreateJobRequest.job_id", why)
    name = f"{call.text('parent')}/jobs/{id_}"
    if world.store.get(f"run/{name}") is not None:
        raise ApiError(409, f"Resource '{id_}' already exists.", status="ALREADY_EXISTS")
    given = dict(call.request.get("job") or {})
    body = authored(world, name, _wanted(given), call.member)
    return _accept(world, call, {**body, "latestCreatedExecution": {}}, "CreateJobRequest.job", "run.CreateJob")


@handles("run.UpdateJob")
async def update(world: World, call: Call) -> Body:
    """A full replace: this request has no mask (facts: trap 13)."""
    given = dict(call.request.get("job") or {})
    name = str(given.get("name", ""))
    if world.store.get(f"run/{name}") is None and call.request.get("allowMissing"):
        missing = authored(world, name, _wanted(given), call.member)
        return _accept(world, call, {**missing, "latestCreatedExecution": {}}, "UpdateJobRequest.job", "run.CreateJob")
    before = found(world, name, "jobs")
    check_etag(given.get("etag"), before)
    body = {key: value for key, value in before.items() if key not in (*WRITABLE, *TOKENS)} | _wanted(given)
    body |= {"generation": str(int(before["generation"]) + 1), "lastModifier": address(call.member)}
    body.setdefault("launchStage", "GA")
    return _accept(world, call, touched(world, body), "UpdateJobRequest.job", "run.UpdateJob")


def _wanted(given: Body) -> Body:
    return {key: given[key] for key in (*WRITABLE, *TOKENS) if given.get(key)}


def _accept(world: World, call: Call, body: Body, field: str, method: str) -> Body:
    """Check what the job shall be; unless it is only to be validated, store it and begin the operation."""
    body["template"] = with_defaults(world, body.get("template") or {}, body["name"])
    _check(field, body)
    token = body.get("startExecutionToken") or body.get("runExecutionToken") or ""
    short = body["name"].rsplit("/", 1)[-1]
    if token and len(f"{short}-{token}") > LONGEST_EXECUTION:
        raise violation(f"{field}.execution_token", f"job name and token must have less than {LONGEST_EXECUTION + 1}")
    run_limits.check_job(world, call, field, body, method)
    body |= {"reconciling": True, "terminalCondition": condition("Ready", "CONDITION_PENDING", world)}
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Job", **body}}
    world.store.put(f"run/{body['name']}", body)
    exists = world.store.get(f"run/{body['name']}/executions/{short}-{token}") is not None
    arguments = {"token": "" if exists else token, "member": call.member}
    operation = _operation(world, body, method, CREATE_SECONDS, **arguments)
    if body.get("runExecutionToken") and not exists:
        _wait_for_execution(world, operation, f"{body['name']}/executions/{short}-{token}")
    return operation


def _wait_for_execution(world: World, operation: Body, execution: str) -> None:
    """The job becomes ready as usual; the operation ends when the execution does."""
    for pending in [p for p in world.pending if p.key == f"run/{operation['name']}"]:
        hidden = Pending(f"run/starts/{execution}", pending.method, pending.due, pending.arguments, pending.fault)
        world.pending.append(hidden)
        pending.method, pending.arguments = "run.ExecuteJob", {"name": pending.arguments["name"]}
    lro.ends_with(world, operation, execution)


def _check(field: str, body: Body) -> None:
    check_names(field, body)
    check_names(f"{field}.template", body["template"])
    task = body["template"]["template"]
    check_template(f"{field}.template.template", task)
    if not 1 <= int(body["template"]["taskCount"]) <= run_executions.MOST_TASKS:
        raise violation(f"{field}.template.task_count", f"must be between 1 and {run_executions.MOST_TASKS}")
    if not 0 <= int(task["maxRetries"]) <= MOST_RETRIES:
        raise violation(f"{field}.template.template.max_retries", f"must be between 0 and {MOST_RETRIES}")


def with_defaults(world: World, template: Body, name: str) -> Body:
    """The execution template of a job (by full name) as it is stored, with what the server fills in (prior art 1.4)."""
    given = dict(template.get("template") or {})
    task = {
        "maxRetries": 3,
        "timeout": "600s",
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "serviceAccount": default_account(world, name),
        **given,
    }
    limits = {"resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}}}
    task["containers"] = [{**limits, **container} for container in given.get("containers") or []]
    return {**template, "taskCount": int(template.get("taskCount") or 1), "template": with_egress(task)}


@completes("run.CreateJob")
@completes("run.UpdateJob")
def ready(world: World, arguments: Body) -> Body:
    body = found(world, arguments["name"], "jobs")
    body["terminalCondition"] = condition("Ready", "CONDITION_SUCCEEDED", world)
    body |= {"observedGeneration": body["generation"], "reconciling": False}
    world.store.put(f"run/{body['name']}", touched(world, body))
    if arguments.get("token"):
        run_executions.begin(world, body, arguments["token"], {}, arguments["member"])
    return {"@type": PROTO + "Job", **found(world, arguments["name"], "jobs")}


@completes("run.ExecuteJob")
def executed(world: World, arguments: Body) -> Body:
    """The end of an operation that created a job and ran it."""
    return {"@type": PROTO + "Job", **found(world, arguments["name"], "jobs")}


@fails("run.CreateJob")
@fails("run.UpdateJob")
def not_ready(world: World, arguments: Body, error: ApiError) -> None:
    body = found(world, arguments["name"], "jobs")
    failed = condition("Ready", "CONDITION_FAILED", world, reason="INTERNAL", message=error.message)
    world.store.put(f"run/{body['name']}", touched(world, {**body, "terminalCondition": failed, "reconciling": False}))


@handles("run.GetJob")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "jobs")


@handles("run.ListJobs")
async def list_(world: World, call: Call) -> Body:
    return page(call, "jobs", [body for _, body in world.store.children(f"run/{call.text('parent')}", "jobs")])


@handles("run.DeleteJob")
async def delete(world: World, call: Call) -> Body:
    body = found(world, call.text("name"), "jobs")
    check_etag(call.request.get("etag"), body)
    body["deleteTime"] = world.timestamp()
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Job", **body}}
    return _operation(world, body, "run.DeleteJob", DELETE_SECONDS)


@completes("run.DeleteJob")
def deleted(world: World, arguments: Body) -> Body:
    name = arguments["name"]
    body = world.store.get(f"run/{name}")
    if body is None:
        raise not_found(name)
    run_executions.remove_all(world, name)
    world.store.delete(f"run/{name}")
    run_iam.forget(world, name)
    return {"@type": PROTO + "Job", **body, "deleteTime": world.timestamp()}


@handles("run.RunJob")
async def run(world: World, call: Call) -> Body:
    """Start an execution; the operation ends when it does."""
    body = found(world, call.text("name"), "jobs")
    check_etag(call.request.get("etag"), body)
    run_limits.check_overrides(world, call, body["name"])
    overrides = dict(call.request.get("overrides") or {})
    run_executions.overridden(body["template"]["template"], overrides)
    if call.request.get("validateOnly"):
        return {"name": "", "done": True}
    execution = run_executions.begin(world, body, base36(world, 5), overrides, call.member)
    metadata, arguments = {"@type": PROTO + "Execution", **execution}, {"execution": execution["name"]}
    operation = lro.start(world, "run", location(body["name"]), "run.RunJob", arguments, metadata, 0.0)
    lro.ends_with(world, operation, execution["name"])
    return operation


def _operation(world: World, body: Body, method: str, usual: float, **extra: object) -> Body:
    metadata, arguments = {"@type": PROTO + "Job", **body}, {"name": body["name"], **extra}
    return lro.start(world, "run", location(body["name"]), method, arguments, metadata, usual)
