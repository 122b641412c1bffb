"""Private services access: connections of VPC networks to Google's managed services (Service Networking v1).

Names, bodies and texts: prior art, 1.4 and 1.5. What is refused for its content is refused in the operation, as there.
"""

from __future__ import annotations

import re
import uuid

from wizard.sandbox import org_policies, projects
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.hosts import MANAGED
from wizard.sandbox.peer_routes import SERVICES_PEERING
from wizard.sandbox.services import compute_peerings, lro
from wizard.sandbox.services.compute_common import stamp
from wizard.sandbox.world import FINISH, World

SERVICE = "servicenetworking.googleapis.com"
TYPE = "type.googleapis.com/google.cloud.servicenetworking.v1.Connection"
SECONDS = 60.0
NETWORK = re.compile(r"projects/[^/]+/global/networks/[^/]+")

IN_USE = (
    "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this"
    " connection."
)
"""The real text (public logs of terraform destroy)."""

FINISH["servicenetworking"] = lro.finish


def _network(world: World, given: str) -> str:
    """`projects/ID/global/networks/N` of the network of a request, which names the project by its number."""
    path = projects.by_id(world, given)
    if not NETWORK.fullmatch(path):
        raise ApiError(400, f"Invalid network '{given}': it must be projects/NUMBER/global/networks/NAME.")
    if world.store.get(f"compute/{path}") is None:
        raise ApiError(404, f"The network '{given}' was not found.")
    return path


def _service(call: Call, field: str) -> str:
    """The peering service of a request; only Google's own is known."""
    service = call.text(field).split("/")[1]
    if service != SERVICE:
        raise ApiError(403, f"The sandbox has no service {service} to peer with, only {SERVICE}.")
    return service


def _key(network: str) -> str:
    return f"servicenetworking/{network}/connections/{SERVICES_PEERING}"


def _connection(world: World, network: str) -> Body | None:
    """The connection of a network, as long as its peering exists."""
    body = world.store.get(_key(network))
    alive = any(one["name"] == SERVICES_PEERING for one in compute_peerings.peerings_of(world, network))
    return body if alive else None


def _error(message: str) -> ApiError:
    return ApiError(400, message, status="FAILED_PRECONDITION")


@handles("servicenetworking.services.connections.create")
async def create(world: World, call: Call) -> Body:
    _service(call, "parent")
    return _change(world, call, "create")


@handles("servicenetworking.services.connections.patch")
async def patch(world: World, call: Call) -> Body:
    """Makes the connection too when there is none, which clients of old relied upon."""
    _service(call, "name")
    return _change(world, call, "patch")


def _change(world: World, call: Call, how: str) -> Body:
    network = _network(world, call.text("network"))
    ranges = list(call.request.get("reservedPeeringRanges") or [])
    arguments = {"network": network, "ranges": ranges, "force": bool(call.request.get("force"))}
    return _operation(world, network, f"servicenetworking.services.connections.{how}", arguments)


def _operation(world: World, network: str, method: str, arguments: Body) -> Body:
    number = projects.numbered(world, projects.owner(network))
    id_ = uuid.UUID(int=world.seed.getrandbits(128), version=4)
    body: Body = {"name": f"operations/pssn.p24-{number}-{id_}"}
    world.store.put(f"servicenetworking/{body['name']}", body)
    world.schedule(f"servicenetworking/{body['name']}", method, arguments, SECONDS)
    return body


@completes("servicenetworking.services.connections.create")
def created(world: World, arguments: Body) -> Body:
    known = _connection(world, arguments["network"])
    if known is not None and sorted(known["reservedPeeringRanges"]) != sorted(arguments["ranges"]):
        raise _error("Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.")
    return _connected(world, arguments["network"], arguments["ranges"])


@completes("servicenetworking.services.connections.patch")
def patched(world: World, arguments: Body) -> Body:
    known = _connection(world, arguments["network"]) or {"reservedPeeringRanges": []}
    gone = sorted(set(known["reservedPeeringRanges"]) - set(arguments["ranges"]))
    if gone and not arguments["force"]:
        raise _error(f"Allocated IP range '{gone[0]}' is removed from the connection: this needs force.")
    return _connected(world, arguments["network"], arguments["ranges"])


