"""Service Usage v1: which APIs are enabled, and enabling them."""

from __future__ import annotations

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.projects import by_id
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import FINISH, World

ENABLE_SECONDS = 20.0
TYPE = "type.googleapis.com/google.api.serviceusage.v1."
USUAL_PAGE = 50


def _finish(world: World, operation: Body, response: Body | None, error: ApiError | None) -> None:
    operation["done"] = True
    if error is not None:
        operation["error"] = {"code": 13, "message": error.message}
    else:
        operation["response"] = response or {}


FINISH["serviceusage"] = _finish


def _key(name: str) -> str:
    return f"serviceusage/{name}"


def _body(world: World, name: str) -> Body:
    """A service of the project; one that nobody enabled is DISABLED."""
    api = name.rsplit("/", 1)[-1]
    known = world.store.get(_key(by_id(world, name)))
    state = known["state"] if known else "DISABLED"
    parent = f"projects/{_number(world, name)}"
    config = {"name": api, "title": NAMES.get(api, api)}
    return {"name": f"{parent}/services/{api}", "config": config, "state": state, "parent": parent}


def _number(world: World, name: str) -> int:
    """The number of the project in a resource's name."""
    return projects.numbered(world, projects.owner(by_id(world, name)))


@handles("serviceusage.services.get")
async def get(world: World, call: Call) -> Body:
    return _body(world, call.text("name"))


@handles("serviceusage.services.batchGet")
async def batch_get(world: World, call: Call) -> Body:
    names = call.request.get("names") or []
    return {"services": [_body(world, name) for name in ([names] if isinstance(names, str) else names)]}


@handles("serviceusage.services.list")
async def list_(world: World, call: Call) -> Body:
    """Every API that the sandbox knows, or those in one state (`filter=state:ENABLED`)."""
    parent = by_id(world, call.text("parent"))
    stored = (key.rsplit("/", 1)[-1] for key in world.store.keys(_key(f"{parent}/services/")))
    bodies = [_body(world, f"{parent}/services/{api}") for api in sorted({*stored, *NAMES})]
    wanted = call.text("filter").partition("state:")[2]
    return page(call, "services", [body for body in bodies if wanted in ("", body["state"])], USUAL_PAGE)


@handles("serviceusage.services.enable")
async def enable(world: World, call: Call) -> Body:
    return _enable(world, [call.text("name")], batch=False)


@handles("serviceusage.services.batchEnable")
async def batch_enable(world: World, call: Call) -> Body:
    parent = call.text("parent")
    return _enable(world, [f"{parent}/services/{id_}" for id_ in call.request.get("serviceIds") or []], batch=True)


def _enable(world: World, names: list[str], *, batch: bool) -> Body:
    services = [_body(world, name) for name in names]
    if all(service["state"] == "ENABLED" for service in services):
        return {"name": "operations/noop.DONE_OPERATION", "done": True, "response": _response(services, batch=batch)}
    id_ = f"acf.p2-{_number(world, names[0]) if names else 0}-{world.seed.getrandbits(64):016x}"
    body: Body = {"name": f"operations/{id_}", "done": False}
    world.store.put(_key(body["name"]), body)
    world.schedule(_key(body["name"]), "serviceusage.services.enable", {"names": names, "batch": batch}, ENABLE_SECONDS)
    return body


@completes("serviceusage.services.enable")
def enabled(world: World, arguments: Body) -> Body:
    for name in arguments["names"]:
        world.store.put(_key(by_id(world, name)), {"state": "ENABLED"})
    return _response([_body(world, name) for name in arguments["names"]], batch=arguments["batch"])


def _response(services: list[Body], *, batch: bool) -> Body:
    if batch:
        return {"@type": TYPE + "BatchEnableServicesResponse", "services": services}
    return {"@type": TYPE + "EnableServiceResponse", "service": services[0]}


@handles("serviceusage.services.disable")
async def disable(world: World, call: Call) -> Body:
    """What the API has made stays, but nobody can ask for it. Other APIs that need this one are left alone (ours)."""
    service = _body(world, call.text("name"))
    if service["state"] != "ENABLED":
        raise ApiError(400, f"Service {service['config']['name']} is not enabled.", status="FAILED_PRECONDITION")
    body: Body = {"name": f"operations/acf.p2-{_number(world, call.text('name'))}-{world.seed.getrandbits(64):016x}"}
    world.store.put(_key(body["name"]), {**body, "done": False})
    arguments = {"name": call.text("name")}
    world.schedule(_key(body["name"]), "serviceusage.services.disable", arguments, ENABLE_SECONDS)
    return body


@completes("serviceusage.services.disable")
def disabled(world: World, arguments: Body) -> Body:
    world.store.put(_key(by_id(world, arguments["name"])), {"state": "DISABLED"})
    return {"@type": TYPE + "DisableServiceResponse", "service": _body(world, arguments["name"])}


@handles("serviceusage.operations.get")
async def operation(world: World, call: Call) -> Body:
    body = world.store.get(_key(call.text("name")))
    if body is None:
        raise ApiError(404, f"Operation {call.text('name')} was not found.")
    return body


def require_api(world: World, api: str, project: str) -> None:
    """Refuse a call to an API that the project has not enabled, in Google's words."""
    name = f"{api}.googleapis.com"
    if _body(world, f"projects/{project}/services/{name}")["state"] == "ENABLED":
        return
    title, number = TITLES.get(api, name), projects.numbered(world, project)
    raise ApiError(
        403,
        f"{title} has not been used in project {number} before or it is disabled. Enable it by visiting"
        f" https://console.developers.google.com/apis/api/{name}/overview?project={number} then retry. If you enabled"
        " this API recently, wait a few minutes for the action to propagate to our systems and retry.",
    )


TITLES = {
    "appengine": "App Engine Admin API",
    "cloudfunctions": "Cloud Functions API",
    "servicenetworking": "Service Networking API",
    "compute": "Compute Engine API",
    "dns": "Cloud DNS API",
    "networkconnectivity": "Network Connectivity API",
    "orgpolicy": "Organization Policy API",
    "run": "Cloud Run Admin API",
    "vpcaccess": "Serverless VPC Access API",
}


NAMES = {
    "cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
    "iam.googleapis.com": "Identity and Access Management (IAM) API",
    "logging.googleapis.com": "Cloud Logging API",
    "monitoring.googleapis.com": "Cloud Monitoring API",
    "secretmanager.googleapis.com": "Secret Manager API",
    "serviceusage.googleapis.com": "Service Usage API",
    **{f"{api}.googleapis.com": title for api, title in TITLES.items()},
}
"""The APIs that the sandbox knows, with their titles."""


def seed(world: World) -> None:
    """The APIs of the scenario's projects; all that the sandbox knows where it names none."""
    for project in world.scenario.projects:
        for api in project.apis if project.apis is not None else NAMES:
            world.store.put(_key(f"projects/{project.id}/services/{api}"), {"state": "ENABLED"})
