"""What becomes of a packet that a Cloud Run instance sends: a plain walk over the sandbox's API bodies.

Egress setting, where the packet enters the network (a connector must itself be reached), egress firewall, route,
ingress firewall, machine. Every stop leaves a line in the trail. The wizard's own evaluator is compared with this by
test and shares no code with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from wizard.sandbox.api import Body
from wizard.sandbox.connector_health import stopped
from wizard.sandbox.entry import enter
from wizard.sandbox.hosts import address_of, find_across, find_host
from wizard.sandbox.in_force import firewalls
from wizard.sandbox.next_hop import choose_route, has_nat
from wizard.sandbox.packet import Host, Packet, Source, allowed, within
from wizard.sandbox.world import World

GOOGLE_API_VIPS = ("199.36.153.4/30", "199.36.153.8/30")
CLASS_E = "240.0.0.0/4"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")

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
    if entered.connector and stopped(firewalls(world, entered.network, region), entered, trail):
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


def _forward(world: World, packet: Packet, source: Source, trail: list[str]) -> Outcome:
    route = choose_route(world, packet, source)
    if route is None:
        trail.append(f"route: none to {packet.destination}")
        return "drop"
    trail.append(f"route: {route.get('name')} to {route.get('destRange')}")
    if route.get("nextHopNetwork"):
        return _arrive(world, packet, source, find_host(world, packet.destination, source.network), trail)
    if route.get("nextHopPeering"):
        beyond = find_across(world, packet.destination, source.network, str(route["nextHopPeering"]))
        return _arrive(world, packet, source, beyond, trail)
    if route.get("nextHopGateway"):
        return _leave(world, packet, source, trail)
    if route.get("nextHopIp") or route.get("nextHopInstance"):
        appliance = str(route.get("nextHopIp") or address_of(world, str(route["nextHopInstance"])))
        return _through(world, packet, source, find_host(world, appliance, source.network), trail)
    return _through_tunnel(world, packet, trail)


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
    """A next hop that is a machine of the network: it must exist and be allowed to take the packet; what lies behind is
    not ours. Somebody in a network of Google's is no next hop."""
    if appliance is None:
        trail.append("route: the next hop does not exist")
        return "drop"
    if not _admitted(world, packet, source, appliance, trail):
        return "drop"
    return _on_premises(world, packet, trail)


def _through_tunnel(world: World, packet: Packet, trail: list[str]) -> Outcome:
    if within(packet.destination, GOOGLE_API_VIPS):
        trail.append("tunnel: these addresses of Google are behind the default internet gateway alone")
        return "drop"
    return _on_premises(world, packet, trail)


def _on_premises(world: World, packet: Packet, trail: list[str]) -> Outcome:
    """Beyond a tunnel or an appliance: a router there says so when nobody has the address."""
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
        return _answered(world, packet.destination, packet.port, trail)
    if not has_nat(world, source):
        trail.append("internet gateway: no Cloud NAT for this subnet")
        return "drop"
    return _internet(world, packet.destination, packet.port, trail)


def _internet(world: World, address: str, port: int, trail: list[str]) -> Outcome:
    """Not for addresses that the internet does not have, or that a network of the project keeps for itself."""
    if within(address, (*PRIVATE, *GOOGLE_API_VIPS, CLASS_E, *_kept(world))):
        trail.append("internet: an address that is not announced there")
        return "drop"
    return _answered(world, address, port, trail)


def _kept(world: World) -> list[str]:
    """The ranges of every subnet; a target in one of them is a machine of that network, not of the internet."""
    bodies = [b for _, b in world.store.children("compute/projects/-/regions/-", "subnetworks")]
    secondary = [r for b in bodies for r in b.get("secondaryIpRanges") or []]
    return [str(one["ipCidrRange"]) for one in (*bodies, *secondary)]


def _answered(world: World, address: str, port: int, trail: list[str]) -> Outcome:
    """What a target outside of every network says, if the scenario has it."""
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
