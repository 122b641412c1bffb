"""What exists in a project, as frozen records. No protobuf, no I/O; unknown enum values stay the text they were.

Ranges are CIDR text (`10.8.0.0/28`), times RFC 3339 text, links reduced to short names unless said otherwise.
`etag` is the version the service gave (etag or fingerprint), `created` its creation time, `uid` its identity.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct


class Ref(Struct, frozen=True, kw_only=True):
    """The address of one resource: kind (`subnet`, `connector` …), project, location (a region or `global`), name."""

    kind: str
    project: str
    location: str = "global"
    name: str

    def __str__(self) -> str:
        where = "" if self.location == "global" else f" in {self.location}"
        return f"{self.kind} {self.name}{where}"


class Resource(Struct, frozen=True, kw_only=True):
    """What every resource record carries."""

    name: str
    etag: str = ""
    created: str = ""
    uid: str = ""


# --- networks ---------------------------------------------------------------------------------------------------------


class Peering(Struct, frozen=True, kw_only=True):
    """A VPC network peering as the network lists it; `state` is ACTIVE or INACTIVE."""

    name: str
    network: str = ""
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
    """A route; `type` is SUBNET, STATIC, BGP or TRANSIT, `next_hop` a short word or name (`internet`, an address …)."""

    network: str
    range: str
    priority: int = 1000
    type: str = "STATIC"
    next_hop: str = ""
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
    """One protocol with its ports: `tcp`, `udp`, `icmp`, `all` or a number; ports as `22` or `80-90`; none means all."""

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
    """One rule of a hierarchical or network firewall policy; `action` is allow, deny, goto_next or something newer."""

    priority: int
    action: str
    direction: str = "INGRESS"
    protocols: tuple[Ports, ...] = ()
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
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
    """A Cloud Router with its NAT gateways and the dynamic routes it has learned (CIDRs)."""

    network: str
    region: str
    nats: tuple[Nat, ...] = ()
    learned: tuple[str, ...] = ()


class Instance(Resource, frozen=True, kw_only=True):
    """A VM, one record per network interface; `address` is its primary internal IPv4 address."""

    network: str
    zone: str = ""
    address: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    service_accounts: tuple[str, ...] = ()


class ForwardingRule(Resource, frozen=True, kw_only=True):
    """A forwarding rule; `scheme` is INTERNAL, INTERNAL_MANAGED, EXTERNAL …"""

    address: str = ""
    network: str = ""
    subnet: str = ""
    region: str = ""
    scheme: str = ""
    ports: tuple[str, ...] = ()


# --- Serverless VPC Access --------------------------------------------------------------------------------------------


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


# --- Cloud Run --------------------------------------------------------------------------------------------------------


class VpcAccess(Struct, frozen=True, kw_only=True):
    """Network settings of a template: a connector's full name, or network, subnet, tags; `egress` in gcloud's words."""

    connector: str = ""
    network: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    egress: str = ""

    @property
    def kind(self) -> str:
        """`connector`, `direct` or `none`."""
        if self.connector:
            return "connector"
        return "direct" if self.network or self.subnet else "none"


class Literal(Struct, frozen=True, tag="literal"):
    """An environment value in the clear."""

    value: str


class SecretRef(Struct, frozen=True, tag="secret"):
    """An environment value that Secret Manager holds."""

    secret: str
    version: str = "latest"


class FromRevision(Struct, frozen=True, tag="from-revision"):
    """The value that an earlier revision has; undo uses it, so that no value of the person's is kept in a file."""

    revision: str


class Unset(Struct, frozen=True, tag="unset"):
    """No such variable."""


EnvValue = Literal | SecretRef | FromRevision | Unset


class StartupProbe(Struct, frozen=True, kw_only=True):
    """A start-up probe; `type` is `http`, `tcp` or `grpc`; seconds and counts as in the Cloud Run API."""

    type: str
    path: str = ""
    port: int = 0
    initial_delay: int = 0
    period: int = 10
    timeout: int = 1
    failure_threshold: int = 3


class Traffic(Struct, frozen=True, kw_only=True):
    """One traffic target: `revision` empty means the latest ready one."""

    revision: str = ""
    percent: int = 0
    tag: str = ""


class Condition(Struct, frozen=True, kw_only=True):
    """A condition; `state` is SUCCEEDED, FAILED, PENDING or RECONCILING, `reason` Google's word."""

    type: str = "Ready"
    state: str = ""
    reason: str = ""
    message: str = ""


class Service(Resource, frozen=True, kw_only=True):
    """A Cloud Run service: its template's settings, traffic and state."""

    region: str
    image: str = ""
    vpc: VpcAccess = VpcAccess()
    env: dict[str, EnvValue] = {}
    startup_probe: StartupProbe | None = None
    port: int = 0
    min_instances: int = 0
    max_instances: int = 100
    service_account: str = ""
    ingress: str = ""
    labels: dict[str, str] = {}
    client: str = ""
    traffic: tuple[Traffic, ...] = ()
    serving: tuple[Traffic, ...] = ()
    uri: str = ""
    latest_ready: str = ""
    latest_created: str = ""
    ready: Condition = Condition()
    reconciling: bool = False
    invoker_iam_disabled: bool = False
    last_modifier: str = ""


class Revision(Resource, frozen=True, kw_only=True):
    """A revision: what really serves."""

    service: str
    region: str
    image: str = ""
    vpc: VpcAccess = VpcAccess()
    env: dict[str, EnvValue] = {}
    startup_probe: StartupProbe | None = None
    max_instances: int = 100
    ready: Condition = Condition()


class Job(Resource, frozen=True, kw_only=True):
    """A Cloud Run job. `start_token`, when set, makes creation start the execution `NAME-TOKEN`."""

    region: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, EnvValue] = {}
    vpc: VpcAccess = VpcAccess()
    tasks: int = 1
    parallelism: int = 0
    max_retries: int = 0
    timeout: int = 600
    service_account: str = ""
    labels: dict[str, str] = {}
    start_token: str = ""
    latest_execution: str = ""
    ready: Condition = Condition()


class Execution(Resource, frozen=True, kw_only=True):
    """One run of a job; `completed` is empty while it runs."""

    job: str
    region: str
    tasks: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    completed: str = ""
    condition: Condition = Condition()


class Task(Resource, frozen=True, kw_only=True):
    """One task of an execution; `exit_code` is None until it ended (or when it never started)."""

    index: int
    exit_code: int | None = None
    started: str = ""
    completed: str = ""
    condition: Condition = Condition()


# --- what is asked for ------------------------------------------------------------------------------------------------


class Api(Resource, frozen=True, kw_only=True):
    """A service of Service Usage, such as `vpcaccess.googleapis.com`."""

    enabled: bool = False


class Secret(Resource, frozen=True, kw_only=True):
    """That a Secret Manager secret exists; never its value."""


class Target(Struct, frozen=True, kw_only=True):
    """What should be reached: `url` as given; scheme is `redis`, `postgres`, `mysql`, `http`, `https` or `tcp`."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """The host when it is an IPv4 address, else empty."""
        parts = self.host.split(".")
        return self.host if len(parts) == 4 and all(p.isdigit() for p in parts) else ""


AnyResource = (
    Network
    | Subnet
    | Route
    | FirewallRule
    | Address
    | Router
    | Instance
    | ForwardingRule
    | Connector
    | Service
    | Revision
    | Job
    | Execution
    | Task
    | Api
    | Secret
)


def to_json(value: object) -> bytes:
    """Any record or step as JSON."""
    return msgspec.json.encode(value)
