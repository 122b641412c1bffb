"""Shared VPC in Compute Engine: the host of a project, the projects of a host, the subnets that a project may use."""

from __future__ import annotations

from wizard.sandbox import projects
from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.services.compute_common import link, page
from wizard.sandbox.world import World

USABLE = ("network", "ipCidrRange", "stackType", "purpose", "role")
"""What the list of usable subnets says of each."""


@handles("compute.projects.get")
async def get(world: World, call: Call) -> Body:
    return _project(world, call.text("project"))


@handles("compute.projects.getXpnHost")
async def host(world: World, call: Call) -> Body:
    """The host to which the project is attached; an empty project when it is to none."""
    name = projects.host_of(world, call.text("project"))
    return _project(world, name) if name else {"kind": "compute#project"}


@handles("compute.projects.getXpnResources")
async def service_projects(world: World, call: Call) -> Body:
    """The service projects of a host."""
    attached = projects.attached_to(world, call.text("project"))
    resources = [{"id": name, "type": "PROJECT"} for name in attached]
    reply = page(call, "projectsGetXpnResources", resources, "")
    kept = {"resources": reply["items"]} if reply["items"] else {}
    more = {key: reply[key] for key in ("nextPageToken",) if key in reply}
    return {"kind": "compute#projectsGetXpnResources", **kept, **more}


@handles("compute.subnetworks.listUsable")
async def usable(world: World, call: Call) -> Body:
    """The subnets of the project and of its host. (That the caller may use each of them is not asked.)"""
    own = call.text("project")
    places = [name for name in (own, projects.host_of(world, own)) if name]
    bodies = [b for p in places for _, b in world.store.children(f"compute/projects/{p}/regions/-", "subnetworks")]
    items = [{"subnetwork": b["selfLink"], **{key: b[key] for key in USABLE if key in b}} for b in bodies]
    for item, body in zip(items, bodies, strict=True):
        if body.get("secondaryIpRanges"):
            item["secondaryIpRanges"] = body["secondaryIpRanges"]
    reply = page(call, "usableSubnetworksAggregated", items, f"projects/{own}/aggregated/subnetworks/listUsable")
    return {**reply, "kind": "compute#usableSubnetworksAggregatedList"}


def _project(world: World, name: str) -> Body:
    number = projects.numbered(world, name)
    shared = bool(projects.attached_to(world, name))
    return {
        "kind": "compute#project",
        "id": str(number),
        "name": name,
        "defaultServiceAccount": f"{number}-compute@developer.gserviceaccount.com",
        "selfLink": link(f"projects/{name}"),
        "xpnProjectStatus": "HOST" if shared else "UNSPECIFIED_XPN_PROJECT_STATUS",
    }
