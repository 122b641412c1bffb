"""Jobs of Cloud Run v2: create, get, list, update, delete, run."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.services import lro, run_executions
from wizard.sandbox.services.run_common import (
    ID,
    PROTO,
    base36,
    check_etag,
    check_template,
    condition,
    default_account,
    newborn,
    touched,
)
from wizard.sandbox.world import World

WRITABLE = ("labels", "annotations", "client", "clientVersion", "launchStage", "binaryAuthorization", "template")
CREATE_SECONDS, DELETE_SECONDS = 8.0, 4.0


@handles("run.CreateJob")
async def create(world: World, call: Call) -> Body:
    parent, id_ = call.text("parent"), call.text("jobId")
    if not ID.fullmatch(id_):
        raise ApiError(
            400, "Violation in CreateJobRequest.job_id: must be 1 to 49 lower-case letters, digits or hyphens."
        )
    name = f"{parent}/jobs/{id_}"
    if world.store.get(f"run/{name}") is not None:
        raise ApiError(409, f"Resource '{id_}' already exists.", status="ALREADY_EXISTS")
    given = dict(call.request.get("job") or {})
    body = newborn(world, name, {key: given[key] for key in WRITABLE if key in given}, call.member)
    body["template"] = with_defaults(world, body.get("template") or {})
    _check(body)
    token = given.get("startExecutionToken") or given.get("runExecutionToken") or ""
    if token and len(f"{id_}-{token}") >= 63:
        raise ApiError(400, "Violation in CreateJobRequest.job.start_execution_token: name and token are too long.")
    kept = {key: given[key] for key in ("startExecutionToken", "runExecutionToken") if given.get(key)}
    body = {**body, **kept, "reconciling": True, "latestCreatedExecution": {}, "executionCount": 0}
    body["terminalCondition"] = condition("Ready", "CONDITION_PENDING", world)
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Job", **body}}
    world.store.put(f"run/{name}", body)
    return _operation(world, body, "run.CreateJob", CREATE_SECONDS, token=token)


def _check(body: Body) -> None:
    task = body["template"]["template"]
    check_template("CreateJobRequest.job.template", task, body.get("annotations") or {})
    if int(task["maxRetries"]) > 10:
        raise ApiError(400, "Violation in CreateJobRequest.job.template.template.max_retries: must be at most 10.")


def with_defaults(world: World, template: Body) -> Body:
    task = dict(template.get("template") or {})
    task = {
        "maxRetries": 3,
        "timeout": "600s",
        "executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2",
        "serviceAccount": default_account(world),
        **{key: value for key, value in task.items() if value != "EXECUTION_ENVIRONMENT_UNSPECIFIED"},
    }
    limits = {"resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}}}
    task["containers"] = [{**limits, **container} for container in task.get("containers") or []]
    if task.get("vpcAccess"):
        task["vpcAccess"] = {"egress": "PRIVATE_RANGES_ONLY", **task["vpcAccess"]}
    return {**template, "taskCount": int(template.get("taskCount") or 1), "template": task}


@completes("run.CreateJob")
@completes("run.UpdateJob")
def ready(world: World, arguments: Body) -> Body:
    body = found(world, arguments["name"])
    body["terminalCondition"] = condition("Ready", "CONDITION_SUCCEEDED", world)
    body["observedGeneration"], body["reconciling"] = body["generation"], False
    world.store.put(f"run/{body['name']}", touched(world, body))
    if arguments.get("token"):
        run_executions.begin(world, body, arguments["token"], {})
    return {"@type": PROTO + "Job", **found(world, arguments["name"])}


@handles("run.GetJob")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"))


@handles("run.ListJobs")
async def list_(world: World, call: Call) -> Body:
    jobs = [body for _, body in world.store.children(f"run/{call.text('parent')}", "jobs")]
    size = int(call.request.get("pageSize") or 0) or 100
    start = int(call.text("pageToken") or 0)
    more = {"nextPageToken": str(start + size)} if start + size < len(jobs) else {}
    return {"jobs": jobs[start : start + size], **more}


@handles("run.UpdateJob")
async def update(world: World, call: Call) -> Body:
    """A full replace: this request has no mask."""
    given = dict(call.request.get("job") or {})
    before = found(world, str(given.get("name", "")))
    check_etag(given.get("etag"), before)
    kept = {key: value for key, value in before.items() if key not in WRITABLE}
    body = {**kept, **{key: given[key] for key in WRITABLE if key in given}}
    body["template"] = with_defaults(world, body.get("template") or {})
    _check(body)
    body["generation"] = str(int(before["generation"]) + 1)
    body = touched(world, {**body, "reconciling": True, "lastModifier": call.member})
    world.store.put(f"run/{body['name']}", body)
    return _operation(world, body, "run.UpdateJob", CREATE_SECONDS)


@handles("run.DeleteJob")
async def delete(world: World, call: Call) -> Body:
    body = found(world, call.text("name"))
    check_etag(call.request.get("etag"), body)
    body["deleteTime"] = world.timestamp()
    return _operation(world, body, "run.DeleteJob", DELETE_SECONDS)


@completes("run.DeleteJob")
def deleted(world: World, arguments: Body) -> Body | None:
    name = arguments["name"]
    body = world.store.get(f"run/{name}")
    run_executions.remove_all(world, name)
    world.store.delete(f"run/{name}")
    return {"@type": PROTO + "Job", **body} if body else None


@handles("run.RunJob")
async def run(world: World, call: Call) -> Body:
    body = found(world, call.text("name"))
    execution = run_executions.begin(world, body, base36(world, 5), dict(call.request.get("overrides") or {}))
    location = "/".join(body["name"].split("/")[:4])
    metadata = {"@type": PROTO + "Execution", **execution}
    return lro.start(world, "run", location, "run.RunJob", {"name": execution["name"]}, metadata, 0.0)


def _operation(world: World, body: Body, method: str, usual: float, **extra: object) -> Body:
    location = "/".join(body["name"].split("/")[:4])
    metadata = {"@type": PROTO + "Job", **body}
    return lro.start(world, "run", location, method, {"name": body["name"], **extra}, metadata, usual)


def found(world: World, name: str) -> Body:
    """A job's body. Raises ApiError in Cloud Run's wording (prior art, 1.4)."""
    body = world.store.get(f"run/{name}")
    if body is None or "/jobs/" not in name:
        parts = name.split("/")
        short, region, project = parts[-1], parts[3] if len(parts) > 3 else "", parts[1] if len(parts) > 1 else ""
        message = f"Resource '{short}' of kind 'JOB' in region '{region}' in project '{project}' does not exist."
        raise ApiError(404, message)
    return body
