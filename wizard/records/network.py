"""Records of Compute Engine networking and of Serverless VPC Access."""

from __future__ import annotations

from msgspec import Struct

from wizard.records.base import Resource


class Peering(Struct, frozen=True, kw_only=True):
    """A VPC network peering as the network lists it; `state` is ACTIVE or INACTIVE."""

    name: str
    network: str = ""
    project: str = ""
    state: str = "ACTIVE"
    import_custom_routes: bool = False
    export_custom_routes: bool = False


class Network(Resource, frozen=True, kw_only=True):
    """A VPC network. `mode` is `auto`, `custom` or `legacy`; `policy_order` the network policy enforcement order."""

    mode: str = "custom"
    legacy_range: str = ""
    policy_order: str = "AFTER_CLASSIC_FIREWALL"
    peerings: tuple[Peering, ...] = ()


class SecondaryRange(Struct, frozen=True, kw_only=True):
    name: str
    range: str


class Subnet(Resource, frozen=True, kw_only=True):
    """A subnetwork. `free` is the number of free addresses of the primary range, None when not reported."""

    network: str
    region: str
    range: str
    secondary: tuple[SecondaryRange, ...] = ()
    purpose: str = "PRIVATE"
    private_google_access: bool = False
    stack_type: str = "IPV4_ONLY"
    free: int | None = None


class Route(Resource, frozen=True, kw_only=True):
    """A route; `type` is SUBNET, STATIC, BGP or TRANSIT, `next_hop` a short word or name (`internet`, an address …).

    `hop_type` is the kind of next hop in the words of Connectivity Tests (`NEXT_HOP_IP` …), empty when it is unknown.
    """

    network: str
    range: str
    priority: int = 1000
    type: str = "STATIC"
    next_hop: str = ""
    hop_type: str = ""
    tags: tuple[str, ...] = ()


class PeeringRoute(Struct, frozen=True, kw_only=True):
    """A route that a peer of `network` offers; `imported` says whether it is in force."""

    network: str
    peering: str
    range: str
    type: str = "SUBNET_PEERING_ROUTE"
    imported: bool = True
    region: str = ""


class Ports(Struct, frozen=True):
    """One protocol with its ports: `tcp`, `udp`, `icmp`, `all` or a number; ports `22` or `80-90`; none means all."""

    protocol: str
    ports: tuple[str, ...] = ()


class FirewallRule(Resource, frozen=True, kw_only=True):
    """A classic VPC firewall rule. `action` is `allow` or `deny`. Empty sources or destinations mean everywhere."""

    network: str
    direction: str = "INGRESS"
    priority: int = 1000
    action: str = "allow"
    protocols: tuple[Ports, ...] = ()
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    source_service_accounts: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    disabled: bool = False
    logging: bool = False
    description: str = ""


class PolicyRule(Struct, frozen=True, kw_only=True):
    """One rule of a hierarchical or network firewall policy; `action` is allow, deny, goto_next or something newer.

    `target_networks` are links from `projects/` on; none means every network of the policy. Secure tags are those in
    effect. `other_sources`, `other_destinations` (beside the ranges) and `network_types` (on top of them) are
    conditions in words: `FQDN example.com`, `source network type INTERNET`.
    """

    priority: int
    action: str
    direction: str = "INGRESS"
    protocols: tuple[Ports, ...] = ()
    sources: tuple[str, ...] = ()
    source_secure_tags: tuple[str, ...] = ()
    other_sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    other_destinations: tuple[str, ...] = ()
    network_types: tuple[str, ...] = ()
    target_networks: tuple[str, ...] = ()
    target_secure_tags: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    disabled: bool = False
    description: str = ""


class FirewallPolicy(Struct, frozen=True, kw_only=True):
    """A policy in force on a network. `level` is organization, folder, global or a region's name."""

    name: str
    level: str
    rules: tuple[PolicyRule, ...] = ()


class Address(Resource, frozen=True, kw_only=True):
    """A reserved address or internal range; `range` is CIDR (a single address is /32); `users` are short names."""

    range: str
    purpose: str = ""
    status: str = ""
    network: str = ""
    subnet: str = ""
    region: str = ""
    users: tuple[str, ...] = ()


class Nat(Struct, frozen=True, kw_only=True):
    """A Cloud NAT gateway of a router; `subnets` are names, or empty when `all_subnets`."""

    name: str
    all_subnets: bool = False
    subnets: tuple[str, ...] = ()


class Router(Resource, frozen=True, kw_only=True):
    """A Cloud Router with its NAT gateways and the dynamic routes it has learned (CIDRs), with their priorities."""

    network: str
    region: str
    nats: tuple[Nat, ...] = ()
    learned: tuple[str, ...] = ()
    priorities: dict[str, int] = {}


class Instance(Resource, frozen=True, kw_only=True):
    """A VM, one record per network interface; `address` is its primary internal IPv4 address, `status` RUNNING …"""

    network: str
    zone: str = ""
    address: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()
    status: str = "RUNNING"
    can_ip_forward: bool = False
    alias_ranges: tuple[str, ...] = ()


class ForwardingRule(Resource, frozen=True, kw_only=True):
    """A forwarding rule; `scheme` is INTERNAL, INTERNAL_MANAGED, EXTERNAL …

    `backend_service` is the link of what it leads to, from `projects/` on. `backends` are the names of the VMs behind
    an internal passthrough load balancer, if `backends_known`. `psc_target` is what a Private Service Connect endpoint
    leads to, empty for everything else.
    """

    address: str = ""
    network: str = ""
    subnet: str = ""
    region: str = ""
    scheme: str = ""
    protocol: str = ""
    ports: tuple[str, ...] = ()
    all_ports: bool = False
    global_access: bool = False
    backend_service: str = ""
    backends: tuple[str, ...] = ()
    backends_known: bool = False
    psc_target: str = ""


class DnsRecord(Struct, frozen=True, kw_only=True):
    """One record set of a zone: `name` is full, with or without the last dot; `type` is A, CNAME …"""

    name: str
    type: str
    values: tuple[str, ...] = ()


class DnsZone(Resource, frozen=True, kw_only=True):
    """A Cloud DNS zone. `networks` (short names) see it when it is private; others answer for it when it is one of
    `forwarding`, `peering` and `service_directory`."""

    dns_name: str
    private: bool = True
    networks: tuple[str, ...] = ()
    records: tuple[DnsRecord, ...] = ()
    forwarding: bool = False
    peering: bool = False
    service_directory: bool = False


class Connector(Resource, frozen=True, kw_only=True):
    """A Serverless VPC Access connector: either `network` and `range`, or `subnet`. `state` is READY, CREATING …"""

    region: str
    network: str = ""
    range: str = ""
    subnet: str = ""
    subnet_project: str = ""
    machine_type: str = "e2-micro"
    min_instances: int = 2
    max_instances: int = 3
    state: str = "READY"
    connected_projects: tuple[str, ...] = ()
