"""Compute's own operations: their name in the journal, how they end, and which of them created a resource."""

from __future__ import annotations

import requests
from google.cloud import compute_v1 as api

from wizard.cloud import operations
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.links import last, part, relative
from wizard.cloud.messages import enum_name
from wizard.ports import Operation
from wizard.records import Ref

_SERVER_WAITS = 5.0
"""Seconds of one wait at the server. It would wait for two minutes, but a thread cannot be called back earlier."""

_STATUS = {
    "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE": "FAILED_PRECONDITION",
    "RESOURCE_NOT_READY": "FAILED_PRECONDITION",
    "QUOTA_EXCEEDED": "RESOURCE_EXHAUSTED",
    "RESOURCE_ALREADY_EXISTS": "ALREADY_EXISTS",
    "INVALID_FIELD_VALUE": "INVALID_ARGUMENT",
    "INVALID_USAGE": "INVALID_ARGUMENT",
    "PERMISSIONS_ERROR": "PERMISSION_DENIED",
    "CONDITION_NOT_MET": "ABORTED",
}
"""Compute's words for why an operation failed, as canonical names."""

_COLLECTIONS = {"subnet": "subnetworks", "firewall": "firewalls", "router": "routers"}


def as_operation(ref: Ref, raw: api.Operation) -> Operation:
    """An operation under a name with which it is found again: `compute:regions/R/operations/NAME`."""
    where = f"regions/{last(raw.region)}" if raw.region else "global"
    return Operation(
        name=f"compute:{where}/operations/{raw.name}",
        ref=ref,
        created=raw.insert_time,
        done=_done(raw),
        error=_message(raw),
    )


class ComputeOperations:
    """Operations of one project."""

    def __init__(self, client: ComputeClient) -> None:
        self._client = client

    async def wait(self, name: str, ref: Ref) -> None:
        """Until the operation `regions/R/operations/NAME` or `global/operations/NAME` is done. Raises CloudError."""
        region = part(name, "regions")

        async def look() -> bool:
            raw = await (self._regional(last(name), region) if region else self._global(last(name)))
            if not _done(raw):
                return False
            if message := _message(raw):
                raise operations.failure(_status(raw), message, ref)
            return True

        await operations.until_done(look)

    async def _global(self, name: str) -> api.Operation:
        def wait(client: api.GlobalOperationsClient, timeout: float) -> api.Operation:
            request = api.WaitGlobalOperationRequest(project=self._client.project, operation=name)
            try:
                return client.wait(request=request, timeout=min(timeout, _SERVER_WAITS), retry=None)
            except requests.ReadTimeout:
                now = api.GetGlobalOperationRequest(project=self._client.project, operation=name)
                return client.get(request=now, timeout=timeout, retry=None)

        return await self._client.read("wait for the operation", name, api.GlobalOperationsClient, wait)

    async def _regional(self, name: str, region: str) -> api.Operation:
        def wait(client: api.RegionOperationsClient, timeout: float) -> api.Operation:
            request = api.WaitRegionOperationRequest(project=self._client.project, region=region, operation=name)
            try:
                return client.wait(request=request, timeout=min(timeout, _SERVER_WAITS), retry=None)
            except requests.ReadTimeout:
                now = api.GetRegionOperationRequest(project=self._client.project, region=region, operation=name)
                return client.get(request=now, timeout=timeout, retry=None)

        return await self._client.read("wait for the operation", name, api.RegionOperationsClient, wait)

    async def creation(self, ref: Ref, since: str, request_id: str) -> Operation | None:
        """The insertion of this resource that carried the request id; without one, any since that time."""
        query = f'clientOperationId = "{request_id}"' if request_id else 'operationType = "insert"'
        found = await (self._list_global(query) if ref.location == "global" else self._list(ref.location, query))
        for raw in found:
            in_time = operations.not_before(raw.insert_time, since)
            ours = raw.client_operation_id == request_id if request_id else in_time
            if ours and raw.operation_type == "insert" and relative(raw.target_link) == _target(ref):
                return as_operation(ref, raw)
        return None

    async def _list_global(self, query: str) -> list[api.Operation]:
        def page(client: api.GlobalOperationsClient, token: str | None, timeout: float) -> api.OperationList:
            request = api.ListGlobalOperationsRequest(project=self._client.project, filter=query, page_token=token)
            return next(client.list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list operations", api.GlobalOperationsClient, page)
        return [raw for p in pages for raw in p.items]

    async def _list(self, region: str, query: str) -> list[api.Operation]:
        def page(client: api.RegionOperationsClient, token: str | None, timeout: float) -> api.OperationList:
            request = api.ListRegionOperationsRequest(
                project=self._client.project, region=region, filter=query, page_token=token
            )
            return next(client.list(request=request, timeout=timeout, retry=None).pages)

        pages = await self._client.pages("list operations", api.RegionOperationsClient, page)
        return [raw for p in pages for raw in p.items]


def _target(ref: Ref) -> str:
    where = "global" if ref.location == "global" else f"regions/{ref.location}"
    return f"projects/{ref.project}/{where}/{_COLLECTIONS[ref.kind]}/{ref.name}"


def _done(raw: api.Operation) -> bool:
    return enum_name(raw, "status") == "DONE"


def _message(raw: api.Operation) -> str:
    """Why it failed, in compute's words; empty when it did not."""
    texts = [error.message or error.code for error in raw.error.errors]
    return "; ".join(texts) or (raw.http_error_message if raw.http_error_status_code >= 400 else "")


def _status(raw: api.Operation) -> str:
    codes = [error.code for error in raw.error.errors]
    return next((_STATUS[code] for code in codes if code in _STATUS), "FAILED")
