"""The methods of v1: each asks the v2 method of the same meaning and puts its reply into Knative's words.

A v1 write answers with the resource at once; gcloud then looks at it, or waits for the operation that an annotation
names, until its condition is final.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wizard.sandbox.api import ApiError, Body, Caller
from wizard.sandbox.dispatch import Dispatcher
from wizard.sandbox.knative import extras, jobs, metadata, services
from wizard.sandbox.knative.lists import Listing, Show
from wizard.sandbox.knative.metadata import RUN_API, SERVING_API
from wizard.sandbox.knative.visit import Visit
from wizard.sandbox.routes import Route

PREFIX = "run.v1."
"""Of the methods that are v1's own in the table of routes."""

TYPE = "type.googleapis.com/google.cloud.run.v1."
"""Of what an operation has led to."""

Answer = Callable[[Visit, Body], Awaitable[Body]]
Translate = Callable[[Body, Body, str], tuple[Body, Body]]

IN_V1: dict[str, Show] = {
    "Service": services.to_v1,
    "Revision": services.revision_to_v1,
    "Job": jobs.to_v1,
    "Execution": jobs.execution_to_v1,
    "Task": jobs.task_to_v1,
}
"""How a v2 body of a kind is put into Knative's words."""

GROUP = {"Service": SERVING_API, "Revision": SERVING_API}

BELOW = {"Service": "", "Job": "", "Revision": "services/-", "Execution": "jobs/-", "Task": "jobs/-/executions/-"}
"""Where v2 has the collection that v1 has directly below the namespace."""

TRANSLATE: dict[str, Translate] = {"Service": services.to_v2, "Job": jobs.to_v2}


def is_v1(route: Route) -> bool:
    """Whether a route is one of v1's own."""
    return route.method.startswith(PREFIX)


async def answer(dispatcher: Dispatcher, route: Route, request: Body, caller: Caller) -> Body:
    """The reply to a v1 call. Raises what the dispatcher raises."""
    return await METHODS[route.method](Visit(dispatcher, caller), request)


def _creator(kind: str) -> Answer:
    field = kind.lower()

    async def create(visit: Visit, request: Body) -> Body:
        given = request.get(field) or {}
        body, written = TRANSLATE[kind](given, {}, visit.place(str(request["parent"])))
        name = body.pop("name")
        place, _, short = name.rsplit("/", 2)
        asked = {"parent": place, f"{field}Id": short, field: body, **_dry(request)}
        operation = await visit.ask(f"run.Create{kind}", asked)
        return _accepted(visit, kind, operation, name, written)

    return create


def _replacer(kind: str) -> Answer:
    field = kind.lower()

    async def replace(visit: Visit, request: Body) -> Body:
        given = request.get(field) or {}
        meta = {**(given.get("metadata") or {}), "name": str(request["name"]).rsplit("/", 1)[-1]}
        place = visit.place(str(request["name"]))
        before = visit.world.store.get(f"run/{visit.full(str(request['name']), '')}") or {}
        body, written = TRANSLATE[kind]({**given, "metadata": meta}, before, place)
        body.pop("etag", None)
        if meta.get("resourceVersion") and before:
            body["etag"] = metadata.etag(meta["resourceVersion"], before)
        operation = await visit.ask(f"run.Update{kind}", {field: body, **_dry(request)})
        return _accepted(visit, kind, operation, body["name"], written)

    return replace


def _dry(request: Body) -> Body:
    return {"validateOnly": True} if request.get("dryRun") == "all" else {}


def _accepted(visit: Visit, kind: str, operation: Body, name: str, written: Body) -> Body:
    """The resource that a write has led to so far, or would lead to (a dry run)."""
    stored = visit.world.store.get(f"run/{name}")
    if not operation.get("name") or stored is None:
        return IN_V1[kind](visit.world, operation["response"])
    extras.keep(visit.world, stored, **written, operation=operation["name"].rsplit("/", 1)[-1])
    return IN_V1[kind](visit.world, visit.settled(name) or stored)


