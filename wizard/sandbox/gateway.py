"""What becomes of a packet that a Cloud Run instance sends: a plain walk over the sandbox's API bodies.

Egress setting, where the packet enters the network, egress firewall, route, ingress firewall, machine. Every stop
leaves a line in the trail. The wizard's own evaluator is compared with this by test and shares no code with it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import Literal

from wizard.sandbox.api import Body
from wizard.sandbox.entry import enter, link_path
from wizard.sandbox.packet import Host, Packet, Rules, Source, allowed, within
from wizard.sandbox.world import World

GOOGLE_API_VIPS = ("199.36.153.4/30", "199.36.153.8/30")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
MANAGED = {"redis", "sql", "psa"}

Outcome = Literal["deliver", "drop", "refuse", "no_route"]


@dataclass(frozen=True)
class Decision:
    """`deliver` (something listens), `refuse` (nothing does), `drop` (silence), `no_route` (a router says so)."""

    verdict: Outcome
    trail: tuple[str, ...]


def decide(
    world: World, vpc_access: Body | None, region: str, address: str, port: int, protocol: str = "tcp"
) -> Decision:
    """What becomes of the first packet to `address`, sent with the `vpcAccess` of a revision or job in `region`."""
    trail: list[str] = []
    access = vpc_access or {}
    verdict = _walk(world, access, region, address, port, protocol, trail)
    return Decision(verdict, tuple(trail))


def _walk(world: World, access: Body, region: str, address: str, port: int, protocol: str, trail: list[str]) -> Outcome:
    if not through_vpc(access, address):
        trail.append(f"egress: {address} does not go to the VPC network")
        return _internet(world, address, port, trail)
    entered = enter(world, access, region)
    if isinstance(entered, str):
        trail.append(f"egress: {entered}")
        return "drop"
    packet = Packet(entered.address, address, protocol, port)
    trail.append(f"egress: enters {entered.network} at {entered.address}")
    if not allowed(firewalls(world, entered.network, region), "EGRESS", packet, entered, None, trail):
        return "drop"
    return _forward(world, packet, entered, trail)


def through_vpc(access: Body, address: str) -> bool:
    """The egress setting: whether a packet goes to the VPC network or straight to the internet."""
    if not access.get("connector") and not access.get("networkInterfaces"):
        return False
    return access.get("egress") in ("ALL_TRAFFIC", 1) or within(address, (*PRIVATE, *GOOGLE_API_VIPS))


def firewalls(world: World, network: str, region: str) -> Rules:
    """The firewalls in force on a network, in a region."""
    body = world.store.get(f"compute/{network}") or {}
    project = network.split("/global/")[0]
    rules = Rules(classic_first=body.get("networkFirewallPolicyEnforcementOrder") != "BEFORE_CLASSIC_FIREWALL")
    for _, rule in world.store.children(f"compute/{project}/global", "firewalls"):
        if link_path(str(rule.get("network", ""))) == network:
            rules.classic.append(rule)
    rules.hierarchical = _policies(world, "compute/locations/global", ("organizations/", "folders/"))
    rules.network_policies = [
        policy
        for place in (f"compute/{project}/global", f"compute/{project}/regions/{region}")
        for policy in _policies(world, place, (network,))
    ]
    return rules


def _policies(world: World, place: str, attached_to: tuple[str, ...]) -> list[list[Body]]:
    """The rules of each policy that is attached to one of these, in the order of `attached_to`."""
    found: list[tuple[int, list[Body]]] = []
    for _, policy in world.store.children(place, "firewallPolicies"):
        targets = [link_path(str(a.get("attachmentTarget", ""))) for a in policy.get("associations") or []]
        ranks = [rank for rank, wanted in enumerate(attached_to) if any(t.startswith(wanted) for t in targets)]
        if ranks:
            found.append((ranks[0], policy.get("rules") or []))
    return [rules for _, rules in sorted(found, key=lambda one: one[0])]


def _forward(world: World, packet: Packet, source: Source, trail: list[str]) -> Outcome:
    route = choose_route(world, packet, source)
    if route is None:
        trail.append(f"route: none to {packet.destination}")
        return "drop"
    trail.append(f"route: {route.get('name')} to {route.get('destRange')}")
    if route.get("nextHopNetwork") or route.get("nextHopPeering"):
        return _arrive(world, packet, source, find_host(world, packet.destination, source.network), trail)
    if route.get("nextHopGateway"):
        return _leave(world, packet, source, trail)
    if route.get("nextHopIp") or route.get("nextHopInstance"):
        appliance = str(route.get("nextHopIp") or _address_of(world, str(route["nextHopInstance"])))
        return _through(world, packet, source, find_host(world, appliance, source.network), trail)
    return _on_premises(world, packet, trail)


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
    return bool(route.get("nextHopNetwork")), prefix, -int(route.get("priority", 1000))


def _routes_of_scenario(world: World, source: Source) -> list[Body]:
    """Routes that no `routes.list` shows: those a peer offers and those a Cloud Router has learned."""
    name = source.network.rsplit("/", 1)[-1]
    routes: list[Body] = []
    for peering in world.scenario.peerings:
        if peering.network == name:
            routes += [
                {"name": f"peering {peering.name}", "destRange": r, "nextHopPeering": peering.name}
                for r in peering.routes
            ]
    routes += [
        {"name": route.name, "destRange": route.range, "priority": route.priority, "nextHopVpnTunnel": "bgp"}
        for route in world.scenario.routes
        if route.network == name and route.next_hop == "bgp"
    ]
    return routes


def find_host(world: World, address: str, network: str) -> Host | None:
    """Who has an address in a network or in one that it is peered with: a VM, an internal load balancer, a service."""
    visible = {network, *_peers(world, network)}
    for key in world.store.keys("compute/"):
        if "/instances/" not in key:
            continue
        body = world.store.get(key) or {}
        for interface in body.get("networkInterfaces") or []:
            where = link_path(str(interface.get("network", "")))
            if interface.get("networkIP") == address and where in visible:
                tags = frozenset((body.get("tags") or {}).get("items") or [])
                accounts = frozenset(str(a["email"]) for a in body.get("serviceAccounts") or [])
                return Host(str(body["name"]), where, tags, accounts)
    return _target_host(world, address, visible)


def _target_host(world: World, address: str, visible: set[str]) -> Host | None:
    """A target of the scenario that is no VM; the machines behind a load balancer have the target's tags."""
    for target in world.scenario.targets:
        where = next((n for n in visible if n.rsplit("/", 1)[-1] == target.network), "")
        if target.address != address or target.kind == "vm" or not where:
            continue
        accounts = frozenset({target.service_account} - {""})
        return Host(target.name, where, frozenset(target.tags), accounts, guarded=target.kind not in MANAGED)
    return None


