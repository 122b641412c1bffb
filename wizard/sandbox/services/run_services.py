"""Services of Cloud Run v2: create, get, list, update, delete.

What is wrong with a request is refused at once; what keeps the new revision from starting fails the operation, and the
service goes on with the revision that was ready before.
"""

from __future__ import annotations

import copy

from wizard.sandbox import startup
from wizard.sandbox.api import ApiError, Body, Call, completes, fails, handles
from wizard.sandbox.services import lro, run_iam, run_limits, run_revisions, run_traffic
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.run_common import (
    ID,
    PROTO,
    address,
    authored,
    check_etag,
    condition,
    default_account,
    found,
    location,
    not_found,
    touched,
)
from wizard.sandbox.services.run_template import check_names, check_template, violation, with_egress
from wizard.sandbox.world import World

WRITABLE = (
    "description",
    "labels",
    "annotations",
    "client",
    "clientVersion",
    "ingress",
    "launchStage",
    "binaryAuthorization",
    "template",
    "traffic",
    "scaling",
    "invokerIamDisabled",
    "defaultUriDisabled",
    "customAudiences",
    "iapEnabled",
    "buildConfig",
)
"""What a person can set; everything else is the server's."""

DEPLOY_SECONDS, DELETE_SECONDS = 20.0, 5.0


@handles("run.CreateService")
async def create(world: World, call: Call) -> Body:
    name = f"{call.text('parent')}/services/{call.text('serviceId')}"
    if world.store.get(f"run/{name}") is not None:
        raise ApiError(409, f"Resource '{call.text('serviceId')}' already exists.", status="ALREADY_EXISTS")
    return _create(world, call, name, "CreateServiceRequest")


def _create(world: World, call: Call, name: str, request: str) -> Body:
    if not ID.fullmatch(name.rsplit("/", 1)[-1]):
        why = "must start with a letter, have lower-case letters, digits and hyphens alone, and be less than 50 long"
        raise violation(f"{request}.service_id", why)
    given = dict(call.request.get("service") or {})
    body = authored(world, name, {key: given[key] for key in WRITABLE if key in given}, call.member)
    return _accept(world, call, body, f"{request}.service", "run.CreateService")


@handles("run.UpdateService")
async def update(world: World, call: Call) -> Body:
    """With a mask, the fields that it names; without, everything that a person can set."""
    given = dict(call.request.get("service") or {})
    name = str(given.get("name", ""))
    if world.store.get(f"run/{name}") is None and call.request.get("allowMissing"):
        return _create(world, call, name, "UpdateServiceRequest")
    before = found(world, name, "services")
    check_etag(given.get("etag"), before)
    body = masked(before, given, [path for path in call.text("updateMask").split(",") if path])
    body["generation"] = str(int(before["generation"]) + 1)
    body["lastModifier"] = address(call.member)
    explicit = (body.get("template") or {}).get("revision")
    taken = explicit and world.store.get(f"run/{name}/revisions/{explicit}") is not None
    if taken and body["template"] != before["template"]:
        text = f"Revision named '{explicit}' with different configuration already exists."
        raise ApiError(409, text, status="ALREADY_EXISTS")
    return _accept(world, call, touched(world, body), "UpdateServiceRequest.service", "run.UpdateService")


def masked(before: Body, given: Body, mask: list[str]) -> Body:
    """The service after an update: `mask` has paths such as `template.vpcAccess`; empty or `*` means everything."""
    paths = list(WRITABLE) if not mask or mask == ["*"] else mask
    body = copy.deepcopy(before)
    for path in paths:
        if path.split(".")[0] not in WRITABLE:
            raise ApiError(400, f"Invalid field mask: '{path}' is no field that can be set.")
        _put(body, given, path.split("."))
    return body


def _put(into: Body, given: Body, path: list[str]) -> None:
    """Set or clear the field at a path as it is in `given`."""
    for key in path[:-1]:
        inner = given.get(key)
        given = inner if isinstance(inner, dict) else {}
        into = into.setdefault(key, {})
    if path[-1] in given:
        into[path[-1]] = given[path[-1]]
    else:
        into.pop(path[-1], None)


def _accept(world: World, call: Call, body: Body, field: str, method: str) -> Body:
    """Check what the service shall be; unless it is only to be validated, store it and begin the operation."""
    check_names(field, body)
    check_template(f"{field}.template", body.get("template") or {})
    run_traffic.check(world, field, body)
    body["ingress"] = body.get("ingress") or "INGRESS_TRAFFIC_ALL"
    body["template"] = with_defaults(world, body["template"], body["name"])
    run_limits.check_service(world, call, field, body, method)
    if body.get("traffic"):
        body["traffic"] = run_limits.within_tags(world, body)
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Service", **body}}
    body["reconciling"] = True
    body["terminalCondition"] = condition("Ready", "CONDITION_RECONCILING", world)
    world.store.put(f"run/{body['name']}", body)
    metadata = {"@type": PROTO + "Service", **body}
    arguments = {"name": body["name"]}
    usual = DEPLOY_SECONDS + startup.seconds(world, run_revisions.coming(body))
    return lro.start(world, "run", location(body["name"]), method, arguments, metadata, usual)


