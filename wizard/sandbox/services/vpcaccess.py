"""Serverless VPC Access v1: connectors and their operations.

Texts and timing of refusals: facts, sections 1.3 to 1.9. What the real service refuses inside the operation is refused
there, and the connector stays behind in state ERROR.
"""

from __future__ import annotations

import ipaddress
import re

from wizard.sandbox.api import ApiError, Body, Call, completes, fails, handles
from wizard.sandbox.services import lro
from wizard.sandbox.world import World

NAME = re.compile(r"[a-z][-a-z0-9]{0,23}[a-z0-9]")
MACHINE_TYPES = ("f1-micro", "e2-micro", "e2-standard-4")
TYPE = "type.googleapis.com/google.cloud.vpcaccess.v1.Connector"
METADATA = "type.googleapis.com/google.cloud.vpcaccess.v1.OperationMetadata"
SERVICE = "google.cloud.vpcaccess.v1.VpcAccessService"

CREATE_SECONDS, UPDATE_SECONDS, DELETE_SECONDS = 150.0, 120.0, 90.0


@handles("vpcaccess.CreateConnector")
async def create(world: World, call: Call) -> Body:
    parent, id_ = call.text("parent"), call.text("connectorId")
    if not NAME.fullmatch(id_):
        raise ApiError(400, "Connector ID must follow the pattern ^[a-z][-a-z0-9]{0,23}[a-z0-9]$.")
    name = f"{parent}/connectors/{id_}"
    if world.store.get(f"vpcaccess/{name}") is not None:
        raise ApiError(409, f"Resource '{name}' already exists", status="ALREADY_EXISTS")
    wanted = dict(call.request.get("connector") or {})
    _check_size(wanted)
    if bool(wanted.get("subnet")) == bool(wanted.get("network") or wanted.get("ipCidrRange")):
        raise ApiError(400, "Exactly one of subnet, or network and ip_cidr_range, must be specified.")
    body = {"name": name, "machineType": "e2-micro", **wanted, "state": "CREATING"}
    body["name"] = name
    world.store.put(f"vpcaccess/{name}", body)
    return _operation(world, "CreateConnector", name, CREATE_SECONDS)


@completes("vpcaccess.CreateConnector")
def created(world: World, arguments: Body) -> Body:
    name = arguments["name"]
    body = world.store.get(f"vpcaccess/{name}")
    if body is None:
        raise ApiError(404, f"Resource '{name}' was not found")
    problem = _problem(world, body)
    body["state"] = "ERROR" if problem else _state(world, "vpcaccess.CreateConnector")
    if body["state"] == "READY":
        body["connectedProjects"] = [world.project]
    world.store.put(f"vpcaccess/{name}", body)
    if problem:
        raise ApiError(400, problem, status="INVALID_ARGUMENT")
    return {"@type": TYPE, **body}


def _check_size(wanted: Body) -> None:
    """What is refused before an operation exists."""
    least, most = int(wanted.get("minInstances") or 0), int(wanted.get("maxInstances") or 0)
    if least and least < 2:
        raise ApiError(400, "The minimum amount of instances underlying the connector must be at least 2")
    if least > 9 or most > 10 or (most and most < 3):
        raise ApiError(400, "Connector instances must be between 2 and 9 at least and between 3 and 10 at most.")
    if least and most and least >= most:
        raise ApiError(400, "The minimum amount of instances must be less than the maximum amount of instances.")
    machine = wanted.get("machineType") or "e2-micro"
    if machine not in MACHINE_TYPES:
        raise ApiError(400, f"Invalid machine type '{machine}'. Supported types: {', '.join(MACHINE_TYPES)}.")


