"""Jobs, executions and tasks: Knative's and v2's bodies."""

from __future__ import annotations

from wizard.sandbox.api import Body
from wizard.sandbox.knative import containers, extras, metadata, notes, templates
from wizard.sandbox.knative.metadata import RUN_API
from wizard.sandbox.knative.notes import CLIENT, RUN, TASK
from wizard.sandbox.world import World

TOKENS = ("startExecutionToken", "runExecutionToken")
COUNTS = ("runningCount", "succeededCount", "failedCount", "cancelledCount", "retriedCount")
TIMES = ("startTime", "completionTime")

SAID = {s.path[0] for s in CLIENT.values()} | {"name", "labels", "annotations", "template", *TOKENS}
SAID_OF_EXECUTION = {"labels", "annotations", "parallelism", "taskCount", "template"}
SAID_OF_TASK = {
    *(s.path[0] for s in TASK.values()),
    *("containers", "volumes", "timeout", "serviceAccount", "nodeSelector", "maxRetries"),
}

RUNNING_STATES = {"True": "Succeeded", "False": "Failed"}
"""A task's state by the status of its condition, once it has ended."""


def to_v2(given: Body, before: Body, place: str) -> tuple[Body, Body]:
    """The v2 job of a Knative one that replaces `before` (empty for a new one) in `place`.

    Returns with it what v1 alone can say (`extras.keep`). Raises ApiError(400).
    """
    meta, spec = given.get("metadata") or {}, given.get("spec") or {}
    fields, left = notes.read_resource(CLIENT, meta)
    template, of_template = _template_to_v2(spec.get("template") or {}, before.get("template") or {}, place)
    body = {key: value for key, value in before.items() if key not in SAID} | fields | containers.picked(spec, TOKENS)
    body |= {"name": f"{place}/jobs/{meta.get('name', '')}", "template": template, **notes.names(meta, left)}
    return body, {"resource": extras.alone(meta, left), "template": of_template}


def _template_to_v2(given: Body, before: Body, place: str) -> tuple[Body, Body]:
    """The v2 execution template. Knative has the annotations of the task's template on the execution's."""
    meta, spec = given.get("metadata") or {}, given.get("spec") or {}
    written = meta.get("annotations") or {}
    fields, left = templates.fields_of(TASK, written, "spec.template.metadata.annotations", place)
    old: Body = before.get("template") or {}
    task_spec = (spec.get("template") or {}).get("spec") or {}
    task = {key: value for key, value in old.items() if key not in SAID_OF_TASK} | fields
    task |= templates.spec_to_v2(task_spec, written, old) | containers.picked(task_spec, ("maxRetries",))
    body = {key: value for key, value in before.items() if key not in SAID_OF_EXECUTION}
    body |= {**containers.picked(spec, ("parallelism", "taskCount")), "template": task, **notes.names(meta, left)}
    return body, extras.alone(meta, left, (task.get("vpcAccess") or {}).get("connector", ""))


def overrides_to_v2(given: Body) -> Body:
    """What a run of a job changes."""
    body = containers.picked(given, ("taskCount",))
    if given.get("timeoutSeconds"):
        body["timeout"] = f"{given['timeoutSeconds']}s"
    changed = []
    for one in given.get("containerOverrides") or []:
        env = containers.to_v2({"env": one.get("env") or []}, {})
        changed.append({**containers.picked(one, ("name", "args", "clearArgs")), **env})
    return body | ({"containerOverrides": changed} if changed else {})


