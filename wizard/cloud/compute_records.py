"""Compute's messages as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from google.cloud import compute_v1

from wizard.cloud.links import last, part, relative
from wizard.records import (
    Address,
    ForwardingRule,
    Instance,
    Nat,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    SecondaryRange,
    Subnet,
)

_ALL_SUBNETS = {"ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"}


NOTHING: Mapping[str, int] = {}


def network(message: compute_v1.Network) -> Network:
    """A network; without the field `autoCreateSubnetworks` it is a legacy one (facts: 7.1)."""
    mode = "legacy"
    if "auto_create_subnetworks" in message:
        mode = "auto" if message.auto_create_subnetworks else "custom"
    return Network(
        name=message.name,
        uid=_uid(message.id),
        created=message.creation_timestamp,
        mode=mode,
        legacy_range=message.I_pv4_range,
        policy_order=message.network_firewall_policy_enforcement_order or "AFTER_CLASSIC_FIREWALL",
        peerings=tuple(_peering(p) for p in message.peerings),
    )


def _peering(message: compute_v1.NetworkPeering) -> Peering:
    return Peering(
        name=message.name,
        network=last(message.network),
        project=part(message.network, "projects"),
        state=message.state,
        import_custom_routes=message.import_custom_routes,
        export_custom_routes=message.export_custom_routes,
    )


def subnet(message: compute_v1.Subnetwork) -> Subnet:
    """A subnetwork; the utilisation of the primary range is the one without a range name (facts: trap 14)."""
    used = message.utilization_details.ipv4_utilizations
    free = [int(u.total_free_ip) for u in used if not u.range_name]
    return Subnet(
        name=message.name,
        uid=_uid(message.id),
        etag=message.fingerprint,
        created=message.creation_timestamp,
        network=last(message.network),
        region=last(message.region),
        range=message.ip_cidr_range,
        secondary=tuple(SecondaryRange(name=r.range_name, range=r.ip_cidr_range) for r in message.secondary_ip_ranges),
        purpose=message.purpose or "PRIVATE",
        private_google_access=message.private_ip_google_access,
        stack_type=message.stack_type or "IPV4_ONLY",
        free=free[0] if free else None,
    )


def route(message: compute_v1.Route) -> Route:
    kind = message.route_type or ("SUBNET" if message.next_hop_network else "STATIC")
    return Route(
        name=message.name,
        uid=_uid(message.id),
        created=message.creation_timestamp,
        network=last(message.network),
        range=message.dest_range,
        priority=message.priority,
        type=kind,
        next_hop=_next_hop(message),
        hop_type=_hop_type(message),
        tags=tuple(message.tags),
    )


_HOPS = {
    "next_hop_peering": "NEXT_HOP_PEERING",
    "next_hop_ip": "NEXT_HOP_IP",
    "next_hop_ilb": "NEXT_HOP_ILB",
    "next_hop_instance": "NEXT_HOP_INSTANCE",
    "next_hop_vpn_tunnel": "NEXT_HOP_VPN_TUNNEL",
    "next_hop_interconnect_attachment": "NEXT_HOP_INTERCONNECT",
    "next_hop_hub": "NEXT_HOP_NCC_HUB",
    "next_hop_network": "NEXT_HOP_NETWORK",
}


def _hop_type(message: compute_v1.Route) -> str:
    """The kind of next hop in the words of Connectivity Tests; empty for one from tomorrow."""
    if message.next_hop_gateway:
        internet = last(message.next_hop_gateway) == "default-internet-gateway"
        return "NEXT_HOP_INTERNET_GATEWAY" if internet else ""
    return next((word for field, word in _HOPS.items() if getattr(message, field)), "")


def _next_hop(message: compute_v1.Route) -> str:
    if message.next_hop_gateway:
        gateway = last(message.next_hop_gateway)
        return "internet" if gateway == "default-internet-gateway" else gateway
    if message.next_hop_peering:
        return f"peering:{message.next_hop_peering}"
    links = (
        message.next_hop_ip,
        message.next_hop_ilb,
        message.next_hop_instance,
        message.next_hop_vpn_tunnel,
        message.next_hop_interconnect_attachment,
        message.next_hop_hub,
        message.next_hop_network,
    )
    return last(next((link for link in links if link), ""))


def peering_route(message: compute_v1.ExchangedPeeringRoute, network_name: str, peering: str) -> PeeringRoute:
    return PeeringRoute(
        network=network_name,
        peering=peering,
        range=message.dest_range,
        type=message.type_,
        imported=message.imported,
        region=last(message.next_hop_region),
    )


def address(message: compute_v1.Address) -> Address:
    prefix = message.prefix_length or (128 if ":" in message.address else 32)
    return Address(
        name=message.name,
        uid=_uid(message.id),
        created=message.creation_timestamp,
        range=f"{message.address}/{prefix}",
        purpose=message.purpose,
        status=message.status,
        network=last(message.network),
        subnet=last(message.subnetwork),
        region=last(message.region),
        users=tuple(last(user) for user in message.users),
    )


def router(message: compute_v1.Router, learned: Mapping[str, int] = NOTHING) -> Router:
    return Router(
        name=message.name,
        uid=_uid(message.id),
        created=message.creation_timestamp,
        network=last(message.network),
        region=last(message.region),
        nats=tuple(_nat(n) for n in message.nats),
        learned=tuple(sorted(learned)),
        priorities=dict(learned),
    )


def _nat(message: compute_v1.RouterNat) -> Nat:
    return Nat(
        name=message.name,
        all_subnets=message.source_subnetwork_ip_ranges_to_nat in _ALL_SUBNETS,
        subnets=tuple(last(s.name) for s in message.subnetworks),
    )


def instances(message: compute_v1.Instance) -> Iterator[Instance]:
    """One record for each network interface."""
    for interface in message.network_interfaces:
        yield Instance(
            name=message.name,
            uid=_uid(message.id),
            created=message.creation_timestamp,
            network=last(interface.network),
            zone=last(message.zone),
            address=interface.network_i_p,
            subnet=last(interface.subnetwork),
            tags=tuple(message.tags.items),
            service_accounts=tuple(account.email for account in message.service_accounts),
            status=message.status or "RUNNING",
            can_ip_forward=message.can_ip_forward,
            alias_ranges=tuple(r.ip_cidr_range for r in interface.alias_ip_ranges),
        )


def forwarding_rule(message: compute_v1.ForwardingRule) -> ForwardingRule:
    ports = tuple(message.ports) or ((message.port_range,) if message.port_range else ())
    return ForwardingRule(
        name=message.name,
        uid=_uid(message.id),
        etag=message.fingerprint,
        created=message.creation_timestamp,
        address=message.I_p_address,
        network=last(message.network),
        subnet=last(message.subnetwork),
        region=part(message.region, "regions"),
        scheme=message.load_balancing_scheme,
        protocol=message.I_p_protocol,
        ports=ports,
        all_ports=message.all_ports,
        global_access=message.allow_global_access,
        backend_service=relative(message.backend_service),
        psc_target=last(message.target) if message.load_balancing_scheme == "" and message.target else "",
    )


def _uid(number: int) -> str:
    return str(number) if number else ""
