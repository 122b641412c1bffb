"""The way out of a VPC network: by the default internet gateway, by a peering, a tunnel or an appliance."""

from __future__ import annotations

from wizard.network.egress_modes import private_block
from wizard.network.intervals import parse_found
from wizard.network.routes import Choice
from wizard.network.tracing import Decided, Stop
from wizard.network.walk import Walk, dropped

PRIVATE_VIPS = ("199.36.153.4/30", "199.36.153.8/30")
"""restricted.googleapis.com and private.googleapis.com (facts: section 5)."""

_CLASS_E = 0xF000_0000

NOT_FROM_THE_NETWORK = "TRAFFIC_TYPE_BLOCKED"
"""Connectivity Tests have no cause for a request that Cloud Run's ingress setting refuses; this is the nearest."""


def is_vip(address: str) -> bool:
    """Whether the address is one of those behind which Private Google Access puts Google's APIs."""
    one = parse_found(address)
    ranges = [parse_found(range_) for range_ in PRIVATE_VIPS]
    return one is not None and any(r is not None and r[0] <= one[0] <= r[1] for r in ranges)


def is_class_e(address: str) -> bool:
    """Whether the address is in 240.0.0.0/4, which no network of the internet has (RFC 1112)."""
    one = parse_found(address)
    return one is not None and one[0] >= _CLASS_E


def through_gateway(walk: Walk, route: Choice) -> Stop | None:
    """The default internet gateway: for Google's APIs with Private Google Access, for others by Cloud NAT."""
    goal = walk.goal
    private = is_class_e(goal.address) or (private_block(goal.address) and not is_vip(goal.address))
    if goal.address and private:
        return dropped(
            "PRIVATE_TRAFFIC_TO_INTERNET", f"{route.name} leads to the internet, where {goal.address} is not known"
        )
    google = goal.kind in ("google_api", "run") or is_vip(goal.address)
    if google and has_private_google_access(walk):
        access = Decided(kind="PRIVATE_GOOGLE_ACCESS", name=walk.origin.subnet, action="on")
        walk.hop("DELIVER", "Google's APIs", "by Private Google Access", access)
        return None
    if google and not walk.origin.subnet:
        walk.doubt(
            "a connector on a bare range has a hidden subnet: what Private Google Access it has is not documented"
        )
    if is_vip(goal.address):
        walk.decide(_without("PRIVATE_GOOGLE_ACCESS", walk))
        return dropped("PRIVATE_GOOGLE_ACCESS_DISALLOWED", f"{_where(walk)} has no Private Google Access")
    return elsewhere(walk) or _translated(walk, google=google)


def elsewhere(walk: Walk) -> Stop | None:
    """An address that a network of the project keeps for itself: packets that leave for the internet miss it."""
    address = walk.goal.address
    held = walk.topology.networks_of(address) if address else ()
    if not held:
        return None
    walk.doubt(f"{address} is used in {', '.join(held)}, and on the internet it is somebody else's or nobody's")
    return dropped("PRIVATE_TRAFFIC_TO_INTERNET", f"{address} of {held[0]} is not reached by way of the internet")


def has_private_google_access(walk: Walk) -> bool:
    """Whether the subnet of the packets has it; that of a connector's hidden subnet cannot be seen or set."""
    origin = walk.origin
    subnet = walk.topology.subnet(origin.network, origin.region, origin.subnet)
    return subnet is not None and subnet.private_google_access


def _translated(walk: Walk, *, google: bool) -> Stop | None:
    origin, goal = walk.origin, walk.goal
    nat = walk.topology.nat(origin.network, origin.region, origin.subnet)
    if nat is None:
        if "routers" in walk.topology.facts.unread:
            walk.doubt("routers could not be read: whether Cloud NAT serves the subnet is not known")
            return None
        cause = "PRIVATE_GOOGLE_ACCESS_DISALLOWED" if google else "NO_EXTERNAL_ADDRESS"
        without = "neither Private Google Access nor Cloud NAT" if google else "no Cloud NAT"
        walk.decide(_without("PRIVATE_GOOGLE_ACCESS" if google else "CLOUD_NAT", walk))
        return dropped(cause, f"{_where(walk)} has {without}")
    router, gateway = nat
    decided = Decided(kind="CLOUD_NAT", name=gateway.name, action="allow")
    walk.hop("NAT", f"Cloud NAT {gateway.name} of router {router}", "translates to a public address", decided)
    if not origin.subnet:
        walk.doubt(
            "a connector on a bare range has a hidden subnet: whether Cloud NAT serves it shows only a live test"
        )
    if goal.kind == "run":
        if goal.internal_ingress:
            walk.doubt("whether Cloud NAT makes the request count as internal is not documented")
        return refuse_from_outside(walk)
    walk.hop("DELIVER", "Google's APIs" if google else "internet")
    return None


def refuse_from_outside(walk: Walk) -> Stop | None:
    """A service of Cloud Run reached by its public address: with internal ingress it answers 404 (facts: section 5)."""
    if walk.goal.internal_ingress:
        return dropped(NOT_FROM_THE_NETWORK, "the request does not come from the network: internal ingress answers 404")
    walk.hop("DELIVER", walk.goal.host, "by its public address")
    return None


def _without(kind: str, walk: Walk) -> Decided:
    return Decided(kind=kind, name=_where(walk), action="off")


def _where(walk: Walk) -> str:
    origin = walk.origin
    return f"subnet {origin.subnet}" if origin.subnet else f"the hidden subnet of connector {origin.connector}"
