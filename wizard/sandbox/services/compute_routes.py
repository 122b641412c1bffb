"""Routes: subnet routes and default routes of networks, and those of the scenario."""

from __future__ import annotations

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import found, link, newborn, page
from wizard.sandbox.world import World


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
    name = f"default-route-r-{world.seed.getrandbits(64):016x}"
    text = "Default route to the Internet."
    fields = {"destRange": "0.0.0.0/0", "nextHopGateway": gateway, "description": text, "routeType": "STATIC"}
    put(world, network, name, fields)


def subnet_route(world: World, network: str, range_: str) -> None:
    """The route to a subnet's range, which the network makes by itself."""
    name = f"default-route-{world.seed.getrandbits(64):016x}"
    text = f"Default local route to the subnetwork {range_}."
    fields = {"destRange": range_, "nextHopNetwork": link(network), "description": text, "routeType": "SUBNET"}
    put(world, network, name, {**fields, "priority": 0})


def remove_subnet_route(world: World, network: str, range_: str) -> None:
    """The range is no subnet's any more, and its route is gone with it."""
    place = f"compute/{network.split('/networks/')[0]}"
    for key, body in list(world.store.children(place, "routes")):
        same = body["destRange"] == range_ and link_path(body["network"]) == network
        if same and body.get("routeType") == "SUBNET":
            world.store.delete(key)


@handles("compute.routes.get")
async def get(world: World, call: Call) -> Body:
    return found(world, f"projects/{call.text('project')}/global/routes/{call.text('route')}")


@handles("compute.routes.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/global"
    return page(call, "route", (b for _, b in world.store.children(f"compute/{place}", "routes")), f"{place}/routes")
