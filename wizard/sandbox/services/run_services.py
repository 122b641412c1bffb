"""Services of Cloud Run v2: create, get, list, update, delete, and who may invoke them."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.services import lro, run_revisions, serverless_addresses
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
)
"""What a person can set; everything else is the server's."""

LATEST, REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
DEPLOY_SECONDS, DELETE_SECONDS = 20.0, 5.0


@handles("run.CreateService")
async def create(world: World, call: Call) -> Body:
    parent, id_ = call.text("parent"), call.text("serviceId")
    if not ID.fullmatch(id_):
        raise ApiError(
            400, "Violation in CreateServiceRequest.service_id: must be 1 to 49 lower-case letters, digits or hyphens."
        )
    name = f"{parent}/services/{id_}"
    if world.store.get(f"run/{name}") is not None:
        raise ApiError(409, f"Resource '{id_}' already exists.", status="ALREADY_EXISTS")
    given = dict(call.request.get("service") or {})
    wanted = {key: given[key] for key in WRITABLE if key in given}
    _check("CreateServiceRequest.service", wanted)
    body = {**newborn(world, name, wanted, call.member), "ingress": wanted.get("ingress", "INGRESS_TRAFFIC_ALL")}
    body["template"] = with_defaults(world, body.get("template") or {})
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Service", **body}}
    return _begin(world, body, "run.CreateService")


@handles("run.UpdateService")
async def update(world: World, call: Call) -> Body:
    given = dict(call.request.get("service") or {})
    before = found(world, str(given.get("name", "")))
    check_etag(given.get("etag"), before)
    mask = [path.split(".")[0] for path in call.text("updateMask").split(",") if path]
    fields = [key for key in WRITABLE if not mask or key in mask]
    kept = {key: value for key, value in before.items() if key not in fields}
    body = {**kept, **{key: given[key] for key in fields if key in given}}
    _check("UpdateServiceRequest.service", body)
    body.setdefault("ingress", "INGRESS_TRAFFIC_ALL")
    body["template"] = with_defaults(world, body.get("template") or {})
    explicit = body["template"].get("revision")
    if explicit and explicit != before["template"].get("revision") and _exists(world, before["name"], explicit):
        raise ApiError(409, f"Revision named '{explicit}' with different configuration already exists.")
    if call.request.get("validateOnly"):
        return {"name": "", "done": True, "response": {"@type": PROTO + "Service", **body}}
    body["generation"] = str(int(before["generation"]) + 1)
    body["lastModifier"] = call.member
    return _begin(world, touched(world, body), "run.UpdateService")


def _check(prefix: str, body: Body) -> None:
    check_template(prefix, body.get("template") or {}, body.get("annotations") or {})
    traffic = body.get("traffic") or []
    if traffic and sum(int(t.get("percent") or 0) for t in traffic) != 100:
        raise ApiError(400, f"Violation in {prefix}.traffic: the sum of percent should be 100.")
    tags = [t["tag"] for t in traffic if t.get("tag")]
    if len(set(tags)) != len(tags):
        raise ApiError(400, f"Violation in {prefix}.traffic: may not contain a duplicate tag.")


def _exists(world: World, service: str, revision: str) -> bool:
    return world.store.get(f"run/{service}/revisions/{revision}") is not None


def with_defaults(world: World, template: Body) -> Body:
    """The template as it is stored: what the server fills in when it is left out."""
    containers = [
        {"resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": True, "startupCpuBoost": True}, **c}
        for c in template.get("containers") or []
    ]
    if containers and not containers[0].get("ports"):
        containers[0]["ports"] = [{"name": "http1", "containerPort": 8080}]
    filled: Body = {
        "scaling": {"maxInstanceCount": 100},
        "timeout": "300s",
        "serviceAccount": default_account(world),
        "maxInstanceRequestConcurrency": 80,
        **template,
        "containers": containers,
    }
    access = filled.get("vpcAccess")
    if access:
        filled["vpcAccess"] = {"egress": "PRIVATE_RANGES_ONLY", **access}
    return filled


def _begin(world: World, body: Body, method: str) -> Body:
    body["reconciling"] = True
    body["terminalCondition"] = condition("Ready", "CONDITION_RECONCILING", world)
    world.store.put(f"run/{body['name']}", body)
    location = "/".join(body["name"].split("/")[:4])
    metadata = {"@type": PROTO + "Service", **body}
    return lro.start(world, "run", location, method, {"name": body["name"]}, metadata, DEPLOY_SECONDS)


