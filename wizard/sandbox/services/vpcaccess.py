"""Serverless VPC Access v1: connectors and their operations.

What the real service refuses inside the operation is refused there, and the connector stays behind in state ERROR
until somebody deletes it (facts: 1.9). Nothing refuses to delete a connector that is in use (facts: trap 11). A
connector by range has no subnet that anybody can list, but its range is taken (facts: trap 10).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body, Call, completes, fails, handles
from wizard.sandbox.services import connector_limits, lro
from wizard.sandbox.services.paging import page
from wizard.sandbox.services.vpcaccess_checks import check_growth, check_place, check_size, problem, sized
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.legacy_tables import AppEngine, Function
    from wizard.sandbox.scenario_model import Service

NAME = re.compile(r"[a-z][-a-z0-9]{0,23}[a-z0-9]")
PLACE = ("subnet", "network", "ipCidrRange")
SIZE = ("machineType", "minInstances", "maxInstances")
"""What can be changed later."""

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
    given = dict(call.request.get("connector") or {})
    check_place(given)
    wanted = sized(given)
    check_size(wanted)
    body = {"name": name, "machineType": "e2-micro"} | {k: wanted[k] for k in (*PLACE, *SIZE) if k in wanted}
    if body.get("subnet"):
        body.pop("network", None)
    elif "network" in body:
        body["network"] = str(body["network"]).rsplit("/", 1)[-1]
    connector_limits.check_new(world, body)
    world.store.put(f"vpcaccess/{name}", {**body, "state": "CREATING"})
    return _operation(world, "CreateConnector", name, CREATE_SECONDS)


@completes("vpcaccess.CreateConnector")
def created(world: World, arguments: Body) -> Body:
    body = _found(world, arguments["name"])
    wrong = problem(world, body)
    trouble = ApiError(400, wrong) if wrong else connector_limits.refusal(world, body)
    body["state"] = "ERROR" if trouble else _state(world, "vpcaccess.CreateConnector")
    if body["state"] == "READY":
        body["connectedProjects"] = [body["name"].split("/")[1]]
    world.store.put(f"vpcaccess/{body['name']}", body)
    if trouble is not None:
        raise trouble
    return {"@type": TYPE, **body}


@handles("vpcaccess.GetConnector")
async def get(world: World, call: Call) -> Body:
    return _found(world, call.text("name"))


@handles("vpcaccess.ListConnectors")
async def list_(world: World, call: Call) -> Body:
    found = [body for _, body in world.store.children(f"vpcaccess/{call.text('parent')}", "connectors")]
    return page(call, "connectors", found)


@handles("vpcaccess.UpdateConnector")
async def update(world: World, call: Call) -> Body:
    """Size only, and only upwards; without a mask, what the request says about size."""
    wanted = dict(call.request.get("connector") or {})
    body = _found(world, str(wanted.get("name", "")))
    _check_idle(body, "READY")
    mask = [path for path in call.text("updateMask").split(",") if path]
    fixed = sorted(set(mask) - set(SIZE))
    if fixed:
        raise ApiError(400, f"Update of {', '.join(fixed)} is not supported.")
    change = {key: wanted[key] for key in mask or SIZE if key in wanted}
    after = {**body, **change}
    check_size(after)
    check_growth(body, after)
    world.store.put(f"vpcaccess/{body['name']}", {**body, "state": "UPDATING"})
    return _operation(world, "UpdateConnector", body["name"], UPDATE_SECONDS, change=change)


@completes("vpcaccess.UpdateConnector")
def updated(world: World, arguments: Body) -> Body:
    state = _state(world, "vpcaccess.UpdateConnector")
    body = {**_found(world, arguments["name"]), **arguments["change"], "state": state}
    world.store.put(f"vpcaccess/{body['name']}", body)
    return {"@type": TYPE, **body}


@handles("vpcaccess.DeleteConnector")
async def delete(world: World, call: Call) -> Body:
    body = _found(world, call.text("name"))
    _check_idle(body, "READY", "ERROR")
    world.store.put(f"vpcaccess/{body['name']}", {**body, "state": "DELETING"})
    return _operation(world, "DeleteConnector", body["name"], DELETE_SECONDS)


@completes("vpcaccess.DeleteConnector")
def deleted(world: World, arguments: Body) -> None:
    trouble = connector_limits.refusal(world, arguments, making=False)
    if trouble is not None:
        broken(world, arguments, trouble)
        raise trouble
    world.store.delete(f"vpcaccess/{arguments['name']}")


@fails("vpcaccess.CreateConnector")
@fails("vpcaccess.DeleteConnector")
def broken(world: World, arguments: Body, error: ApiError) -> None:
    """A connector that could not be made or removed stays, in ERROR."""
    world.store.put(f"vpcaccess/{arguments['name']}", {**_found(world, arguments["name"]), "state": "ERROR"})


@fails("vpcaccess.UpdateConnector")
def unchanged(world: World, arguments: Body, error: ApiError) -> None:
    """A connector that could not be changed works on as it was."""
    world.store.put(f"vpcaccess/{arguments['name']}", {**_found(world, arguments["name"]), "state": "READY"})


def _check_idle(body: Body, *allowed: str) -> None:
    if body["state"] not in allowed:
        raise ApiError(400, f"Connector {body['name']} is in state {body['state']}.", status="FAILED_PRECONDITION")


def _state(world: World, method: str) -> str:
    """READY, unless a fault wants another state."""
    fault = world.fault_for(method)
    return (fault.state if fault else "") or "READY"


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
        project = connector.project or world.project
        name = f"projects/{project}/locations/{region}/connectors/{connector.name}"
        where = (
            {"subnet": _subnet(world, connector.subnet, project)}
            if connector.subnet
            else {"network": connector.network, "ipCidrRange": connector.range}
        )
        size = {"machineType": connector.machine_type, "minInstances": connector.min, "maxInstances": connector.max}
        connected = {"connectedProjects": _connected(world, name, project)} if connector.state == "READY" else {}
        world.store.put(f"vpcaccess/{name}", {"name": name, **where, **size, "state": connector.state, **connected})


def _connected(world: World, connector: str, project: str) -> list[str]:
    """Its own project, then the others in which something of the scenario names it in full."""
    known = world.scenario
    owners = {service.name: service.project for service in known.services}
    entries: list[Service | Function | AppEngine] = [*known.services, *known.jobs, *known.functions, *known.app_engine]
    there = [entry.project for entry in entries if entry.connector == connector]
    there += [owners[revision.service] for revision in known.revisions if revision.connector == connector]
    return list(dict.fromkeys((project, *(owner or world.project for owner in there))))


def _subnet(world: World, name: str, project: str) -> Body:
    """The subnet of a connector; one of a host project is named with it."""
    network = next((subnet.network for subnet in world.scenario.subnets if subnet.name == name), "")
    owner = projects.of_network(world, network)
    return {"name": name} if owner == project else {"name": name, "projectId": owner}
