"""Service Usage v1: which APIs are enabled, and enabling them."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
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


def by_id(world: World, name: str) -> str:
    """A resource's name with the project's id where it has the number."""
    return name.replace(f"projects/{world.scenario.project.number}", f"projects/{world.project}", 1)


def _body(world: World, name: str) -> Body:
    """A service of the project; one that nobody enabled is DISABLED."""
    api = name.rsplit("/", 1)[-1]
    known = world.store.get(_key(by_id(world, name)))
    state = known["state"] if known else "DISABLED"
    parent = f"projects/{world.scenario.project.number}"
    return {"name": f"{parent}/services/{api}", "config": {"name": api}, "state": state, "parent": parent}


@handles("serviceusage.services.get")
async def get(world: World, call: Call) -> Body:
    return _body(world, call.text("name"))


@handles("serviceusage.services.batchGet")
async def batch_get(world: World, call: Call) -> Body:
    names = call.request.get("names") or []
    return {"services": [_body(world, name) for name in ([names] if isinstance(names, str) else names)]}


@handles("serviceusage.services.list")
async def list_(world: World, call: Call) -> Body:
    parent = by_id(world, call.text("parent"))
    enabled = [_body(world, key.removeprefix("serviceusage/")) for key in world.store.keys(_key(f"{parent}/services/"))]
    wanted = call.text("filter").partition("state:")[2] or "ENABLED"
    return page(call, "services", [body for body in enabled if body["state"] == wanted], USUAL_PAGE)


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
    id_ = f"acf.p2-{world.scenario.project.number}-{world.seed.getrandbits(64):016x}"
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


@handles("serviceusage.operations.get")
async def operation(world: World, call: Call) -> Body:
    body = world.store.get(_key(call.text("name")))
    if body is None:
        raise ApiError(404, f"Operation {call.text('name')} was not found.")
    return body


def require_api(world: World, api: str) -> None:
    """Refuse a call to an API that the project has not enabled, in Google's words."""
    name = f"{api}.googleapis.com"
    if _body(world, f"projects/{world.project}/services/{name}")["state"] == "ENABLED":
        return
    title, number = TITLES.get(api, name), world.scenario.project.number
    raise ApiError(
        403,
        f"{title} has not been used in project {number} before or it is disabled. Enable it by visiting"
        f" https://console.developers.google.com/apis/api/{name}/overview?project={number} then retry. If you enabled"
        " this API recently, wait a few minutes for the action to propagate to our systems and retry.",
    )


TITLES = {
    "compute": "Compute Engine API",
    "dns": "Cloud DNS API",
    "run": "Cloud Run Admin API",
    "vpcaccess": "Serverless VPC Access API",
}


def seed(world: World) -> None:
    """The scenario's APIs; all that the sandbox knows when it names none."""
    named = world.scenario.project.apis
    for api in named if named is not None else KNOWN:
        world.store.put(_key(f"projects/{world.project}/services/{api}"), {"state": "ENABLED"})


KNOWN = (
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "dns.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "serviceusage.googleapis.com",
    "vpcaccess.googleapis.com",
)
