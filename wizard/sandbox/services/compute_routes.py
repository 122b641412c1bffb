"""Routes: subnet routes and default routes of networks, and custom static ones."""

from __future__ import annotations

import ipaddress

from wizard.sandbox import quotas
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    changes,
    check_new,
    found,
    invalid,
    known_network,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.world import World

OWN = "default-route-"
"""How the names of the routes begin that a network makes by itself (prior art, 1.4)."""

NEXT_HOPS = (
    "nextHopGateway",
    "nextHopIp",
    "nextHopInstance",
    "nextHopIlb",
    "nextHopVpnTunnel",
)
LARGEST_PRIORITY = 65535


def put(world: World, network: str, name: str, fields: Body) -> None:
    """Store a route of `network` (`projects/P/global/networks/N`)."""
    path = f"{network.split('/networks/')[0]}/routes/{name}"
    body = newborn(world, "route", path, {"network": link(network), "priority": 1000, "tags": [], **fields})
    body["routeStatus"] = "ACTIVE"
    world.store.put(f"compute/{path}", body)


def default_route(world: World, network: str) -> None:
    """The route to the internet that a new network has."""
    project = network.split("/")[1]
    gateway = link(f"projects/{project}/global/gateways/default-internet-gateway")
    name = f"{OWN}r-{world.seed.getrandbits(64):016x}"
    text = "Default route to the Internet."
    fields = {"destRange": "0.0.0.0/0", "nextHopGateway": gateway, "description": text, "routeType": "STATIC"}
    put(world, network, name, fields)


def subnet_route(world: World, network: str, range_: str) -> None:
    """The route to a subnet's range, which the network makes by itself."""
    name = f"{OWN}{world.seed.getrandbits(64):016x}"
    text = f"Default local route to the subnetwork {range_}."
    fields = {"destRange": range_, "nextHopNetwork": link(network), "description": text, "routeType": "SUBNET"}
    put(world, network, name, {**fields, "priority": 0})


def is_own(route: Body) -> bool:
    """Whether the network made a route by itself: a subnet route, or the default route of a new network."""
    return route.get("routeType") == "SUBNET" or str(route["name"]).startswith(OWN)


def remove_subnet_route(world: World, network: str, range_: str) -> None:
    """The range is no subnet's any more, and its route is gone with it."""
    place = f"compute/{network.split('/networks/')[0]}"
    for key, body in list(world.store.children(place, "routes")):
        same = body["destRange"] == range_ and link_path(body["network"]) == network
        if same and body.get("routeType") == "SUBNET":
            world.store.delete(key)


def _path(call: Call, name: str) -> str:
    return f"projects/{call.text('project')}/global/routes/{name}"


@changes("compute.routes.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("routeResource") or {})
    path = _path(call, str(wanted.get("name", "")))
    check_new(world, path)
    network = known_network(world, wanted.get("network"), call.text("project"))
    _check(world, network, wanted)
    wanted["network"] = network
    if wanted.get("nextHopGateway"):
        wanted["nextHopGateway"] = link(link_path(str(wanted["nextHopGateway"])))
    return operation(world, call, path, 8.0, body=wanted)


@completes("compute.routes.insert")
def inserted(world: World, arguments: Body) -> None:
    wanted = arguments["body"]
    _check(world, wanted["network"], wanted)
    quotas.claim(world, "ROUTES", arguments["target"].split("/")[1])
    fields = {key: value for key, value in wanted.items() if key not in ("name", "network")}
    put(world, wanted["network"], wanted["name"], {**fields, "routeType": "STATIC"})


def _check(world: World, network: str, wanted: Body) -> None:
    """One next hop, and a destination that no subnet of the network lies in the way of. Raises ApiError(400)."""
    text = str(wanted.get("destRange", ""))
    try:
        range_ = ipaddress.ip_network(text)
    except ValueError as error:
        raise invalid("destRange", text, "Must be a valid CIDR address range.") from error
    priority = int(wanted.get("priority", 1000))
    if not 0 <= priority <= LARGEST_PRIORITY:
        raise invalid("priority", priority, f"Must be between 0 and {LARGEST_PRIORITY}, inclusive.")
    if sum(bool(wanted.get(hop)) for hop in NEXT_HOPS) != 1:
        raise ApiError(400, "Exactly one next hop must be specified.", reason="invalid")
    place = f"compute/{network.split('/networks/')[0]}"
    for _, other in world.store.look(place, "routes"):
        own = other.get("routeType") == "SUBNET" and link_path(str(other["network"])) == network
        if own and range_.version == 4 and range_.subnet_of(ipaddress.IPv4Network(other["destRange"])):
            why = f"The destination range conflicts with the subnet route '{other['name']}' to {other['destRange']}."
            raise invalid("destRange", text, why)


@changes("compute.routes.delete")
async def delete(world: World, call: Call) -> Body:
    """The default route of a network can be deleted, a subnet route cannot: it goes with its subnet."""
    path = _path(call, call.text("route"))
    if found(world, path).get("routeType") == "SUBNET":
        text = f"Invalid resource usage: 'The subnet route {path} is deleted with its subnetwork only.'."
        raise ApiError(400, text, reason="invalidResourceUsage")
    return operation(world, call, path, 8.0)


@completes("compute.routes.delete")
def deleted(world: World, arguments: Body) -> None:
    world.store.delete(f"compute/{arguments['target']}")


@handles("compute.routes.get")
async def get(world: World, call: Call) -> Body:
    return found(world, _path(call, call.text("route")))


@handles("compute.routes.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/global"
    return page(call, "route", (b for _, b in world.store.children(f"compute/{place}", "routes")), f"{place}/routes")
