"""`wizard.ports.Reads` of one project: each question to the part of the client that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.cloud.backends import Backends
from wizard.cloud.calls import Caller
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_reads import ComputeReads
from wizard.cloud.connectors import Connectors
from wizard.cloud.dns import Dns
from wizard.cloud.internal_ranges import InternalRanges
from wizard.cloud.legacy import LegacyUsers
from wizard.cloud.org_policies import OrgPolicies
from wizard.cloud.rest import Rest
from wizard.cloud.run_reads import RunReads
from wizard.cloud.services import Services
from wizard.ports import EffectiveFirewalls
from wizard.records import (
    Address,
    Connector,
    DnsZone,
    FirewallRule,
    ForwardingRule,
    Instance,
    Job,
    Legacy,
    Network,
    PeeringRoute,
    PolicyValues,
    Revision,
    Route,
    Router,
    Service,
    Subnet,
)


class ProjectReads:
    """Every question but whether a secret exists, which is a `find`. Every method raises CloudError."""

    def __init__(
        self, rest: Rest, caller: Caller, compute: ComputeClient, run: RunReads, connectors: Connectors, project: str
    ) -> None:
        self._compute_reads = ComputeReads(compute)
        self._backends = Backends(compute)
        self._run_reads = run
        self._connectors = connectors
        self._services = Services(rest, caller, project)
        self._dns = Dns(rest, caller, project)
        self._internal_ranges = InternalRanges(rest, caller, project)
        self._legacy = LegacyUsers(rest, caller, project)
        self._org_policies = OrgPolicies(rest, caller, project)

    async def networks(self) -> tuple[Network, ...]:
        return await self._compute_reads.networks()

    async def subnets(self) -> tuple[Subnet, ...]:
        return await self._compute_reads.subnets()

    async def routes(self) -> tuple[Route, ...]:
        return await self._compute_reads.routes()

    async def firewalls(self) -> tuple[FirewallRule, ...]:
        return await self._compute_reads.firewalls()

    async def effective_firewalls(self, network: str, region: str) -> EffectiveFirewalls:
        return await self._compute_reads.effective_firewalls(network, region)

    async def addresses(self) -> tuple[Address, ...]:
        return await self._compute_reads.addresses()

    async def peering_routes(self, network: str, peering: str, region: str) -> tuple[PeeringRoute, ...]:
        return await self._compute_reads.peering_routes(network, peering, region)

    async def routers(self) -> tuple[Router, ...]:
        return await self._compute_reads.routers()

    async def instances(self) -> tuple[Instance, ...]:
        return await self._compute_reads.instances()

    async def forwarding_rules(self) -> tuple[ForwardingRule, ...]:
        return await self._compute_reads.forwarding_rules()

    async def backends(self, backend_service: str) -> tuple[str, ...] | None:
        return await self._backends.names(backend_service)

    async def internal_ranges(self) -> tuple[Address, ...]:
        return await self._internal_ranges.list()

    async def zones(self) -> tuple[DnsZone, ...]:
        return await self._dns.private_zones()

    async def connectors(self) -> tuple[Connector, ...]:
        return await self._connectors.everywhere()

    async def services(self, region: str) -> tuple[Service, ...]:
        return await self._run_reads.services(region)

    async def revisions(self, region: str, service: str) -> tuple[Revision, ...]:
        return await self._run_reads.revisions(region, service)

    async def jobs(self, region: str) -> tuple[Job, ...]:
        return await self._run_reads.jobs(region)

    async def functions(self, region: str) -> tuple[Legacy, ...]:
        return await self._legacy.functions(region)

    async def app_engine_versions(self) -> tuple[Legacy, ...]:
        return await self._legacy.app_engine_versions()

    async def apis(self, names: tuple[str, ...]) -> Mapping[str, bool]:
        return await self._services.apis(names)

    async def permissions(self, names: tuple[str, ...]) -> frozenset[str]:
        return await self._services.permissions(names)

    async def invokers(self, region: str, service: str) -> tuple[str, ...]:
        return await self._services.invokers(region, service)

    async def allowed_values(self, constraint: str) -> PolicyValues | None:
        return await self._org_policies.allowed_values(constraint)
