"""Writes to Cloud Run. A change is read-modify-write on the whole message, guarded by its etag."""

from __future__ import annotations

import asyncio

from google.cloud import run_v2 as api
from google.longrunning import operations_pb2
from msgspec import structs

from wizard.cloud import job_patch, operations, run_messages, run_patch
from wizard.cloud.calls import Caller
from wizard.cloud.etags import refuse_if_changed
from wizard.cloud.run_client import RunClients, full_name, location
from wizard.cloud.run_reads import RunReads
from wizard.errors import CloudError
from wizard.ports import JobPatch, Operation, ServicePatch
from wizard.records import FromRevision, Job, Ref, Service


class RunWrites:
    """Creates, changes and deletes. Every method raises CloudError."""

    def __init__(self, clients: RunClients, reads: RunReads, caller: Caller) -> None:
        self._clients = clients
        self._reads = reads
        self._caller = caller

    async def create_service(self, ref: Ref, wanted: Service) -> Operation:
        request = api.CreateServiceRequest(
            parent=location(ref), service_id=ref.name, service=run_messages.service(wanted)
        )

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.services.create_service(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"create {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)

    async def create_job(self, ref: Ref, wanted: Job) -> Operation:
        request = api.CreateJobRequest(parent=location(ref), job_id=ref.name, job=run_messages.job(wanted))

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.jobs.create_job(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"create {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)

    async def patch_service(self, ref: Ref, change: ServicePatch, etag: str) -> Operation:
        """One update, without a mask: the message as read with the owned fields set, and its etag.

        ABORTED when it is no longer `etag`, here or at the server.
        """
        message = await self._reads.service(ref)
        if etag:
            refuse_if_changed(ref, etag, message.etag)
        if not message.template.containers:
            raise CloudError(f"{ref} has no container to change", status="FAILED_PRECONDITION", resource=str(ref))
        run_patch.apply(message, change, await self._earlier(ref, change))
        request = api.UpdateServiceRequest(service=message)

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.services.update_service(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"change {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)

    async def _earlier(self, ref: Ref, change: ServicePatch) -> dict[str, api.Revision]:
        """The revisions whose values the patch wants back."""
        names = sorted({value.revision for value in change.env.values() if isinstance(value, FromRevision)})
        refs = [structs.replace(ref, kind="revision", name=f"{ref.name}/{name}") for name in names]
        found = await asyncio.gather(*(self._reads.revision(r) for r in refs))
        return dict(zip(names, found, strict=True))

    async def delete_service(self, ref: Ref, etag: str) -> Operation:
        request = api.DeleteServiceRequest(name=full_name(ref), etag=etag)

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.services.delete_service(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"delete {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)

    async def patch_job(self, ref: Ref, change: JobPatch, etag: str) -> Operation:
        """One update, without a mask: the message as read with the owned fields set, and its etag.

        ABORTED when it is no longer `etag`, here or at the server.
        """
        message = await self._reads.job(ref)
        if etag:
            refuse_if_changed(ref, etag, message.etag)
        job_patch.apply(message, change)
        request = api.UpdateJobRequest(job=message)

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.jobs.update_job(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"change {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)

    async def delete_job(self, ref: Ref, etag: str) -> Operation:
        """Delete the job with its executions."""
        request = api.DeleteJobRequest(name=full_name(ref), etag=etag)

        async def send(timeout: float) -> operations_pb2.Operation:
            return (await self._clients.jobs.delete_job(request, timeout=timeout, retry=None)).operation

        raw = await self._caller.write(f"delete {ref}", str(ref), send)
        return operations.accepted("run", ref, raw)
