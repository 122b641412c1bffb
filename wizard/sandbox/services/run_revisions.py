"""Revisions of Cloud Run v2 services: made from a template, ready or not, deleted."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services import lro, serverless_addresses
from wizard.sandbox.services.run_common import PROTO, condition, missing_secret, newborn
from wizard.sandbox.world import World

COPIED = (
    "labels",
    "scaling",
    "vpcAccess",
    "timeout",
    "serviceAccount",
    "containers",
    "volumes",
    "executionEnvironment",
    "maxInstanceRequestConcurrency",
    "sessionAffinity",
)


def make(world: World, service: Body, name: str) -> tuple[str, str]:
    """Create the revision `name` of a service from its template. Why it is not ready: reason and message, or empty."""
    template = service["template"]
    body = newborn(world, name, {key: template[key] for key in COPIED if key in template}, service["lastModifier"])
    body["service"] = service["name"].rsplit("/", 1)[-1]
    reason, message = _problem(world, template, name)
    state = "CONDITION_FAILED" if message else "CONDITION_SUCCEEDED"
    body["conditions"] = [condition("Ready", state, world, reason=reason, message=message)]
    body["observedGeneration"] = body["generation"]
    world.store.put(f"run/{name}", body)
    return reason, message


def retire(world: World, service: Body) -> None:
    """Revisions that neither serve nor are the newest give their addresses back."""
    wanted = {service.get("latestCreatedRevision"), service.get("latestReadyRevision")}
    wanted |= {f"{service['name']}/revisions/{t.get('revision')}" for t in service.get("traffic") or []}
    for _, revision in world.store.children(f"run/{service['name']}", "revisions"):
        if revision["name"] not in wanted:
            serverless_addresses.release(world, revision["name"])


def _problem(world: World, template: Body, name: str) -> tuple[str, str]:
    """What keeps an instance of this template from starting."""
    project, region = name.split("/")[1], name.split("/")[3]
    secret = missing_secret(world, template, project)
    if secret:
        message = f"Secret projects/{project}/secrets/{secret.rsplit('/', 1)[-1]}/versions/latest was not found"
        return "SECRETS_ACCESS_CHECK_FAILED", message
    access = template.get("vpcAccess") or {}
    if access.get("connector"):
        return _connector_problem(world, link_path(access["connector"]), region)
    for interface in access.get("networkInterfaces") or []:
        key = serverless_addresses.subnet_key(world, interface, region)
        subnet = world.store.get(key)
        if subnet is None:
            return "VPC_NETWORK_NOT_FOUND", f"VPC subnetwork {key.removeprefix('compute/')} does not exist."
        if int(subnet["ipCidrRange"].rsplit("/", 1)[-1]) > serverless_addresses.SMALLEST_PREFIX:
            return "VPC_NETWORK_NOT_FOUND", f"Subnetwork {subnet['name']} must be /26 or larger."
        message = serverless_addresses.reserve(world, interface, region, 2, name)
        if message:
            return "HEALTH_CHECK_CONTAINER_ERROR", message
    return "", ""


def _connector_problem(world: World, name: str, region: str) -> tuple[str, str]:
    connector = world.store.get(f"vpcaccess/{name}")
    if connector is None:
        return (
            "VPC_NETWORK_NOT_FOUND",
            f"VPC connector {name} does not exist, or Cloud Run does not have permission to use it.",
        )
    if name.split("/")[3] != region:
        return "VPC_NETWORK_NOT_FOUND", f"VPC connector {name} must be in region {region}."
    if connector.get("state") not in ("READY", "UPDATING"):
        return "VPC_NETWORK_NOT_FOUND", f"VPC connector {name} is not ready: it is in state {connector.get('state')}."
    return "", ""


@handles("run.GetRevision")
async def get(world: World, call: Call) -> Body:
    name = call.text("name")
    body = world.store.get(f"run/{name}")
    if body is None:
        _, project, _, region, *_, short = name.split("/")
        message = f"Resource '{short}' of kind 'REVISION' in region '{region}' in project '{project}' does not exist."
        raise ApiError(404, message)
    return body


@handles("run.ListRevisions")
async def list_(world: World, call: Call) -> Body:
    found = [body for _, body in world.store.children(f"run/{call.text('parent')}", "revisions")]
    return {"revisions": sorted(found, key=lambda body: body["createTime"], reverse=True)}


@handles("run.DeleteRevision")
async def delete(world: World, call: Call) -> Body:
    body = await get(world, call)
    service = world.store.get("run/" + body["name"].rsplit("/revisions/", 1)[0]) or {}
    if body["name"] in (service.get("latestReadyRevision"), service.get("latestCreatedRevision")):
        raise ApiError(400, "The latest revision cannot be deleted.", status="FAILED_PRECONDITION")
    location = "/".join(body["name"].split("/")[:4])
    metadata = {"@type": PROTO + "Revision", **body}
    return lro.start(world, "run", location, "run.DeleteRevision", {"name": body["name"]}, metadata, 2.0)


@completes("run.DeleteRevision")
def deleted(world: World, arguments: Body) -> None:
    serverless_addresses.release(world, arguments["name"])
    world.store.delete(f"run/{arguments['name']}")
