"""Records as the messages with which compute creates them."""

from __future__ import annotations

from google.cloud import compute_v1 as api

from wizard.cloud.links import network_link, subnet_link
from wizard.records import FirewallRule, Nat, Router, Subnet


def subnetwork(project: str, record: Subnet) -> api.Subnetwork:
    return api.Subnetwork(
        name=record.name,
        network=network_link(project, record.network),
        ip_cidr_range=record.range,
        secondary_ip_ranges=[
            api.SubnetworkSecondaryRange(range_name=r.name, ip_cidr_range=r.range) for r in record.secondary
        ],
        purpose=record.purpose,
        private_ip_google_access=record.private_google_access,
        stack_type=record.stack_type,
    )


def firewall(project: str, record: FirewallRule) -> api.Firewall:
    message = api.Firewall(
        name=record.name,
        network=network_link(project, record.network),
        description=record.description,
        direction=record.direction,
        priority=record.priority,
        source_ranges=record.sources,
        source_tags=record.source_tags,
        source_service_accounts=record.source_service_accounts,
        destination_ranges=record.destinations,
        target_tags=record.target_tags,
        target_service_accounts=record.target_service_accounts,
        disabled=record.disabled,
        log_config=api.FirewallLogConfig(enable=record.logging),
    )
    if record.action == "deny":
        message.denied = [api.Denied(I_p_protocol=p.protocol, ports=p.ports) for p in record.protocols]
    else:
        message.allowed = [api.Allowed(I_p_protocol=p.protocol, ports=p.ports) for p in record.protocols]
    return message


def router(project: str, record: Router) -> api.Router:
    return api.Router(
        name=record.name,
        network=network_link(project, record.network),
        nats=[_nat(project, record.region, nat) for nat in record.nats],
    )


def _nat(project: str, region: str, nat: Nat) -> api.RouterNat:
    """A public NAT gateway with addresses of Google's choice."""
    message = api.RouterNat(name=nat.name, nat_ip_allocate_option="AUTO_ONLY")
    if nat.all_subnets:
        message.source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
        return message
    message.source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
    message.subnetworks = [
        api.RouterNatSubnetworkToNat(
            name=subnet_link(project, region, subnet), source_ip_ranges_to_nat=["ALL_IP_RANGES"]
        )
        for subnet in nat.subnets
    ]
    return message
