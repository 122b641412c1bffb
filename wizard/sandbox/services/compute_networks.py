"""VPC networks: create, read, change, delete when nothing uses them. Peerings: `compute_peerings`."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.sandbox import quotas
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services import compute_auto_mode
from wizard.sandbox.services.compute_common import (
    changes,
    check_new,
    found,
    in_use,
    invalid,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.services.compute_routes import default_route, is_own
from wizard.sandbox.services.compute_subnet_changes import users
from wizard.sandbox.world import World

USERS = ("firewalls", "subnetworks", "routers", "instances", "routes", "addresses")
"""Collections of what keeps a network from being deleted, in the order in which one is named."""

CHANGEABLE = ("description", "mtu", "networkFirewallPolicyEnforcementOrder")


ROUTING = {"routingMode": "REGIONAL", "bgpBestPathSelectionMode": "LEGACY"}


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A network as the server keeps it."""
    auto = wanted.get("autoCreateSubnetworks", True)
    body = newborn(world, "network", path, {**wanted, "autoCreateSubnetworks": auto})
    body["selfLinkWithId"] = link(f"{path.rsplit('/', 1)[0]}/{body['id']}")
    body["routingConfig"] = {**ROUTING, **(wanted.get("routingConfig") or {})}
    body.setdefault("networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL")
    return body


@changes("compute.networks.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("networkResource") or {})
    path = f"projects/{call.text('project')}/global/networks/{wanted.get('name', '')}"
    check_new(world, path)
    return operation(world, call, path, 15.0, body=wanted)


@completes("compute.networks.insert")
def inserted(world: World, arguments: Body) -> None:
    path = arguments["target"]
    auto = arguments["body"].get("autoCreateSubnetworks", True)
    quotas.claim(world, "NETWORKS", path.split("/")[1])
    quotas.claim(world, "SUBNETWORKS", path.split("/")[1], len(compute_auto_mode.auto_ranges()) if auto else 0)
    world.store.put(f"compute/{path}", body_of(world, path, arguments["body"]))
    default_route(world, path)
    if auto:
        compute_auto_mode.make_subnets(world, path)


@handles("compute.networks.get")
async def get(world: World, call: Call) -> Body:
    return found(world, f"projects/{call.text('project')}/global/networks/{call.text('network')}")


@handles("compute.networks.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/global"
    bodies = [body for _, body in world.store.children(f"compute/{place}", "networks")]
    return page(call, "network", bodies, f"{place}/networks")


@changes("compute.networks.patch")
async def patch(world: World, call: Call) -> Body:
    body = await get(world, call)
    wanted = dict(call.request.get("networkResource") or {})
    for field in wanted.keys() - {*CHANGEABLE, "routingConfig"}:
        if wanted[field] != body.get(field):
            raise invalid(field, wanted[field], "The sandbox does not emulate a change of this field.")
    return operation(world, call, link_path(body["selfLink"]), 8.0, body=wanted)


@completes("compute.networks.patch")
def patched(world: World, arguments: Body) -> None:
    body, wanted = found(world, arguments["target"]), arguments["body"]
    routing = {**(body.get("routingConfig") or ROUTING), **(wanted.get("routingConfig") or {})}
    changed = {key: wanted[key] for key in CHANGEABLE if key in wanted}
    world.store.put(f"compute/{arguments['target']}", {**body, **changed, "routingConfig": routing})


@changes("compute.networks.switchToCustomMode")
async def switch(world: World, call: Call) -> Body:
    """There is no way back; the subnetworks stay."""
    body = await get(world, call)
    if not body.get("autoCreateSubnetworks"):
        raise ApiError(400, f"The network '{body['name']}' is not in auto subnet mode.", reason="invalid")
    return operation(world, call, link_path(body["selfLink"]), 10.0)


@completes("compute.networks.switchToCustomMode")
def switched(world: World, arguments: Body) -> None:
    body = found(world, arguments["target"])
    world.store.put(f"compute/{arguments['target']}", {**body, "autoCreateSubnetworks": False})


@changes("compute.networks.delete")
async def delete(world: World, call: Call) -> Body:
    path = link_path((await get(world, call))["selfLink"])
    return operation(world, call, path, 10.0)


@completes("compute.networks.delete")
def deleted(world: World, arguments: Body) -> None:
    """The subnetworks of an auto-mode network and the routes that a network makes by itself go with it."""
    path = arguments["target"]
    place = f"compute/{path.split('/networks/')[0]}"
    automatic = list(compute_auto_mode.subnets(world, path)) if found(world, path).get("autoCreateSubnetworks") else []
    for user in _users(world, path, automatic):
        raise in_use("network", path, user)
    for subnet in automatic:
        world.store.delete(f"compute/{subnet}")
    for key, route in world.store.look(place, "routes"):
        if link_path(str(route["network"])) == path:
            world.store.delete(key)
    world.store.delete(f"compute/{path}")


def _users(world: World, path: str, automatic: list[str]) -> Iterator[str]:
    """What uses a network; the `automatic` subnetworks count only by what uses them."""
    project = path.split("/")[1]
    for _, connector in world.store.look(f"vpcaccess/projects/{project}/locations/-", "connectors"):
        if connector.get("network") == path.rsplit("/", 1)[-1] and connector["state"] != "ERROR":
            region, short = connector["name"].split("/")[3], connector["name"].rsplit("/", 1)[-1]
            yield f"projects/{project}/global/firewalls/aet-{region.replace('-', '')}-{short}-egrfw"
    for collection in USERS:
        for place in ("global", "regions/-", "zones/-"):
            for key, body in world.store.look(f"compute/projects/{project}/{place}", collection):
                name = key.removeprefix("compute/")
                gone_with_it = name in automatic or (collection == "routes" and is_own(body))
                if link_path(str(body.get("network", ""))) == path and not gone_with_it:
                    yield name
    for subnet in automatic:
        yield from users(world, subnet)
    for peering in found(world, path).get("peerings") or []:
        yield link_path(str(peering["network"]))