def to_v1(world: World, body: Body) -> Body:
    """The Knative job of a v2 one."""
    written = extras.of(world, body)
    meta = metadata.of(world, body, RUN_API)
    meta["annotations"] |= notes.show_resource(CLIENT, body)
    meta["labels"] |= {extras.UPDATED: body["updateTime"]} if body.get("updateTime") else {}
    given = body["template"]
    spec, said = _task_spec(given["template"])
    template: Body = {
        "labels": dict(given.get("labels") or {}),
        "annotations": {**(given.get("annotations") or {}), **said},
    }
    status: Body = {"conditions": metadata.conditions([body.get("terminalCondition") or {"type": "Ready"}])}
    latest = _reference(body.get("latestCreatedExecution") or {})
    status |= {"latestCreatedExecution": latest} if latest else {}
    return {
        "apiVersion": RUN_API,
        "kind": "Job",
        "metadata": extras.shown(meta, written.get("resource") or {}),
        "spec": {
            **containers.picked(body, TOKENS),
            "template": {
                "metadata": extras.shown(template, written.get("template") or {}),
                "spec": {**_counted(given), "template": {"spec": spec}},
            },
        },
        "status": status | _numbers(body, ("observedGeneration", "executionCount")),
    }


def _task_spec(body: Body) -> tuple[Body, dict[str, str]]:
    """Spec and annotations of a v2 task template, or of a task."""
    spec, said = templates.spec_to_v1(body)
    if body.get("maxRetries") is not None:
        spec["maxRetries"] = int(body["maxRetries"])
    if body.get("timeout"):
        spec["timeoutSeconds"] = str(templates.seconds(body["timeout"]))
    return spec, notes.show(TASK, body) | said


def _counted(body: Body) -> Body:
    return _numbers(body, ("parallelism", "taskCount"))


def _numbers(body: Body, keys: tuple[str, ...]) -> Body:
    return {key: int(body[key]) for key in keys if body.get(key)}


def _reference(latest: Body) -> Body:
    """The latest execution, as a job shows it."""
    times = {"createTime": "creationTimestamp", "completionTime": "completionTimestamp"}
    named = {times[key]: latest[key] for key in times if latest.get(key)}
    return {**containers.picked(latest, ("name", "completionStatus")), **named}


def execution_to_v1(world: World, body: Body) -> Body:
    """The Knative execution of a v2 one."""
    meta = metadata.of(world, body, RUN_API)
    spec, said = _task_spec(body["template"])
    meta["labels"] |= {RUN + "job": body["job"]}
    meta["annotations"] |= said
    ended = metadata.conditions(body.get("conditions") or [{"type": "Completed"}])
    begun = "True" if body.get("startTime") else "Unknown"
    started = [metadata.derived(kind, begun, ended[0]) for kind in ("ResourcesAvailable", "Started")]
    log = {"logUri": body["logUri"]} if body.get("logUri") else {}
    return {
        "apiVersion": RUN_API,
        "kind": "Execution",
        "metadata": meta,
        "spec": {**_counted(body), "template": {"spec": spec}},
        "status": {
            "conditions": [*ended, *started],
            **_numbers(body, ("observedGeneration", *COUNTS)),
            **containers.picked(body, TIMES),
            **log,
        },
    }


def task_to_v1(world: World, body: Body) -> Body:
    """The Knative task of a v2 one."""
    meta = metadata.of(world, body, RUN_API)
    spec, said = _task_spec(body)
    ended = metadata.conditions(body.get("conditions") or [{"type": "Completed"}])
    begun = "True" if body.get("startTime") else "Unknown"
    labels = {"job": body["job"], "execution": body["execution"], "runningState": _state(body, ended[0])}
    meta["labels"] |= {RUN + key: text for key, text in labels.items()}
    meta["annotations"] |= said
    result = {"lastAttemptResult": body["lastAttemptResult"]} if body.get("lastAttemptResult") else {}
    return {
        "apiVersion": RUN_API,
        "kind": "Task",
        "metadata": meta,
        "spec": spec,
        "status": {
            "conditions": [*ended, metadata.derived("Started", begun, ended[0])],
            **_numbers(body, ("observedGeneration", "index", "retried")),
            **containers.picked(body, TIMES),
            **result,
        },
    }


def _state(body: Body, ended: Body) -> str:
    """The label by which gcloud tells the tasks' states."""
    if ended.get("reason") == "Cancelled":
        return "Cancelled"
    return RUNNING_STATES.get(ended["status"], "Running" if body.get("startTime") else "Pending")
