"""The tables of a scenario file (a contract: the TOML keys are those of the design)."""

from __future__ import annotations

from msgspec import Struct, field

from wizard.sandbox.legacy_tables import AppEngine, Function


class ScenarioError(Exception):
    """A scenario that cannot be used; the text names file, key, rule and an example."""


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: an unknown key is an error."""


class Project(_Table, frozen=True, kw_only=True):
    """`apis` None means that all are enabled."""

    id: str
    number: int = 123456789012
    region: str = "us-central1"
    member: str = "user:you@example.com"
    apis: tuple[str, ...] | None = None
    host_project: str = ""


class Network(_Table, frozen=True, kw_only=True):
    name: str
    mode: str = "custom"
    default_routes: bool = True
    project: str = ""


class Secondary(_Table, frozen=True, kw_only=True):
    name: str
    range: str


class Subnet(_Table, frozen=True, kw_only=True):
    """`used` is a number of addresses that something else has taken."""

    name: str
    network: str
    range: str
    region: str = ""
    secondary: tuple[Secondary, ...] = ()
    purpose: str = "PRIVATE"
    private_google_access: bool = False
    used: int = 0


class Route(_Table, frozen=True, kw_only=True):
    name: str
    network: str
    range: str
    next_hop: str = "internet"
    priority: int = 1000
    tags: tuple[str, ...] = ()


class Nat(_Table, frozen=True, kw_only=True):
    name: str
    network: str
    region: str = ""
    subnets: tuple[str, ...] = ("all",)


class Peering(_Table, frozen=True, kw_only=True):
    """`routes` are what the peer offers; `import` and `export` concern custom routes."""

    name: str
    network: str
    routes: tuple[str, ...] = ()
    import_: bool = field(name="import", default=False)
    export: bool = False


class Address(_Table, frozen=True, kw_only=True):
    name: str
    network: str
    range: str
    purpose: str = "VPC_PEERING"


class InternalRange(_Table, frozen=True, kw_only=True):
    name: str
    network: str
    range: str


class Firewall(_Table, frozen=True, kw_only=True):
    name: str
    network: str
    direction: str = "INGRESS"
    priority: int = 1000
    action: str = "allow"
    rules: tuple[str, ...] = ("all",)
    sources: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    source_service_accounts: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    disabled: bool = False
    logging: bool = False


class PolicyRule(_Table, frozen=True, kw_only=True):
    priority: int
    action: str
    direction: str = "INGRESS"
    rules: tuple[str, ...] = ("all",)
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    disabled: bool = False


class FirewallPolicy(_Table, frozen=True, kw_only=True):
    """`level` is organization, folder, global or a region."""

    name: str
    level: str
    network: str
    rules: tuple[PolicyRule, ...] = ()


class Connector(_Table, frozen=True, kw_only=True):
    name: str
    region: str = ""
    network: str = ""
    range: str = ""
    subnet: str = ""
    machine_type: str = "e2-micro"
    min: int = 2
    max: int = 3
    state: str = "READY"
    project: str = ""


class StartupProbe(_Table, frozen=True, kw_only=True):
    type: str = "tcp"
    path: str = ""
    port: int = 0
    initial_delay: int = 0
    period: int = 10
    timeout: int = 1
    failure_threshold: int = 3


class Service(_Table, frozen=True, kw_only=True):
    """A Cloud Run service. `reaches` are the URLs its code connects to, at start-up or later (`connects`).

    `public`: allUsers may invoke it. `connector` is a name, or the full name of one in another project.
    """

    name: str
    region: str = ""
    image: str = "us-docker.pkg.dev/cloudrun/container/hello"
    connector: str = ""
    network: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    egress: str = ""
    min_instances: int = 0
    max_instances: int = 100
    env: dict[str, str] = {}
    secrets: dict[str, str] = {}
    startup_probe: StartupProbe | None = None
    ingress: str = ""
    reaches: tuple[str, ...] = ()
    connects: str = "lazy"
    public: bool = False
    managed_by: str = ""
    labels: dict[str, str] = {}
    project: str = ""


class Job(Service, frozen=True, kw_only=True):
    """A Cloud Run job; `outcome` is how a program that the sandbox does not run ends."""

    schedule: str = ""
    outcome: str = ""


class Revision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A revision of a service with the settings in which it differs."""

    service: str
    name: str
    percent: int = 0
    tag: str = ""
    image: str = ""
    connector: str = ""
    network: str = ""
    subnet: str = ""
    tags: tuple[str, ...] = ()
    egress: str = ""
    min_instances: int = 0
    max_instances: int = 0
    env: dict[str, str] = {}
    secrets: dict[str, str] = {}
    startup_probe: StartupProbe | None = None
    reaches: tuple[str, ...] = ()
    connects: str = ""


class Secret(_Table, frozen=True, kw_only=True):
    name: str
    project: str = ""


class Target(_Table, frozen=True, kw_only=True):
    """Something to be reached; `serves` are `protocol:port`, also `refuse:81` and `silent:82`."""

    name: str
    address: str
    network: str
    tags: tuple[str, ...] = ()
    service_account: str = ""
    kind: str = "vm"
    dns: str = ""
    serves: tuple[str, ...] = ()


class Dns(_Table, frozen=True, kw_only=True):
    zone: str
    private: bool = True
    records: dict[str, str] = {}


class Permission(_Table, frozen=True, kw_only=True):
    """What a member may not do; without a member, everybody."""

    member: str = ""
    denied: tuple[str, ...] = ()


class OrgPolicy(_Table, frozen=True, kw_only=True):
    constraint: str
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


class Quota(_Table, frozen=True, kw_only=True):
    metric: str
    limit: float
    usage: float = 0


class Fault(_Table, frozen=True, kw_only=True):
    on: str
    kind: str
    message: str = ""
    times: int = 0
    after: int = 0
    retry_after: int = 0
    resource: str = ""


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scenario. Lists are in the order of the file; `projects` has the first of them also as `project`."""

    projects: tuple[Project, ...] = field(name="project", default=())
    networks: tuple[Network, ...] = field(name="network", default=())
    subnets: tuple[Subnet, ...] = field(name="subnet", default=())
    routes: tuple[Route, ...] = field(name="route", default=())
    nats: tuple[Nat, ...] = field(name="nat", default=())
    peerings: tuple[Peering, ...] = field(name="peering", default=())
    addresses: tuple[Address, ...] = field(name="address", default=())
    internal_ranges: tuple[InternalRange, ...] = field(name="internal_range", default=())
    firewalls: tuple[Firewall, ...] = field(name="firewall", default=())
    firewall_policies: tuple[FirewallPolicy, ...] = field(name="firewall_policy", default=())
    connectors: tuple[Connector, ...] = field(name="connector", default=())
    services: tuple[Service, ...] = field(name="service", default=())
    revisions: tuple[Revision, ...] = field(name="revision", default=())
    jobs: tuple[Job, ...] = field(name="job", default=())
    functions: tuple[Function, ...] = field(name="function", default=())
    app_engine: tuple[AppEngine, ...] = ()
    secrets: tuple[Secret, ...] = field(name="secret", default=())
    targets: tuple[Target, ...] = field(name="target", default=())
    dns: tuple[Dns, ...] = ()
    permissions: tuple[Permission, ...] = field(name="permission", default=())
    org_policies: tuple[OrgPolicy, ...] = field(name="org_policy", default=())
    quotas: tuple[Quota, ...] = field(name="quota", default=())
    faults: tuple[Fault, ...] = field(name="fault", default=())
    timing: dict[str, float] = {}

    @property
    def project(self) -> Project:
        return self.projects[0]
