"""One compute resource as it is now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from google.cloud import compute_v1 as api

from wizard.cloud import compute_records as records
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.firewall_records import firewall_rule
from wizard.records import Address, AnyResource, FirewallRule, Network, Ref, Route, Router, Subnet


class ComputeFind:
    """Gets resources by reference. Every method raises CloudError, NOT_FOUND when there is no such resource."""

    def __init__(self, client: ComputeClient) -> None:
        self._client = client
        self.by_kind: dict[str, Callable[[Ref], Awaitable[AnyResource]]] = {
            "network": self.network,
            "subnet": self.subnet,
            "route": self.route,
            "firewall": self.firewall,
            "address": self.address,
            "router": self.router,
        }

    async def network(self, ref: Ref) -> Network:
        def get(client: api.NetworksClient, timeout: float) -> api.Network:
            request = api.GetNetworkRequest(project=ref.project, network=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return records.network(await self._client.read(f"read {ref}", str(ref), api.NetworksClient, get))

    async def subnet(self, ref: Ref) -> Subnet:
        def get(client: api.SubnetworksClient, timeout: float) -> api.Subnetwork:
            request = api.GetSubnetworkRequest(
                project=ref.project, region=ref.location, subnetwork=ref.name, views="WITH_UTILIZATION"
            )
            return client.get(request=request, timeout=timeout, retry=None)

        return records.subnet(await self._client.read(f"read {ref}", str(ref), api.SubnetworksClient, get))

    async def route(self, ref: Ref) -> Route:
        def get(client: api.RoutesClient, timeout: float) -> api.Route:
            request = api.GetRouteRequest(project=ref.project, route=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return records.route(await self._client.read(f"read {ref}", str(ref), api.RoutesClient, get))

    async def firewall(self, ref: Ref) -> FirewallRule:
        def get(client: api.FirewallsClient, timeout: float) -> api.Firewall:
            request = api.GetFirewallRequest(project=ref.project, firewall=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return firewall_rule(await self._client.read(f"read {ref}", str(ref), api.FirewallsClient, get))

    async def address(self, ref: Ref) -> Address:
        if ref.location == "global":
            return await self._global_address(ref)

        def get(client: api.AddressesClient, timeout: float) -> api.Address:
            request = api.GetAddressRequest(project=ref.project, region=ref.location, address=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return records.address(await self._client.read(f"read {ref}", str(ref), api.AddressesClient, get))

    async def _global_address(self, ref: Ref) -> Address:
        def get(client: api.GlobalAddressesClient, timeout: float) -> api.Address:
            request = api.GetGlobalAddressRequest(project=ref.project, address=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return records.address(await self._client.read(f"read {ref}", str(ref), api.GlobalAddressesClient, get))

    async def router(self, ref: Ref) -> Router:
        """Its NAT gateways; what it has learned is read with the list alone."""

        def get(client: api.RoutersClient, timeout: float) -> api.Router:
            request = api.GetRouterRequest(project=ref.project, region=ref.location, router=ref.name)
            return client.get(request=request, timeout=timeout, retry=None)

        return records.router(await self._client.read(f"read {ref}", str(ref), api.RoutersClient, get))
