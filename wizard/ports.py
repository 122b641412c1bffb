"""What the rest of the program may ask of a cloud. `wizard/cloud` implements it over Google's clients.

Reads give records. A write is a whole new resource (`create`), an owned part of an existing one (`patch`), or a
`delete`; each returns an operation at once, which `wait` follows. Every failure is a `CloudError`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from msgspec import UNSET, Struct, UnsetType

from wizard.records import (
    Address,
    AnyResource,
    Connector,
    DnsZone,
    EnvValue,
    Execution,
    FirewallPolicy,
    FirewallRule,
    ForwardingRule,
    Instance,
    Job,
    Legacy,
    Network,
    PeeringRoute,
    PolicyValues,
    Ref,
    Revision,
    Route,
    Router,
    Service,
    Subnet,
    Task,
    Traffic,
    VpcAccess,
)


class Operation(Struct, frozen=True, kw_only=True):
    """A long-running operation. `name` is what the journal keeps and `wait` needs; empty when the call was immediate.

    `error` is set when the reply itself already carried the operation's failure.
    """

    name: str
    ref: Ref
    created: str = ""
    done: bool = False
    error: str = ""


class SubnetPatch(Struct, frozen=True, kw_only=True, tag="subnet"):
    """Owned fields of a subnetwork."""

    private_google_access: bool


class ConnectorPatch(Struct, frozen=True, kw_only=True, tag="connector"):
    """Owned fields of a connector; both counts always go together (facts: 1.2)."""

    min_instances: int
    max_instances: int
    machine_type: str


class ServicePatch(Struct, frozen=True, kw_only=True, tag="service"):
    """Owned fields of a service; what is unset is not touched. One patch makes one revision.

    `env` names single variables: a literal, a secret reference, the value of an earlier revision, or `Unset`.
    `startup_failures` is how often its start-up probe may fail; everything else in the probe stays.
    """

    vpc: VpcAccess | UnsetType = UNSET
    env: dict[str, EnvValue] = {}
    startup_failures: int | UnsetType = UNSET
    traffic: tuple[Traffic, ...] | UnsetType = UNSET


class JobPatch(Struct, frozen=True, kw_only=True, tag="job"):
    """Owned fields of a job: its network settings."""

    vpc: VpcAccess


Patch = SubnetPatch | ConnectorPatch | ServicePatch | JobPatch


class Answered(Struct, frozen=True, kw_only=True):
    """What the URL of a service answered: HTTP status (0: nothing came), milliseconds, and why nothing came."""

    status: int
    ms: float = 0.0
    why: str = ""


class EffectiveFirewalls(Struct, frozen=True, kw_only=True):
    """What `getEffectiveFirewalls` says of one network: its classic rules and the policies above and beside them."""

    rules: tuple[FirewallRule, ...] = ()
    policies: tuple[FirewallPolicy, ...] = ()


class Writes(Protocol):
    """The calls a Step may make. A `request_id` is a UUID; compute sends it as `requestId`."""

    async def find(self, ref: Ref) -> AnyResource | None:
        """The resource as it is now, or None when it does not exist. Raises CloudError for anything else."""
        ...

    async def create(self, ref: Ref, wanted: AnyResource, *, request_id: str) -> Operation:
        """Create what the record says. ALREADY_EXISTS when the name is taken."""
        ...

    async def patch(self, ref: Ref, change: Patch, *, etag: str, request_id: str) -> Operation:
        """Set the owned fields on the message just read. ABORTED when its etag is no longer `etag` (unless empty)."""
        ...

    async def delete(self, ref: Ref, *, etag: str, request_id: str) -> Operation:
        """Delete it; the operation fails when it is in use."""
        ...

    async def wait(self, operation: Operation) -> None:
        """Return when the operation is done; raise CloudError when it failed or when its name is gone (NOT_FOUND)."""
        ...

    async def creation(self, ref: Ref, *, since: str, request_id: str) -> Operation | None:
        """The operation that created this resource for us: by request id (compute), else by method, target and time."""
        ...


class Probes(Protocol):
    """What following a probe job needs."""

    async def execution(self, job: Ref, name: str) -> Execution | None: ...

    async def tasks(self, job: Ref, execution: str) -> tuple[Task, ...]: ...

    async def log_lines(self, job: Ref, execution: str) -> tuple[str, ...]:
        """What the tasks printed, when it may be read; otherwise empty."""
        ...


class Calls(Protocol):
    """What looking at a service from outside needs."""

    async def call(self, url: str) -> Answered:
        """`GET url`, without credentials and without following redirects. Never raises CloudError.

        Only URLs of Cloud Run (`https://….run.app`) are called; any other one gives status 0.
        """
        ...


class Reads(Protocol):
    """What the inventory may ask; lists cover the whole project unless a region is given."""

    async def networks(self) -> tuple[Network, ...]: ...

    async def subnets(self) -> tuple[Subnet, ...]:
        """All regions; `free` is filled where the API reports utilisation."""
        ...

    async def routes(self) -> tuple[Route, ...]: ...

    async def firewalls(self) -> tuple[FirewallRule, ...]: ...

    async def effective_firewalls(self, network: str, region: str) -> EffectiveFirewalls: ...

    async def addresses(self) -> tuple[Address, ...]:
        """Global and regional."""
        ...

    async def peering_routes(self, network: str, peering: str, region: str) -> tuple[PeeringRoute, ...]: ...

    async def routers(self) -> tuple[Router, ...]:
        """All regions, with NAT gateways; `learned` is filled where the router status may be read."""
        ...

    async def instances(self) -> tuple[Instance, ...]: ...

    async def forwarding_rules(self) -> tuple[ForwardingRule, ...]:
        """Global and regional, without what is behind them."""
        ...

    async def backends(self, backend_service: str) -> tuple[str, ...] | None:
        """The names of the VMs behind a regional backend service (a link from `projects/` on).

        None when it has backends whose machines are not listed in instance groups.
        """
        ...

    async def internal_ranges(self) -> tuple[Address, ...]:
        """Reservations of Network Connectivity, with the purpose INTERNAL_RANGE."""
        ...

    async def zones(self) -> tuple[DnsZone, ...]:
        """The project's private DNS zones with their A and CNAME records."""
        ...

    async def connectors(self) -> tuple[Connector, ...]:
        """Every location that Serverless VPC Access names."""
        ...

    async def services(self, region: str) -> tuple[Service, ...]: ...

    async def revisions(self, region: str, service: str) -> tuple[Revision, ...]: ...

    async def jobs(self, region: str) -> tuple[Job, ...]: ...

    async def functions(self, region: str) -> tuple[Legacy, ...]:
        """1st generation functions with a connector."""
        ...

    async def app_engine_versions(self) -> tuple[Legacy, ...]:
        """App Engine versions with a connector; empty when the project has no App Engine application."""
        ...

    async def apis(self, names: tuple[str, ...]) -> Mapping[str, bool]:
        """Which of these APIs are enabled."""
        ...

    async def permissions(self, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the permissions that the caller has on the project."""
        ...

    async def secret_exists(self, name: str) -> bool: ...

    async def invokers(self, region: str, service: str) -> tuple[str, ...]:
        """Members with roles/run.invoker on the service."""
        ...

    async def allowed_values(self, constraint: str) -> PolicyValues | None:
        """What the organisation lets pass here by a list constraint (`run.allowedVPCEgress`); None: everything."""
        ...


class Cloud(Reads, Writes, Probes, Calls, Protocol):
    """One project of one cloud. `project` is its id."""

    @property
    def project(self) -> str: ...

    def aclose(self) -> Awaitable[None]: ...


OpenProject = Callable[[str], Awaitable[Cloud]]
"""Opens another project of the same cloud, by its id. Whoever calls it closes what it gets. Raises CloudError."""