def _problem(world: World, body: Body) -> str:
    """What goes wrong while the connector is being made; empty when nothing does."""
    if not body.get("maxInstances") and not body.get("maxThroughput"):
        return "Operation failed: A Connector must specify either max_throughput or max_instances."
    project, region = body["name"].split("/")[1], body["name"].split("/")[3]
    subnet = body.get("subnet") or {}
    if subnet:
        return _subnet_problem(world, subnet.get("projectId") or project, region, subnet["name"], body["name"])
    network = f"compute/projects/{project}/global/networks/{str(body.get('network', '')).rsplit('/', 1)[-1]}"
    if world.store.get(network) is None:
        return f"Operation failed: VPC network {body.get('network')} was not found in project {project}."
    return _range_problem(world, project, network.rsplit("/", 1)[-1], str(body.get("ipCidrRange", "")), body["name"])


def _subnet_problem(world: World, project: str, region: str, name: str, own: str) -> str:
    subnet = world.store.get(f"compute/projects/{project}/regions/{region}/subnetworks/{name}")
    if subnet is None:
        return f"Operation failed: Subnetwork {name} was not found in region {region}."
    if not str(subnet["ipCidrRange"]).endswith("/28") or subnet.get("purpose", "PRIVATE") != "PRIVATE":
        return f"Operation failed: Subnetwork {name} must have a /28 netmask and purpose PRIVATE."
    for _, other in world.store.children("vpcaccess/projects/-/locations/" + region, "connectors"):
        if other["name"] != own and (other.get("subnet") or {}).get("name") == name:
            return f"Operation failed: Subnetwork {name} is already used by connector {other['name']}."
    return ""


def _range_problem(world: World, project: str, network: str, text: str, own: str) -> str:
    try:
        wanted = ipaddress.ip_network(text)
    except ValueError:
        return "Operation failed: Invalid IP CIDR range was provided."
    if wanted.prefixlen != 28:
        return "Operation failed: Invalid IP CIDR range was provided. It must have a /28 netmask."
    ranges = [
        range_
        for _, subnet in world.store.children(f"compute/projects/{project}/regions/-", "subnetworks")
        if str(subnet["network"]).endswith(f"/networks/{network}")
        for range_ in (subnet["ipCidrRange"], *(s["ipCidrRange"] for s in subnet.get("secondaryIpRanges", [])))
    ]
    ranges += [
        other["ipCidrRange"]
        for _, other in world.store.children(f"vpcaccess/projects/{project}/locations/-", "connectors")
        if other["name"] != own and other.get("ipCidrRange") and other["network"].rsplit("/", 1)[-1] == network
    ]
    if any(wanted.overlaps(ipaddress.ip_network(range_, strict=False)) for range_ in ranges):
        return (
            "Operation failed: Invalid IP CIDR range was provided. It conflicts with an existing subnetwork."
            " Please delete the connector manually."
        )
    return ""


@handles("vpcaccess.GetConnector")
async def get(world: World, call: Call) -> Body:
    return _found(world, call.text("name"))


@handles("vpcaccess.ListConnectors")
async def list_(world: World, call: Call) -> Body:
    found = [body for _, body in world.store.children(f"vpcaccess/{call.text('parent')}", "connectors")]
    size = int(call.request.get("pageSize") or 0) or 100
    start = int(call.text("pageToken") or 0)
    more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
    return {"connectors": found[start : start + size], **more}


@handles("vpcaccess.UpdateConnector")
async def update(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("connector") or {})
    body = _found(world, str(wanted.get("name", "")))
    if body["state"] != "READY":
        raise ApiError(400, f"Connector {body['name']} is in state {body['state']}.", status="FAILED_PRECONDITION")
    mask = [path for path in call.text("updateMask").split(",") if path] or [
        key for key in wanted if key in ("machineType", "minInstances", "maxInstances")
    ]
    fixed = set(mask) - {"machineType", "minInstances", "maxInstances"}
    if fixed:
        raise ApiError(400, f"Update is not supported for {', '.join(sorted(fixed))}.")
    after = {**body, **{key: wanted[key] for key in mask if key in wanted}}
    _check_size(after)
    for key in ("minInstances", "maxInstances"):
        if int(after.get(key, 0)) < int(body.get(key, 0)):
            raise ApiError(400, f"The {key} of a connector cannot be decreased.")
    world.store.put(f"vpcaccess/{body['name']}", {**body, "state": "UPDATING"})
    change = {key: after[key] for key in mask if key in after}
    return _operation(world, "UpdateConnector", body["name"], UPDATE_SECONDS, change=change)


