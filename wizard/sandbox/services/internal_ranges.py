"""Network Connectivity v1: the internal ranges of the scenario. Read-only; what they reserve nothing else gets."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.projects import network_path, of_network
from wizard.sandbox.services.compute_common import link
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World


@handles("networkconnectivity.internalRanges.get")
async def get(world: World, call: Call) -> Body:
    body = world.store.get(f"networkconnectivity/{call.text('name')}")
    if body is None:
        raise ApiError(404, f"Resource '{call.text('name')}' was not found")
    return body


@handles("networkconnectivity.internalRanges.list")
async def list_(world: World, call: Call) -> Body:
    parent = f"networkconnectivity/{call.text('parent')}"
    return page(call, "internalRanges", [body for _, body in world.store.children(parent, "internalRanges")])


def seed(world: World) -> None:
    """The internal ranges of the scenario, each in the project of its network."""
    for entry in world.scenario.internal_ranges:
        name = f"projects/{of_network(world, entry.network)}/locations/global/internalRanges/{entry.name}"
        body: Body = {
            "name": name,
            "createTime": world.timestamp(),
            "updateTime": world.timestamp(),
            "ipCidrRange": entry.range,
            "prefixLength": int(entry.range.rpartition("/")[2]),
            "network": link(network_path(world, entry.network)),
            "usage": "FOR_VPC",
            "peering": "FOR_SELF",
        }
        world.store.put(f"networkconnectivity/{name}", body)
