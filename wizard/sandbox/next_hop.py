"""Which route a packet takes out of a VPC network of the sandbox, and whether Cloud NAT serves its source."""

from __future__ import annotations

import ipaddress

from wizard.sandbox import peer_routes
from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.packet import Packet, Source, within
from wizard.sandbox.world import World


def choose_route(world: World, packet: Packet, source: Source) -> Body | None:
    """Subnet routes (own and of peers) before all others; then the longest prefix, then the smallest priority."""
    project = source.network.split("/global/")[0]
    routes = [
        route
        for _, route in world.store.children(f"compute/{project}/global", "routes")
        if link_path(str(route.get("network", ""))) == source.network
    ]
    routes += _routes_of_scenario(world, source)
    fitting = [
        route
        for route in routes
        if within(packet.destination, [str(route["destRange"])])
        and (not route.get("tags") or source.tags & set(route["tags"]))
    ]
    return max(fitting, key=_preference, default=None)


def _preference(route: Body) -> tuple[bool, int, int]:
    prefix = ipaddress.ip_network(str(route["destRange"]), strict=False).prefixlen
    subnet = bool(route.get("nextHopNetwork")) or route.get("routeType") == "SUBNET"
    return subnet, prefix, -int(route.get("priority", 1000))


def _routes_of_scenario(world: World, source: Source) -> list[Body]:
    """Routes that no `routes.list` shows: those a peer offers and those a Cloud Router has learned."""
    name = source.network.rsplit("/", 1)[-1]
    routes: list[Body] = []
    for peering, route in peer_routes.incoming(world, source.network):
        if route["imported"]:
            kind = "SUBNET" if route["type"] == peer_routes.SUBNET else "STATIC"
            offered = {"destRange": route["destRange"], "routeType": kind, "priority": route["priority"]}
            routes.append({"name": f"peering {peering}", "nextHopPeering": peering, **offered})
    routes += [
        {"name": learned.name, "destRange": learned.range, "priority": learned.priority, "nextHopVpnTunnel": "bgp"}
        for learned in world.scenario.routes
        if learned.network == name and learned.next_hop == "bgp"
    ]
    return routes


def has_nat(world: World, source: Source) -> bool:
    """A NAT gateway that serves the source's subnet. A connector's own range is no subnet that could be listed."""
    project = source.network.split("/global/")[0]
    for _, router in world.store.children(f"compute/{project}/regions/{source.region}", "routers"):
        if link_path(str(router.get("network", ""))) != source.network:
            continue
        for nat in router.get("nats") or []:
            listed = {link_path(str(s.get("name", ""))) for s in nat.get("subnetworks") or []}
            everything = str(nat.get("sourceSubnetworkIpRangesToNat", "")).startswith("ALL_SUBNETWORKS")
            if everything or (source.subnet and source.subnet in listed):
                return True
    return False
