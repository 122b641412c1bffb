"""VPC networks: create, read, delete; what peers offer, and which firewalls are in force."""

from __future__ import annotations

from wizard.sandbox.api import Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    changes,
    check_new,
    found,
    in_use,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.services.compute_routes import default_route
from wizard.sandbox.world import World

USERS = (("firewalls", "firewall"), ("subnetworks", "subnetwork"), ("routers", "router"), ("instances", "instance"))


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A network as the server keeps it."""
    auto = wanted.get("autoCreateSubnetworks", True)
    body = newborn(world, "network", path, {**wanted, "autoCreateSubnetworks": auto})
    body["selfLinkWithId"] = link(f"{path.rsplit('/', 1)[0]}/{body['id']}")
    body["routingConfig"] = {"routingMode": "REGIONAL", "bgpBestPathSelectionMode": "LEGACY"}
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
    world.store.put(f"compute/{path}", body_of(world, path, arguments["body"]))
    default_route(world, path)


@handles("compute.networks.get")
async def get(world: World, call: Call) -> Body:
    return found(world, f"projects/{call.text('project')}/global/networks/{call.text('network')}")


@handles("compute.networks.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/global"
    bodies = [body for _, body in world.store.children(f"compute/{place}", "networks")]
    return page(call, "network", bodies, f"{place}/networks")


@changes("compute.networks.delete")
async def delete(world: World, call: Call) -> Body:
    path = link_path((await get(world, call))["selfLink"])
    return operation(world, call, path, 10.0)


@completes("compute.networks.delete")
def deleted(world: World, arguments: Body) -> None:
    path = arguments["target"]
    project = path.split("/")[1]
    for _, connector in world.store.children(f"vpcaccess/projects/{project}/locations/-", "connectors"):
        if connector.get("network") == path.rsplit("/", 1)[-1] and connector["state"] != "ERROR":
            region, short = connector["name"].split("/")[3], connector["name"].rsplit("/", 1)[-1]
            rule = f"projects/{project}/global/firewalls/aet-{region.replace('-', '')}-{short}-egrfw"
            raise in_use("network", path, rule)
    for key in world.store.keys(f"compute/projects/{project}/"):
        collection = key.split("/")[-2]
        body = world.store.get(key) or {}
        if collection in dict(USERS) and link_path(str(body.get("network", ""))) == path:
            raise in_use("network", path, key.removeprefix("compute/"))
    for key in world.store.keys(f"compute/projects/{project}/global/routes/"):
        if link_path(str((world.store.get(key) or {}).get("network", ""))) == path:
            world.store.delete(key)
    world.store.delete(f"compute/{path}")


@handles("compute.networks.listPeeringRoutes")
async def peering_routes(world: World, call: Call) -> Body:
    """The routes that a peer offers (INCOMING)."""
    network = await get(world, call)
    wanted = call.text("peeringName")
    offered = [p for p in world.scenario.peerings if p.network == network["name"] and wanted in ("", p.name)]
    items = [
        {
            "destRange": route,
            "type": "SUBNET_PEERING_ROUTE",
            "priority": 0,
            "imported": True,
            "nextHopRegion": call.text("region") or world.scenario.project.region,
        }
        for peering in offered
        for route in peering.routes
    ]
    path = f"{link_path(network['selfLink'])}/peeringRoutes"
    return page(call, "exchangedPeeringRoutes", items if call.text("direction") != "OUTGOING" else [], path)


@handles("compute.networks.getEffectiveFirewalls")
async def effective(world: World, call: Call) -> Body:
    """Classic rules, hierarchical policies and global network policies of a network."""
    network = await get(world, call)
    path = link_path(network["selfLink"])
    rules = [
        body
        for _, body in world.store.children(f"compute/projects/{call.text('project')}/global", "firewalls")
        if link_path(str(body.get("network", ""))) == path
    ]
    return {"firewalls": rules, "firewallPolicys": _policies(world, path, ("compute/locations/global", _own(call)))}


def _own(call: Call) -> str:
    return f"compute/projects/{call.text('project')}/global"


def _policies(world: World, network: str, places: tuple[str, ...]) -> list[Body]:
    """Policies at these places that are attached to the network, a folder or the organization: from the top down."""
    found_: list[tuple[bool, Body]] = []
    for place in places:
        for _, policy in world.store.children(place, "firewallPolicies"):
            targets = [link_path(str(a.get("attachmentTarget", ""))) for a in policy.get("associations") or []]
            above = any(t.startswith(("organizations/", "folders/")) for t in targets)
            if above or network in targets:
                level = "NETWORK" if not above else "HIERARCHY"
                kind = policy.get("policyLevel") or level
                short = policy.get("shortName") or policy["name"]
                body = {"name": policy["name"], "shortName": short, "type": kind, "rules": policy["rules"]}
                found_.append((not any(t.startswith("organizations/") for t in targets), body))
    return [policy for _, policy in sorted(found_, key=lambda one: one[0])]


@handles("compute.regionNetworkFirewallPolicies.getEffectiveFirewalls")
async def effective_in_region(world: World, call: Call) -> Body:
    """The same with the policies of one region."""
    project = call.text("project")
    path = link_path(call.text("network"))
    path = path if path.startswith("projects/") else f"projects/{project}/global/networks/{path.rsplit('/', 1)[-1]}"
    found(world, path)
    places = (f"compute/projects/{project}/regions/{call.text('region')}",)
    regional = [{**policy, "type": "NETWORK_REGIONAL"} for policy in _policies(world, path, places)]
    return {"firewalls": [], "firewallPolicys": regional}