def _connected(world: World, network: str, ranges: list[str]) -> Body:
    """Store the connection and the network's side of its peering."""
    project = network.split("/global/")[0]
    if not ranges:
        raise _error("The connection needs an allocated IP range.")
    for name in ranges:
        body = world.store.get(f"compute/{project}/global/addresses/{name}") or {}
        if body.get("purpose") != "VPC_PEERING" or not str(body.get("network", "")).endswith(network):
            raise _error(f"Allocated IP range '{name}' not found in network.")
    connection = _body(world, network, ranges)
    peerings = compute_peerings.peerings_of(world, network)
    if all(one["name"] != SERVICES_PEERING for one in peerings):
        new = _peering(world)
        org_policies.check_peering(world, projects.owner(network), link_path(new["network"]))
        compute_peerings.put(world, network, [*peerings, new])
    world.store.put(_key(network), connection)
    return {"@type": TYPE, **connection}


def _body(world: World, network: str, ranges: list[str]) -> Body:
    """A connection names the project of its network by number."""
    id_ = projects.owner(network)
    numbered = network.replace(f"projects/{id_}/", f"projects/{projects.numbered(world, id_)}/", 1)
    return {"network": numbered, "peering": SERVICES_PEERING, "reservedPeeringRanges": ranges}


def _peering(world: World) -> Body:
    tenant = f"{world.seed.getrandbits(56):014x}-tp"
    return {
        "name": SERVICES_PEERING,
        "network": f"https://www.googleapis.com/compute/beta/projects/{tenant}/global/networks/servicenetworking",
        "state": "ACTIVE",
        "stateDetails": f"[{stamp(world)}]: Connected.",
        "autoCreateRoutes": True,
        "exchangeSubnetRoutes": True,
        "importCustomRoutes": False,
        "exportCustomRoutes": False,
        "importSubnetRoutesWithPublicIp": False,
        "exportSubnetRoutesWithPublicIp": True,
        "stackType": "IPV4_ONLY",
        "updateStrategy": "INDEPENDENT",
    }


@handles("servicenetworking.services.connections.list")
async def list_(world: World, call: Call) -> Body:
    network = _network(world, call.text("network"))
    connection = _connection(world, network)
    return {"connections": [{**connection, "service": f"services/{SERVICE}"}]} if connection is not None else {}


@handles("servicenetworking.services.connections.deleteConnection")
async def delete(world: World, call: Call) -> Body:
    _service(call, "name")
    network = _network(world, call.text("consumerNetwork"))
    method = "servicenetworking.services.connections.deleteConnection"
    return _operation(world, network, method, {"network": network})


@completes("servicenetworking.services.connections.deleteConnection")
def deleted(world: World, arguments: Body) -> None:
    network = arguments["network"]
    if _connection(world, network) is None:
        raise ApiError(404, "The connection was not found.")
    if any(t.network == network.rsplit("/", 1)[-1] and t.kind in MANAGED for t in world.scenario.targets):
        raise _error(IN_USE)
    kept = [one for one in compute_peerings.peerings_of(world, network) if one["name"] != SERVICES_PEERING]
    compute_peerings.put(world, network, kept)
    world.store.delete(_key(network))


@handles("servicenetworking.operations.get")
async def operation(world: World, call: Call) -> Body:
    body = world.store.get(f"servicenetworking/{call.text('name')}")
    if body is None:
        raise ApiError(404, f"Operation {call.text('name')} was not found.")
    return body


def seed(world: World) -> None:
    """The connections behind the scenario's peerings of this name, with every range that their networks allocate."""
    for peering in world.scenario.peerings:
        if peering.name == SERVICES_PEERING:
            network = projects.network_path(world, peering.network)
            named = [a.name for a in world.scenario.addresses if (a.network, a.purpose) == (peering.network, PURPOSE)]
            world.store.put(_key(network), _body(world, network, named))


PURPOSE = "VPC_PEERING"
