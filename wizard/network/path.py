"""What becomes of a packet from Cloud Run: the whole path, hop by hop, from configuration alone.

Egress setting, connector or Direct VPC interface, egress firewall, route, NAT or peering, ingress firewall, delivery.
Pure: the same facts and question, the same trace.
"""

from __future__ import annotations

from wizard.network.arriving import arrive
from wizard.network.crossing import connector_traffic, leave_firewall
from wizard.network.egress_modes import ALL_TRAFFIC, PRIVATE_RANGES_ONLY, private_block
from wizard.network.intervals import parse_found
from wizard.network.leaving import is_class_e, is_vip, refuse_from_outside, through_gateway
from wizard.network.routes import INTERNET_GATEWAY, TUNNEL, Choice, equals
from wizard.network.topology import Topology
from wizard.network.tracing import ABORT, CONNECTOR, NO_WAY, Decided, Goal, Origin, Stop, Trace
from wizard.network.walk import Walk, by_route, dropped

_ANY_PUBLIC = "203.0.113.1"
"""Stands for a public address that is not known here (RFC 5737): no one has it, so no rule can mean it alone."""

_PLACES = {
    "NEXT_HOP_VPN_TUNNEL": ("ARRIVE_AT_VPN_TUNNEL", "beyond the tunnel"),
    "NEXT_HOP_INTERCONNECT": ("ARRIVE_AT_INTERCONNECT_ATTACHMENT", "beyond the Interconnect attachment"),
    "NEXT_HOP_NCC_HUB": ("FORWARD", "beyond the Network Connectivity Center hub"),
}


def trace(topology: Topology, origin: Origin, goal: Goal) -> Trace:
    """What becomes of the first packet of a connection from `origin` to `goal`."""
    walk = Walk(topology, origin, goal)
    mode = origin.egress or PRIVATE_RANGES_ONLY
    for doubt in goal.doubts:
        walk.doubt(doubt)
    walk.hop(origin.start, origin.resource, "" if origin.way == NO_WAY else f"egress {mode}")
    if goal.lost is not None:
        return walk.ended(goal.lost)
    if origin.way == NO_WAY or not _through_network(walk, mode):
        return walk.ended(_outside(walk, mode))
    return walk.ended(_enter(walk) or _inside(walk))


def _through_network(walk: Walk, mode: str) -> bool:
    """The egress gate: whether the packet enters the VPC network at all (facts: section 5)."""
    return mode == ALL_TRAFFIC or bool(walk.goal.address and private_block(walk.goal.address))


def _outside(walk: Walk, mode: str) -> Stop | None:
    """Straight to the internet, past every VPC network."""
    origin, goal = walk.origin, walk.goal
    none = origin.way == NO_WAY
    setting = Decided(kind="EGRESS_SETTING", name="no VPC access" if none else mode)
    walk.hop("SERVERLESS_EXTERNAL_CONNECTION", "Cloud Run", "straight to the internet", setting)
    if goal.address and private_block(goal.address):
        detail = f"{origin.resource} has neither a connector nor Direct VPC egress, and {goal.address} is private"
        return dropped("VPC_CONNECTOR_NOT_SET", detail)
    held = walk.topology.networks_of(goal.address) if goal.address else ()
    if held:
        walk.doubt(f"{goal.address} is used in {', '.join(held)}, but is in no range that {mode} sends there")
        return dropped("PRIVATE_TRAFFIC_TO_INTERNET", f"{goal.address} of {held[0]} is not in the ranges of {mode}")
    if is_class_e(goal.address):
        walk.doubt(f"whether {mode} sends Class E addresses into the network is not documented")
        return dropped("PRIVATE_TRAFFIC_TO_INTERNET", f"{goal.address} is no address of the internet (Class E)")
    if goal.kind == "run":
        return refuse_from_outside(walk)
    walk.hop("DELIVER", "Google's APIs" if goal.kind == "google_api" else "internet")
    return None


