"""The routes that a VPC network of the sandbox gets through its peerings; no `routes.list` shows them.

A peer is another network of the sandbox, whose subnets and exported custom routes count as they are now, or somebody
else's, which offers what the scenario says. Peerings are not transitive: what a peer has from its peers stays there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.hosts import MANAGED
from wizard.sandbox.world import World

SERVICES_PEERING = "servicenetworking-googleapis-com"
"""The name of the peering of private services access (prior art, 1.4)."""

SERVICES_PREFIX = 24
"""Length of the subnet that a managed service gets in an allocated range (the length is ours)."""

SUBNET, STATIC = "SUBNET_PEERING_ROUTE", "STATIC_PEERING_ROUTE"


def incoming(world: World, network: str) -> Iterator[tuple[str, Body]]:
    """Name of the peering and route, for every route that a network (`projects/P/global/networks/N`) is offered.

    A route has the form of `networks.listPeeringRoutes`; one that is offered but not imported is marked so.
    """
    body = world.store.get(f"compute/{network}") or {}
    for peering in body.get("peerings") or []:
        if peering.get("state", "ACTIVE") == "ACTIVE":
            yield from ((str(peering["name"]), route) for route in _from_peer(world, network, peering))


def outgoing(world: World, network: str, name: str) -> list[Body]:
    """The routes that the peer of one of the network's peerings gets from it; empty for somebody else's network."""
    peering = _named(world, network, name)
    peer = link_path(str(peering.get("network", "")))
    mirrored = _back(world, peer, network)
    return list(_from_peer(world, peer, mirrored)) if mirrored else []


def active(world: World, network: str, peer: str) -> bool:
    """Whether both sides of a peering exist; a network that is none of the sandbox's has its side always."""
    return world.store.get(f"compute/{peer}") is None or bool(_back(world, peer, network))


def _named(world: World, network: str, name: str) -> Body:
    peerings: list[Body] = (world.store.get(f"compute/{network}") or {}).get("peerings") or []
    return next((peering for peering in peerings if peering.get("name") == name), {})


def _back(world: World, peer: str, network: str) -> Body:
    """The peering of `peer` that leads to `network`, or an empty body."""
    peerings: list[Body] = (world.store.get(f"compute/{peer}") or {}).get("peerings") or []
    return next((one for one in peerings if link_path(str(one.get("network", ""))) == network), {})


def _from_peer(world: World, network: str, peering: Body) -> Iterator[Body]:
    short, peer = network.rsplit("/", 1)[-1], link_path(str(peering.get("network", "")))
    declared = [p for p in world.scenario.peerings if (p.network, p.name) == (short, peering["name"])]
    offered = [range_ for known in declared for range_ in known.routes]
    if not declared and peering["name"] == SERVICES_PEERING:
        offered = _services(world, short)
    yield from (_route(range_, SUBNET, 0, world.scenario.project.region) for range_ in offered)
    if world.store.get(f"compute/{peer}") is None:
        return
    project = peer.split("/global/")[0]
    for _, subnet in world.store.look(f"compute/{project}/regions/-", "subnetworks"):
        if link_path(str(subnet["network"])) == peer:
            region = str(subnet["region"]).rsplit("/", 1)[-1]
            for part in (subnet, *(subnet.get("secondaryIpRanges") or [])):
                yield _route(str(part["ipCidrRange"]), SUBNET, 0, region)
    if not _back(world, peer, network).get("exportCustomRoutes"):
        return
    taken = bool(peering.get("importCustomRoutes"))
    for _, route in world.store.look(f"compute/{project}/global", "routes"):
        custom = route.get("routeType") != "SUBNET" and not route.get("nextHopGateway") and not route.get("tags")
        if custom and link_path(str(route["network"])) == peer:
            priority, region = int(route.get("priority", 1000)), world.scenario.project.region
            yield _route(str(route["destRange"]), STATIC, priority, region, imported=taken)


def _services(world: World, network: str) -> list[str]:
    """Where the managed services of a network live that was connected while the sandbox ran."""
    addresses = [t.address for t in world.scenario.targets if t.network == network and t.kind in MANAGED]
    return sorted({str(ipaddress.ip_network(f"{one}/{SERVICES_PREFIX}", strict=False)) for one in addresses})


def _route(range_: str, kind: str, priority: int, region: str, *, imported: bool = True) -> Body:
    return {"destRange": range_, "type": kind, "priority": priority, "imported": imported, "nextHopRegion": region}