def with_defaults(world: World, template: Body, name: str) -> Body:
    """The template of the service `name` as it is stored: what the server fills in when it is left out."""
    containers = [_filled(container) for container in template["containers"]]
    if not any(container.get("ports") for container in containers):
        containers[0]["ports"] = [{"name": "http1", "containerPort": 8080}]
    filled: Body = {
        "timeout": "300s",
        "serviceAccount": default_account(world, name),
        "maxInstanceRequestConcurrency": 80,
        **template,
        "scaling": {"maxInstanceCount": 100, **(template.get("scaling") or {})},
        "containers": containers,
    }
    return with_egress(filled)


def _filled(container: Body) -> Body:
    """Limits, and a processor between requests only when asked for: who says anything of resources says that too, since
    protobuf cannot tell false from nothing."""
    given = container.get("resources")
    resources = {"limits": {"cpu": "1000m", "memory": "512Mi"}, **(given or {"cpuIdle": True})}
    return {**container, "resources": resources}


@completes("run.CreateService")
@completes("run.UpdateService")
def deployed(world: World, arguments: Body) -> Body:
    message = deploy(world, arguments["name"])
    if message:
        raise ApiError(400, message, status="FAILED_PRECONDITION")
    return {"@type": PROTO + "Service", **found(world, arguments["name"], "services")}


def deploy(world: World, name: str, *, checked: bool = True) -> str:
    """Roll out the service's template and traffic. Returns why the newest revision is not ready, or empty.

    `checked`: see `run_revisions.start`.
    """
    body = found(world, name, "services")
    revision = run_revisions.wanted(world, body)
    body["latestCreatedRevision"] = revision["name"]
    reason, message = run_revisions.start(world, revision, checked=checked)
    if message:
        short = revision["name"].rsplit("/", 1)[-1]
        message = f"Revision '{short}' is not ready and cannot serve traffic. {message}"
    else:
        body["latestReadyRevision"] = revision["name"]
    body["traffic"] = body.get("traffic") or [{"type": run_traffic.LATEST, "percent": 100}]
    body |= run_traffic.statuses(body, routed=not message)
    world.store.put(f"run/{name}", touched(world, _settled(world, body, reason, message)))
    run_revisions.retire(world, body)
    return message


def _settled(world: World, body: Body, reason: str, message: str) -> Body:
    """The service with the conditions that a roll-out leaves; its routes work once any revision was ready."""
    state = "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED"
    routes = "CONDITION_SUCCEEDED" if body.get("latestReadyRevision") else state
    body["terminalCondition"] = condition("Ready", state, world, reason=reason, message=message)
    body["conditions"] = [
        condition("RoutesReady", routes, world),
        condition("ConfigurationsReady", state, world, reason=reason, message=message),
    ]
    return {**body, "observedGeneration": body["generation"], "reconciling": False}


@fails("run.CreateService")
@fails("run.UpdateService")
def not_deployed(world: World, arguments: Body, error: ApiError) -> None:
    """A roll-out that failed for no reason of its own: the service stays as asked for, and is not ready."""
    body = found(world, arguments["name"], "services")
    traffic = body.get("traffic") or [{"type": run_traffic.LATEST, "percent": 100}]
    failed = _settled(world, {**body, "traffic": traffic}, "INTERNAL", error.message)
    world.store.put(f"run/{body['name']}", touched(world, failed))


@handles("run.GetService")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"), "services")


@handles("run.ListServices")
async def list_(world: World, call: Call) -> Body:
    return page(call, "services", [body for _, body in world.store.children(f"run/{call.text('parent')}", "services")])


@handles("run.DeleteService")
async def delete(world: World, call: Call) -> Body:
    body = found(world, call.text("name"), "services")
    check_etag(call.request.get("etag"), body)
    body["deleteTime"] = world.timestamp()
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Service", **body}}
    metadata, arguments = {"@type": PROTO + "Service", **body}, {"name": body["name"]}
    return lro.start(world, "run", location(body["name"]), "run.DeleteService", arguments, metadata, DELETE_SECONDS)


@completes("run.DeleteService")
def deleted(world: World, arguments: Body) -> Body:
    name = arguments["name"]
    body = world.store.get(f"run/{name}")
    if body is None:
        raise not_found(name)
    for _, revision in list(world.store.children(f"run/{name}", "revisions")):
        run_revisions.remove(world, revision["name"])
    world.store.delete(f"run/{name}")
    run_iam.forget(world, name)
    return {"@type": PROTO + "Service", **body, "deleteTime": world.timestamp()}