def _enter(walk: Walk) -> Stop | None:
    """The way into the network: the connector's machines, or an interface in a subnet."""
    origin = walk.origin
    via = CONNECTOR if origin.way == CONNECTOR else "Direct VPC egress"
    name = origin.connector if origin.way == CONNECTOR else origin.subnet
    state = "ARRIVE_AT_VPC_CONNECTOR" if origin.way == CONNECTOR else "DIRECT_VPC_EGRESS_CONNECTION"
    entered = Decided(kind="VPC_ACCESS", name=f"{via} {name}")
    detail = f"enters {origin.network} from {origin.range}" if origin.broken is None else origin.broken.detail
    walk.hop(state, f"{'connector' if origin.way == CONNECTOR else 'subnet'} {name}", detail, entered)
    if origin.broken is not None:
        return origin.broken
    if walk.topology.network(origin.network) is None:
        detail = f"network {origin.network} of {origin.project or 'another project'} cannot be read from here"
        return Stop(cause="NETWORK_CONFIG_NOT_FOUND", detail=detail, verdict=ABORT)
    if parse_found(origin.range) is None:
        detail = f"{name} has no IPv4 range" + (f", but {origin.range}" if origin.range else "")
        return Stop(cause="UNSUPPORTED", detail=detail, verdict=ABORT)
    return connector_traffic(walk) if origin.way == CONNECTOR else None


def _inside(walk: Walk) -> Stop | None:
    """In the network: egress firewall, route, and wherever that leads."""
    address = walk.goal.address or _ANY_PUBLIC
    if not walk.goal.address:
        walk.doubt(f"the addresses of {walk.goal.host} are not known here: rules for particular ones do not count")
    stop = leave_firewall(walk, address)
    if stop is not None:
        return stop
    return _route(walk, address)


def _route(walk: Walk, address: str) -> Stop | None:
    origin = walk.origin
    number = (parse_found(address) or (0, 0))[0]
    tags = ("vpc-connector", f"vpc-connector-{origin.region}-{origin.connector}") if origin.connector else origin.tags
    table = walk.topology.routes(origin.network)
    choice = table.choose(number, tags)
    if choice is None:
        walk.hop("APPLY_ROUTE", origin.network, "no route fits", Decided(kind="NO_ROUTE", name=origin.network))
        return dropped("NO_ROUTE", f"{origin.network} has no route to {address}")
    if choice.tags and origin.way != CONNECTOR:
        walk.doubt(f"{choice.name} is for network tags: sources differ on whether Direct VPC egress takes such routes")
    others = [] if choice.type in ("SUBNET", "PEERING_SUBNET") else equals(table, choice, number, tags)
    if others:
        alike = "range and priority" if others[0].priority == choice.priority else "range"
        walk.doubt(f"{choice.name} and {others[0].name} have the same {alike}: which is taken is not certain")
    walk.hop("APPLY_ROUTE", choice.name, f"{choice.range}, {_next(choice)}", by_route(choice))
    return _follow(walk, choice, address)


def _next(choice: Choice) -> str:
    if choice.hop_type in ("", "NEXT_HOP_NETWORK"):
        return "inside the network"
    return "next hop " + choice.hop_type.removeprefix("NEXT_HOP_").replace("_", " ").lower() + f" {choice.hop}".rstrip()


def _follow(walk: Walk, choice: Choice, address: str) -> Stop | None:
    if choice.hop_type == INTERNET_GATEWAY:
        return through_gateway(walk, choice)
    if choice.hop_type in _PLACES:
        state, beyond = _PLACES[choice.hop_type]
        walk.hop(state, choice.hop or choice.name)
        if choice.hop_type == TUNNEL and is_vip(address):
            detail = f"{choice.name} leads {address} into a tunnel: it is only behind the default internet gateway"
            return dropped("PRIVATE_GOOGLE_ACCESS_VIA_VPN_TUNNEL_UNSUPPORTED", detail)
        walk.hop("FORWARD", choice.hop or choice.name, beyond)
        walk.doubt(
            f"what lies {beyond} is not visible from here: its firewall, and its route back to {walk.origin.range}"
        )
        return None
    return arrive(walk, choice, address)
