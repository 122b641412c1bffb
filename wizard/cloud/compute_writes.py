"""Writes to compute. Each carries a request id, by which compute knows a repeat from a second order."""

from __future__ import annotations

from collections.abc import Callable

from google.cloud import compute_v1 as api

from wizard.cloud import compute_messages as messages
from wizard.cloud.compute_client import C, ComputeClient
from wizard.cloud.compute_find import ComputeFind
from wizard.cloud.compute_operations import as_operation
from wizard.cloud.etags import refuse_if_changed
from wizard.ports import Operation, SubnetPatch
from wizard.records import FirewallRule, Ref, Router, Subnet


class ComputeWrites:
    """Creates, changes and deletes; every method returns the operation at once and raises CloudError."""

    def __init__(self, client: ComputeClient, find: ComputeFind) -> None:
        self._client = client
        self._find = find

    async def create(self, ref: Ref, wanted: Subnet | FirewallRule | Router, request_id: str) -> Operation:
        """Create any of the kinds that compute has here."""
        match wanted:
            case Subnet():
                return await self.create_subnet(ref, wanted, request_id)
            case FirewallRule():
                return await self.create_firewall(ref, wanted, request_id)
            case Router():
                return await self.create_router(ref, wanted, request_id)

    async def delete(self, ref: Ref, request_id: str) -> Operation:
        """Delete it, whichever kind of these it is."""
        deletes = {"subnet": self.delete_subnet, "firewall": self.delete_firewall, "router": self.delete_router}
        return await deletes[ref.kind](ref, request_id)

    async def create_subnet(self, ref: Ref, wanted: Subnet, request_id: str) -> Operation:
        def insert(client: api.SubnetworksClient, timeout: float) -> api.Operation:
            request = api.InsertSubnetworkRequest(
                project=ref.project,
                region=ref.location,
                subnetwork_resource=messages.subnetwork(ref.project, wanted),
                request_id=request_id or None,
            )
            return client.insert_unary(request=request, timeout=timeout, retry=None)

        return await self._send("create", ref, api.SubnetworksClient, insert, request_id)

    async def create_firewall(self, ref: Ref, wanted: FirewallRule, request_id: str) -> Operation:
        def insert(client: api.FirewallsClient, timeout: float) -> api.Operation:
            request = api.InsertFirewallRequest(
                project=ref.project,
                firewall_resource=messages.firewall(ref.project, wanted),
                request_id=request_id or None,
            )
            return client.insert_unary(request=request, timeout=timeout, retry=None)

        return await self._send("create", ref, api.FirewallsClient, insert, request_id)

    async def create_router(self, ref: Ref, wanted: Router, request_id: str) -> Operation:
        """A router with its NAT gateways, in one call."""

        def insert(client: api.RoutersClient, timeout: float) -> api.Operation:
            request = api.InsertRouterRequest(
                project=ref.project,
                region=ref.location,
                router_resource=messages.router(ref.project, wanted),
                request_id=request_id or None,
            )
            return client.insert_unary(request=request, timeout=timeout, retry=None)

        return await self._send("create", ref, api.RoutersClient, insert, request_id)

    async def patch_subnet(self, ref: Ref, change: SubnetPatch, etag: str, request_id: str) -> Operation:
        """Switch Private Google Access. The call takes no fingerprint, so that is compared just before."""
        if etag:
            refuse_if_changed(ref, etag, (await self._find.subnet(ref)).etag)

        def switch(client: api.SubnetworksClient, timeout: float) -> api.Operation:
            body = api.SubnetworksSetPrivateIpGoogleAccessRequest(private_ip_google_access=change.private_google_access)
            request = api.SetPrivateIpGoogleAccessSubnetworkRequest(
                project=ref.project,
                region=ref.location,
                subnetwork=ref.name,
                subnetworks_set_private_ip_google_access_request_resource=body,
                request_id=request_id or None,
            )
            return client.set_private_ip_google_access_unary(request=request, timeout=timeout, retry=None)

        return await self._send("change", ref, api.SubnetworksClient, switch, request_id)

    async def delete_subnet(self, ref: Ref, request_id: str) -> Operation:
        def delete(client: api.SubnetworksClient, timeout: float) -> api.Operation:
            request = api.DeleteSubnetworkRequest(
                project=ref.project, region=ref.location, subnetwork=ref.name, request_id=request_id or None
            )
            return client.delete_unary(request=request, timeout=timeout, retry=None)

        return await self._send("delete", ref, api.SubnetworksClient, delete, request_id)

    async def delete_firewall(self, ref: Ref, request_id: str) -> Operation:
        def delete(client: api.FirewallsClient, timeout: float) -> api.Operation:
            request = api.DeleteFirewallRequest(project=ref.project, firewall=ref.name, request_id=request_id or None)
            return client.delete_unary(request=request, timeout=timeout, retry=None)

        return await self._send("delete", ref, api.FirewallsClient, delete, request_id)

    async def delete_router(self, ref: Ref, request_id: str) -> Operation:
        def delete(client: api.RoutersClient, timeout: float) -> api.Operation:
            request = api.DeleteRouterRequest(
                project=ref.project, region=ref.location, router=ref.name, request_id=request_id or None
            )
            return client.delete_unary(request=request, timeout=timeout, retry=None)

        return await self._send("delete", ref, api.RoutersClient, delete, request_id)

    async def _send(
        self, verb: str, ref: Ref, kind: type[C], call: Callable[[C, float], api.Operation], request_id: str
    ) -> Operation:
        raw = await self._client.write(f"{verb} {ref}", str(ref), kind, call, request_id=request_id)
        return as_operation(ref, raw)