def _peers(world: World, network: str) -> list[str]:
    body = world.store.get(f"compute/{network}") or {}
    peerings = [p for p in body.get("peerings") or [] if p.get("state", "ACTIVE") == "ACTIVE"]
    return [link_path(str(p.get("network", ""))) for p in peerings]


def _address_of(world: World, instance: str) -> str:
    body = world.store.get(f"compute/{link_path(instance)}") or {}
    interfaces = body.get("networkInterfaces") or [{}]
    return str(interfaces[0].get("networkIP", ""))


def _admitted(world: World, packet: Packet, source: Source, host: Host, trail: list[str]) -> bool:
    """The ingress firewall before a machine. Across a peering neither source tags nor Google's own rules count."""
    if not host.guarded:
        trail.append(f"ingress firewall: none of ours before {host.name}")
        return True
    if host.network != source.network:
        source = replace(source, connector=False, automatic=False)
    return allowed(firewalls(world, host.network, source.region), "INGRESS", packet, source, host, trail)


def _arrive(world: World, packet: Packet, source: Source, host: Host | None, trail: list[str]) -> Outcome:
    if host is None:
        trail.append(f"machine: nobody has {packet.destination}")
        return "drop"
    if not _admitted(world, packet, source, host, trail):
        return "drop"
    return _listening(world, packet.destination, packet.port, trail)


def _through(world: World, packet: Packet, source: Source, appliance: Host | None, trail: list[str]) -> Outcome:
    """A next hop that is a machine: it must exist and be allowed to take the packet; what lies behind is not ours."""
    if appliance is None:
        trail.append("route: the next hop does not exist")
        return "drop"
    if not _admitted(world, packet, source, appliance, trail):
        return "drop"
    return _on_premises(world, packet, trail)


def _on_premises(world: World, packet: Packet, trail: list[str]) -> Outcome:
    """Beyond a tunnel: a router there says so when nobody has the address."""
    if not _known(world, packet.destination):
        trail.append(f"machine: the router beyond knows no {packet.destination}")
        return "no_route"
    return _listening(world, packet.destination, packet.port, trail)


def _leave(world: World, packet: Packet, source: Source, trail: list[str]) -> Outcome:
    """The default internet gateway: not for private addresses; for Google's APIs with PGA, for others with NAT."""
    if within(packet.destination, PRIVATE):
        trail.append("internet gateway: a private address has no way through the internet")
        return "drop"
    if within(packet.destination, GOOGLE_API_VIPS):
        subnet = world.store.get(f"compute/{source.subnet}") or {}
        if not subnet.get("privateIpGoogleAccess"):
            trail.append("internet gateway: the subnet has no Private Google Access")
            return "drop"
    elif not _has_nat(world, source):
        trail.append("internet gateway: no Cloud NAT for this subnet")
        return "drop"
    return _internet(world, packet.destination, packet.port, trail)


def _has_nat(world: World, source: Source) -> bool:
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


def _internet(world: World, address: str, port: int, trail: list[str]) -> Outcome:
    if within(address, PRIVATE):
        trail.append("internet: a private address has no way through the internet")
        return "drop"
    if not _known(world, address):
        trail.append(f"internet: the sandbox has no {address}")
        return "drop"
    return _listening(world, address, port, trail)


def _known(world: World, address: str) -> bool:
    return any(target.address == address for target in world.scenario.targets)


def _listening(world: World, address: str, port: int, trail: list[str]) -> Outcome:
    served = {
        s for t in world.scenario.targets if t.address == address for s in t.serves if not s.startswith("refuse:")
    }
    if any(s.endswith(f":{port}") for s in served) or f"{address}:{port}" in world.attached:
        trail.append(f"machine: {address}:{port} listens")
        return "deliver"
    trail.append(f"machine: nothing listens on {address}:{port}")
    return "refuse"
