"""A project in which nothing is listed: runs never ask for lists."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.ports import Answered, EffectiveFirewalls
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


class NothingListed:
    """`wizard.ports.Reads` of an empty project."""

    async def networks(self) -> tuple[Network, ...]:
        return ()

    async def subnets(self) -> tuple[Subnet, ...]:
        return ()

    async def routes(self) -> tuple[Route, ...]:
        return ()

    async def firewalls(self) -> tuple[FirewallRule, ...]:
        return ()

    async def effective_firewalls(self, network: str, region: str) -> EffectiveFirewalls:
        return EffectiveFirewalls()

    async def addresses(self) -> tuple[Address, ...]:
        return ()

    async def peering_routes(self, network: str, peering: str, region: str) -> tuple[PeeringRoute, ...]:
        return ()

    async def routers(self) -> tuple[Router, ...]:
        return ()

    async def instances(self) -> tuple[Instance, ...]:
        return ()

    async def forwarding_rules(self) -> tuple[ForwardingRule, ...]:
        return ()

    async def backends(self, backend_service: str) -> tuple[str, ...] | None:
        return ()

    async def internal_ranges(self) -> tuple[Address, ...]:
        return ()

    async def zones(self) -> tuple[DnsZone, ...]:
        return ()

    async def connectors(self) -> tuple[Connector, ...]:
        return ()

    async def services(self, region: str) -> tuple[Service, ...]:
        return ()

    async def revisions(self, region: str, service: str) -> tuple[Revision, ...]:
        return ()

    async def jobs(self, region: str) -> tuple[Job, ...]:
        return ()

    async def apis(self, names: tuple[str, ...]) -> Mapping[str, bool]:
        return {}

    async def permissions(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset()

    async def secret_exists(self, name: str) -> bool:
        return False

    async def invokers(self, region: str, service: str) -> tuple[str, ...]:
        return ()

    async def allowed_values(self, constraint: str) -> PolicyValues | None:
        return None

    async def functions(self, region: str) -> tuple[Legacy, ...]:
        return ()

    async def app_engine_versions(self) -> tuple[Legacy, ...]:
        return ()

    async def call(self, url: str) -> Answered:
        return Answered(status=0, why="nobody is called")
