"""What the inventory reads from compute: whole lists, all pages, all regions."""

from __future__ import annotations

import asyncio

from google.cloud import compute_v1 as api

from wizard.cloud import compute_records as records
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.firewall_records import firewall_rule, global_policies, regional_policies
from wizard.cloud.links import last
from wizard.errors import CloudError
from wizard.ports import EffectiveFirewalls
from wizard.records import (
    Address,
    FirewallRule,
    ForwardingRule,
    Instance,
    Network,
    PeeringRoute,
    Route,
    Router,
    Subnet,
)

_PAGE = 500

_USUAL_PRIORITY = 1000


class ComputeReads:
    """Lists of one project."""

    def __init__(self, client: ComputeClient) -> None:
        self._client = client
        self._project = client.project

    async def networks(self) -> tuple[Network, ...]:
        def page(client: api.NetworksClient, token: str | None, timeout: float) -> api.NetworkList:
            request = api.ListNetworksRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list networks", api.NetworksClient, page)
        return tuple(records.network(n) for p in pages for n in p.items)

    async def subnets(self) -> tuple[Subnet, ...]:
        def page(client: api.SubnetworksClient, token: str | None, timeout: float) -> api.SubnetworkAggregatedList:
            request = api.AggregatedListSubnetworksRequest(
                project=self._project, max_results=_PAGE, page_token=token, views="WITH_UTILIZATION"
            )
            return next(client.aggregated_list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list subnetworks", api.SubnetworksClient, page)
        return tuple(records.subnet(s) for p in pages for scope in p.items.values() for s in scope.subnetworks)

    async def routes(self) -> tuple[Route, ...]:
        def page(client: api.RoutesClient, token: str | None, timeout: float) -> api.RouteList:
            request = api.ListRoutesRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list routes", api.RoutesClient, page)
        return tuple(records.route(r) for p in pages for r in p.items)

    async def firewalls(self) -> tuple[FirewallRule, ...]:
        def page(client: api.FirewallsClient, token: str | None, timeout: float) -> api.FirewallList:
            request = api.ListFirewallsRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list firewall rules", api.FirewallsClient, page)
        return tuple(firewall_rule(f) for p in pages for f in p.items)

    async def effective_firewalls(self, network: str, region: str) -> EffectiveFirewalls:
        """Classic rules, hierarchical and global policies, and those of the region, which take a second call."""
        doing = "read the effective firewall rules"

        def everywhere(client: api.NetworksClient, timeout: float) -> api.NetworksGetEffectiveFirewallsResponse:
            request = api.GetEffectiveFirewallsNetworkRequest(project=self._project, network=network)
            return client.get_effective_firewalls(request=request, timeout=timeout, retry=None)

        def here(
            client: api.RegionNetworkFirewallPoliciesClient, timeout: float
        ) -> api.RegionNetworkFirewallPoliciesGetEffectiveFirewallsResponse:
            request = api.GetEffectiveFirewallsRegionNetworkFirewallPolicyRequest(
                project=self._project, region=region, network=f"projects/{self._project}/global/networks/{network}"
            )
            return client.get_effective_firewalls(request=request, timeout=timeout, retry=None)

        first, second = await asyncio.gather(
            self._client.read(doing, f"network {network}", api.NetworksClient, everywhere),
            self._client.read(doing, f"network {network} in {region}", api.RegionNetworkFirewallPoliciesClient, here),
        )
        return EffectiveFirewalls(
            rules=tuple(firewall_rule(f) for f in first.firewalls),
            policies=global_policies(first.firewall_policys) + regional_policies(second.firewall_policys, region),
        )

    async def addresses(self) -> tuple[Address, ...]:
        """Global and regional ones: the aggregated list holds both."""

        def page(client: api.AddressesClient, token: str | None, timeout: float) -> api.AddressAggregatedList:
            request = api.AggregatedListAddressesRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.aggregated_list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list addresses", api.AddressesClient, page)
        return tuple(records.address(a) for p in pages for scope in p.items.values() for a in scope.addresses)

    async def peering_routes(self, network: str, peering: str, region: str) -> tuple[PeeringRoute, ...]:
        """The routes that the peer offers in this region."""

        def page(client: api.NetworksClient, token: str | None, timeout: float) -> api.ExchangedPeeringRoutesList:
            request = api.ListPeeringRoutesNetworksRequest(
                project=self._project,
                network=network,
                peering_name=peering,
                region=region,
                direction="INCOMING",
                max_results=_PAGE,
                page_token=token,
            )
            return next(client.list_peering_routes(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages(f"list the routes of peering {peering}", api.NetworksClient, page)
        return tuple(records.peering_route(r, network, peering) for p in pages for r in p.items)

    async def routers(self) -> tuple[Router, ...]:
        def page(client: api.RoutersClient, token: str | None, timeout: float) -> api.RouterAggregatedList:
            request = api.AggregatedListRoutersRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.aggregated_list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list routers", api.RoutersClient, page)
        found = [r for p in pages for scope in p.items.values() for r in scope.routers]
        learned = await asyncio.gather(*(self._learned(last(r.region), r.name) for r in found))
        return tuple(records.router(r, ranges) for r, ranges in zip(found, learned, strict=True))

    async def _learned(self, region: str, name: str) -> dict[str, int]:
        """The dynamic routes that a router knows, each with its smallest priority; none when its status may not be read
        or it is gone."""

        def status(client: api.RoutersClient, timeout: float) -> api.RouterStatusResponse:
            request = api.GetRouterStatusRouterRequest(project=self._project, region=region, router=name)
            return client.get_router_status(request=request, timeout=timeout, retry=None)

        try:
            answer = await self._client.read("read the router's status", f"router {name}", api.RoutersClient, status)
        except CloudError as error:
            if error.status in {"PERMISSION_DENIED", "NOT_FOUND"}:
                return {}
            raise
        found: dict[str, int] = {}
        for route in answer.result.best_routes:
            if route.dest_range:
                priority = route.priority if "priority" in route else _USUAL_PRIORITY
                found[route.dest_range] = min(priority, found.get(route.dest_range, priority))
        return found

    async def instances(self) -> tuple[Instance, ...]:
        def page(client: api.InstancesClient, token: str | None, timeout: float) -> api.InstanceAggregatedList:
            request = api.AggregatedListInstancesRequest(project=self._project, max_results=_PAGE, page_token=token)
            return next(client.aggregated_list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list instances", api.InstancesClient, page)
        found = (i for p in pages for scope in p.items.values() for i in scope.instances)
        return tuple(record for i in found for record in records.instances(i))

    async def forwarding_rules(self) -> tuple[ForwardingRule, ...]:
        def page(
            client: api.ForwardingRulesClient, token: str | None, timeout: float
        ) -> api.ForwardingRuleAggregatedList:
            request = api.AggregatedListForwardingRulesRequest(
                project=self._project, max_results=_PAGE, page_token=token
            )
            return next(client.aggregated_list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list forwarding rules", api.ForwardingRulesClient, page)
        return tuple(
            records.forwarding_rule(r) for p in pages for scope in p.items.values() for r in scope.forwarding_rules
        )