def _getter(kind: str) -> Answer:
    async def get(visit: Visit, request: Body) -> Body:
        name = visit.full(str(request["name"]), BELOW[kind])
        try:
            return IN_V1[kind](visit.world, await visit.ask(f"run.Get{kind}", {"name": name}))
        except ApiError as error:
            if error.http == 404:
                extras.forget(visit.world, name)
            raise

    return get


def _deleter(kind: str) -> Answer:
    async def delete(visit: Visit, request: Body) -> Body:
        name = visit.full(str(request["name"]), BELOW[kind])
        before = visit.world.store.get(f"run/{name}") or {}
        await visit.ask(f"run.Delete{kind}", {"name": name, **_dry(request)})
        if visit.settled(name) is None:
            extras.forget(visit.world, name)
        _, _, collection, short = metadata.place(name)
        group = GROUP.get(kind, RUN_API).partition("/")[0]
        details = {"name": short, "group": group, "kind": collection, "uid": before.get("uid", "")}
        return {"status": "Success", "details": details}

    return delete


async def run_job(visit: Visit, request: Body) -> Body:
    """Start an execution; the reply is the execution as it has begun."""
    name = visit.full(str(request["name"]), "")
    overrides = jobs.overrides_to_v2(request.get("overrides") or {})
    asked = {"name": name, **({"overrides": overrides} if overrides else {})}
    operation = await visit.ask("run.RunJob", asked)
    begun: Body = operation["metadata"]
    return jobs.execution_to_v1(visit.world, visit.settled(begun["name"]) or begun)


async def cancel_execution(visit: Visit, request: Body) -> Body:
    """Cancel an execution; the reply is the execution as it is then."""
    name = visit.full(str(request["name"]), BELOW["Execution"])
    operation = await visit.ask("run.CancelExecution", {"name": name})
    return jobs.execution_to_v1(visit.world, visit.settled(name) or operation["metadata"])


def _operation(method: str) -> Answer:
    async def look(visit: Visit, request: Body) -> Body:
        operation = await visit.ask(method, {**request})
        reply: Body = {key: operation[key] for key in ("name", "done", "error") if key in operation}
        result = operation.get("response") or {}
        kind = str(result.get("@type", "")).rpartition(".")[2]
        if kind in IN_V1:
            reply["response"] = {"@type": TYPE + kind, **IN_V1[kind](visit.world, result)}
        return reply

    return look


def _lister(kind: str, within: tuple[str, str] = ("", "")) -> Answer:
    field = kind.lower() + "s"
    return Listing(f"run.List{kind}s", field, kind, GROUP.get(kind, RUN_API), IN_V1[kind], BELOW[kind], within).answer


METHODS: dict[str, Answer] = {
    PREFIX + "CreateService": _creator("Service"),
    PREFIX + "ReplaceService": _replacer("Service"),
    PREFIX + "CreateJob": _creator("Job"),
    PREFIX + "ReplaceJob": _replacer("Job"),
    PREFIX + "RunJob": run_job,
    PREFIX + "CancelExecution": cancel_execution,
    PREFIX + "GetOperation": _operation("run.GetOperation"),
    PREFIX + "WaitOperation": _operation("run.WaitOperation"),
    PREFIX + "ListServices": _lister("Service"),
    PREFIX + "ListJobs": _lister("Job"),
    PREFIX + "ListRevisions": _lister("Revision", ("serving.knative.dev/service", "services/{}")),
    PREFIX + "ListExecutions": _lister("Execution", ("run.googleapis.com/job", "jobs/{}")),
    PREFIX + "ListTasks": _lister("Task", ("run.googleapis.com/execution", "jobs/-/executions/{}")),
    **{f"{PREFIX}Get{kind}": _getter(kind) for kind in IN_V1},
    **{f"{PREFIX}Delete{kind}": _deleter(kind) for kind in ("Service", "Job", "Revision", "Execution")},
}