@completes("vpcaccess.UpdateConnector")
def updated(world: World, arguments: Body) -> Body:
    body = {**_found(world, arguments["name"]), **arguments["change"]}
    body["state"] = _state(world, "vpcaccess.UpdateConnector")
    world.store.put(f"vpcaccess/{body['name']}", body)
    return {"@type": TYPE, **body}


@handles("vpcaccess.DeleteConnector")
async def delete(world: World, call: Call) -> Body:
    body = _found(world, call.text("name"))
    if body["state"] in ("CREATING", "UPDATING", "DELETING"):
        raise ApiError(400, f"Connector {body['name']} is in state {body['state']}.", status="FAILED_PRECONDITION")
    world.store.put(f"vpcaccess/{body['name']}", {**body, "state": "DELETING"})
    return _operation(world, "DeleteConnector", body["name"], DELETE_SECONDS)


@completes("vpcaccess.DeleteConnector")
def deleted(world: World, arguments: Body) -> None:
    world.store.delete(f"vpcaccess/{arguments['name']}")


@handles("vpcaccess.ListLocations")
async def locations(world: World, call: Call) -> Body:
    parent = call.text("name")
    return {"locations": [{"name": f"{parent}/locations/{r}", "locationId": r} for r in regions(world)]}


def regions(world: World) -> list[str]:
    """The regions that this small cloud has: the project's own and those its subnets and connectors are in."""
    named = {key.split("/")[4] for key in world.store.keys("compute/projects/") if "/regions/" in key}
    named |= {key.split("/")[4] for key in world.store.keys("vpcaccess/projects/") if "/connectors/" in key}
    return sorted({world.scenario.project.region, *named})


def _state(world: World, method: str) -> str:
    """READY, unless a fault wants another state."""
    fault = world.fault_for(method)
    return (fault.state if fault else "") or "READY"


@fails("vpcaccess.CreateConnector")
def not_created(world: World, arguments: Body, error: ApiError) -> None:
    """A connector whose creation failed stays, in ERROR, until somebody deletes it (facts: 1.9)."""
    body = world.store.get(f"vpcaccess/{arguments['name']}")
    if body is not None:
        world.store.put(f"vpcaccess/{arguments['name']}", {**body, "state": "ERROR"})


def _found(world: World, name: str) -> Body:
    body = world.store.get(f"vpcaccess/{name}")
    if body is None:
        raise ApiError(404, f"Resource '{name}' was not found")
    return body


def _operation(world: World, rpc: str, name: str, usual: float, **extra: object) -> Body:
    location = "/".join(name.split("/")[:4])
    metadata = {"@type": METADATA, "method": f"{SERVICE}.{rpc}", "createTime": world.timestamp(), "target": name}
    arguments = {"name": name, **extra}
    return lro.start(world, "vpcaccess", location, f"vpcaccess.{rpc}", arguments, metadata, usual)


def seed(world: World) -> None:
    """The connectors of the scenario."""
    for connector in world.scenario.connectors:
        region = connector.region or world.scenario.project.region
        name = f"projects/{world.project}/locations/{region}/connectors/{connector.name}"
        where = (
            {"subnet": {"name": connector.subnet}}
            if connector.subnet
            else {"network": connector.network, "ipCidrRange": connector.range}
        )
        size = {"machineType": connector.machine_type, "minInstances": connector.min, "maxInstances": connector.max}
        body = {"name": name, **where, **size, "state": connector.state, "connectedProjects": [world.project]}
        world.store.put(f"vpcaccess/{name}", body)
