"""Cloud Run's long-running operations."""

from __future__ import annotations

from typing import Any

from google.api_core.exceptions import MethodNotImplemented
from google.cloud import run_v2 as api
from google.longrunning import operations_pb2
from google.protobuf.duration_pb2 import Duration

from wizard.cloud import operations
from wizard.cloud.calls import Caller
from wizard.cloud.paging import all_pages
from wizard.cloud.run_client import RunClients, full_name, location
from wizard.cloud.run_reads import RunReads
from wizard.errors import CloudError
from wizard.ports import Operation
from wizard.records import Ref

_SERVER_WAITS = 10
"""Seconds of one wait at the server."""

_NO_LIST = {"UNIMPLEMENTED", "NOT_FOUND", "INVALID_ARGUMENT"}
"""How a server answers that does not list the operations of a location."""


class RunOperations:
    """Operations of one project; `account` is who we are, or empty when that is not known."""

    def __init__(self, clients: RunClients, reads: RunReads, caller: Caller, account: str) -> None:
        self._client = clients.services
        self._reads = reads
        self._caller = caller
        self._account = account

    async def wait(self, name: str, ref: Ref) -> None:
        """Until the operation is done; the server waits for us where it can. Raises CloudError."""
        seconds = max(1, min(_SERVER_WAITS, int(self._caller.patience.call / 2)))
        request = operations_pb2.WaitOperationRequest(name=name, timeout=Duration(seconds=seconds))

        async def ask(timeout: float) -> operations_pb2.Operation:
            try:
                return _parsed(await self._client.wait_operation(request, timeout=timeout, retry=None))
            except MethodNotImplemented:
                now = operations_pb2.GetOperationRequest(name=name)
                return await self._client.get_operation(now, timeout=timeout, retry=None)

        async def look() -> bool:
            raw = await self._caller.read("wait for the operation", name, ask)
            if raw.done:
                operations.raise_if_failed(raw, ref)
            return bool(raw.done)

        await operations.until_done(look)

    async def creation(self, ref: Ref, since: str) -> Operation | None:
        """The operation that created this service or job after `since`: its metadata is the resource as created.

        Where operations cannot be listed, the resource's own time of creation and creator answer instead.
        """
        try:
            listed = await self._list(ref)
        except CloudError as error:
            if error.status not in _NO_LIST:
                raise
            return await self._by_creator(ref, since)
        for raw in listed:
            about = _resource(ref).pb(_resource(ref)())
            if raw.metadata.Unpack(about) and _is_creation(about, ref, since):
                return operations.accepted("run", ref, raw)
        return None

    async def _list(self, ref: Ref) -> list[operations_pb2.Operation]:
        async def page(token: str, timeout: float) -> operations_pb2.ListOperationsResponse:
            request = operations_pb2.ListOperationsRequest(name=location(ref), page_token=token)
            return await self._client.list_operations(request, timeout=timeout, retry=None)

        pages = await all_pages(self._caller, "list operations", str(ref), page)
        return [raw for p in pages for raw in p.operations]

    async def _by_creator(self, ref: Ref, since: str) -> Operation | None:
        found = await (self._reads.job(ref) if ref.kind == "job" else self._reads.service(ref))
        raw = type(found).pb(found)
        ours = not self._account or raw.creator == self._account
        created = raw.create_time.ToJsonString() if raw.HasField("create_time") else ""
        if not ours or not operations.not_before(created, since):
            return None
        return Operation(name="", ref=ref, created=created, done=True)


def _parsed(reply: operations_pb2.Operation | bytes) -> operations_pb2.Operation:
    """The client hands out the reply of this one method as it came (google-cloud-run 0.16.2)."""
    return operations_pb2.Operation.FromString(reply) if isinstance(reply, bytes) else reply


def _resource(ref: Ref) -> type[api.Job] | type[api.Service]:
    return api.Job if ref.kind == "job" else api.Service


def _is_creation(about: Any, ref: Ref, since: str) -> bool:
    """Whether the resource in an operation's metadata is this one in its first generation."""
    created = about.create_time.ToJsonString() if about.HasField("create_time") else ""
    fresh = about.generation <= 1 and not about.HasField("delete_time")
    return about.name == full_name(ref) and fresh and operations.not_before(created, since)