@completes("run.CreateService")
@completes("run.UpdateService")
def deployed(world: World, arguments: Body) -> Body:
    body = found(world, arguments["name"])
    reason, message = _new_revision(world, body)
    body["traffic"] = body.get("traffic") or [{"type": LATEST, "percent": 100}]
    _serve(body)
    state = "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED"
    body["terminalCondition"] = condition("Ready", state, world, reason=reason, message=message)
    body["conditions"] = [condition(kind, state, world) for kind in ("RoutesReady", "ConfigurationsReady")]
    body["observedGeneration"], body["reconciling"] = body["generation"], False
    body = touched(world, body)
    world.store.put(f"run/{body['name']}", body)
    run_revisions.retire(world, body)
    if message:
        short = body["latestCreatedRevision"].rsplit("/", 1)[-1]
        text = f"Revision '{short}' is not ready and cannot serve traffic. {message}"
        raise ApiError(400, text, status="FAILED_PRECONDITION")
    return {"@type": PROTO + "Service", **body}


def _new_revision(world: World, body: Body) -> tuple[str, str]:
    """Make a revision if the template differs from the newest revision's; why it is not ready, if so."""
    newest = world.store.get(f"run/{body.get('latestCreatedRevision', '')}")
    template = body["template"]
    same = newest is not None and all(newest.get(key) == template.get(key) for key in run_revisions.COPIED)
    if same and newest is not None:
        failed = newest["conditions"][0]
        return failed.get("revisionReason", ""), failed.get("message", "")
    short = body["name"].rsplit("/", 1)[-1]
    number = len(list(world.store.children(f"run/{body['name']}", "revisions"))) + 1
    revision = template.get("revision") or f"{short}-{number:05d}-{base36(world, 3)}"
    body["latestCreatedRevision"] = f"{body['name']}/revisions/{revision}"
    reason, message = run_revisions.make(world, body, body["latestCreatedRevision"])
    if not message:
        body["latestReadyRevision"] = body["latestCreatedRevision"]
    return reason, message


def _serve(body: Body) -> None:
    """URIs and traffic statuses, as they follow from traffic and the latest ready revision."""
    _, project, _, region, _, short = body["name"].split("/")
    host = f"{short}-{sum(map(ord, project)):x}-{region.replace('-', '')[:4]}.a.run.app"
    body["uri"] = f"https://{host}"
    body["urls"] = [body["uri"]]
    body["trafficStatuses"] = [
        {**target, **({"uri": f"https://{target['tag']}---{host}"} if target.get("tag") else {})}
        for target in body["traffic"]
        if target.get("percent") or target.get("tag")
    ]


@handles("run.GetService")
async def get(world: World, call: Call) -> Body:
    return found(world, call.text("name"))


@handles("run.ListServices")
async def list_(world: World, call: Call) -> Body:
    services = [body for _, body in world.store.children(f"run/{call.text('parent')}", "services")]
    size = int(call.request.get("pageSize") or 0) or 100
    start = int(call.text("pageToken") or 0)
    more = {"nextPageToken": str(start + size)} if start + size < len(services) else {}
    return {"services": services[start : start + size], **more}


@handles("run.DeleteService")
async def delete(world: World, call: Call) -> Body:
    body = found(world, call.text("name"))
    check_etag(call.request.get("etag"), body)
    location = "/".join(body["name"].split("/")[:4])
    metadata = {"@type": PROTO + "Service", **body, "deleteTime": world.timestamp()}
    return lro.start(world, "run", location, "run.DeleteService", {"name": body["name"]}, metadata, DELETE_SECONDS)


@completes("run.DeleteService")
def deleted(world: World, arguments: Body) -> Body | None:
    name = arguments["name"]
    body = world.store.get(f"run/{name}")
    for key, revision in list(world.store.children(f"run/{name}", "revisions")):
        serverless_addresses.release(world, revision["name"])
        world.store.delete(key)
    world.store.delete(f"run/{name}")
    world.store.delete(f"iam/{name}")
    return {"@type": PROTO + "Service", **body} if body else None


@handles("run.GetIamPolicy")
async def get_policy(world: World, call: Call) -> Body:
    return world.store.get(f"iam/{call.text('resource')}") or {"version": 1, "etag": "ACAB"}


@handles("run.SetIamPolicy")
async def set_policy(world: World, call: Call) -> Body:
    policy = {"version": 1, "etag": "ACAC", **(call.request.get("policy") or {})}
    world.store.put(f"iam/{call.text('resource')}", policy)
    return policy


@handles("run.TestIamPermissions")
async def test_permissions(world: World, call: Call) -> Body:
    denied = {p for entry in world.scenario.permissions if entry.member in ("", call.member) for p in entry.denied}
    return {"permissions": [p for p in call.request.get("permissions") or [] if p not in denied]}


def found(world: World, name: str) -> Body:
    """A service's body. Raises ApiError in Cloud Run's wording."""
    body = world.store.get(f"run/{name}")
    if body is None or "/services/" not in name:
        parts = name.split("/")
        short, region, project = parts[-1], parts[3] if len(parts) > 3 else "", parts[1] if len(parts) > 1 else ""
        message = f"Resource '{short}' of kind 'SERVICE' in region '{region}' in project '{project}' does not exist."
        raise ApiError(404, message)
    return body
