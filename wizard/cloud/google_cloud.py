"""`wizard.ports.Cloud` over Google's clients: each question to the API that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wizard.cloud.access import Access
from wizard.cloud.calls import Caller, Patience
from wizard.cloud.channels import open_channel
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_find import ComputeFind
from wizard.cloud.compute_operations import ComputeOperations
from wizard.cloud.compute_writes import ComputeWrites
from wizard.cloud.connect import Connection
from wizard.cloud.connectivity_tests import ConnectivityTests
from wizard.cloud.connectors import Connectors
from wizard.cloud.names import check_ref, check_scope
from wizard.cloud.outside import Outside
from wizard.cloud.project_reads import ProjectReads
from wizard.cloud.rest import Rest, Threads
from wizard.cloud.run_client import RunClients
from wizard.cloud.run_operations import RunOperations
from wizard.cloud.run_reads import RunReads
from wizard.cloud.run_writes import RunWrites
from wizard.errors import CloudError, ReadOnlyError
from wizard.ports import (
    Answered,
    ConnectorPatch,
    JobPatch,
    Operation,
    Patch,
    ServicePatch,
    SubnetPatch,
)
from wizard.records import (
    AnyResource,
    Api,
    ConnectivityTest,
    Connector,
    Execution,
    FirewallRule,
    Job,
    Ref,
    Router,
    Service,
    Subnet,
    Task,
)

_COMPUTE = {"subnet", "firewall", "router"}
_RUN = {"service", "job"}


class GoogleCloud(ProjectReads):
    """One project. Every method but the properties raises CloudError; writes raise ReadOnlyError when read-only."""

    def __init__(self, access: Access, connection: Connection, project: str, region: str) -> None:
        check_scope(project, region)
        caller = Caller(
            Patience(call=connection.call_timeout, total=connection.total_timeout), read_only=connection.read_only
        )
        self._read_only = connection.read_only
        self._project = project
        self._region = region
        self._threads = Threads()
        self._rest = Rest(access, self._threads)
        self._channels = (open_channel(access, "run.googleapis.com"), open_channel(access, "vpcaccess.googleapis.com"))
        self._compute = ComputeClient(access, caller, self._threads, project)
        self._compute_find = ComputeFind(self._compute)
        self._compute_writes = ComputeWrites(self._compute, self._compute_find)
        self._compute_operations = ComputeOperations(self._compute)
        clients = RunClients(self._channels[0])
        run_reads = RunReads(clients, caller, project)
        self._run_writes = RunWrites(clients, run_reads, caller)
        self._run_operations = RunOperations(clients, run_reads, caller, access.account)
        connectors = Connectors(self._channels[1], self._rest, caller, project)
        super().__init__(self._rest, caller, self._compute, run_reads, connectors, project)
        self._outside = Outside(access, self._threads)
        self._tests = ConnectivityTests(self._rest, caller)
        self._finders: dict[str, Callable[[Ref], Awaitable[AnyResource]]] = {
            **self._compute_find.by_kind,
            "connector": self._connectors.find,
            "service": self._run_reads.find_service,
            "revision": self._run_reads.find_revision,
            "job": self._run_reads.find_job,
            "api": self._services.find_api,
            "secret": self._services.find_secret,
            "connectivity-test": self._tests.find,
        }

    @property
    def project(self) -> str:
        return self._project

    @property
    def region(self) -> str:
        """The region that the connection was opened for."""
        return self._region

    async def aclose(self) -> None:
        """Close every connection. Calls under way end with an error."""
        for channel in self._channels:
            await channel.close()
        self._threads.close()
        self._compute.close()
        self._rest.close()

    async def find(self, ref: Ref) -> AnyResource | None:
        finder = self._finders.get(ref.kind)
        if finder is None:
            raise _unsupported("read", ref)
        check_ref(ref)
        try:
            return await finder(ref)
        except CloudError as error:
            if error.status == "NOT_FOUND":
                return None
            raise

    async def create(self, ref: Ref, wanted: AnyResource, *, request_id: str) -> Operation:
        self._begin_write("create", ref)
        match ref.kind, wanted:
            case "subnet" | "firewall" | "router", Subnet() | FirewallRule() | Router():
                return await self._compute_writes.create(ref, wanted, request_id)
            case "connector", Connector():
                return await self._connectors.create(ref, wanted)
            case "service", Service():
                return await self._run_writes.create_service(ref, wanted)
            case "job", Job():
                return await self._run_writes.create_job(ref, wanted)
            case "connectivity-test", ConnectivityTest():
                return await self._tests.create(ref, wanted)
            case "api", Api():
                return await self._services.enable(ref)
        raise _unsupported("create", ref)

    async def patch(self, ref: Ref, change: Patch, *, etag: str, request_id: str) -> Operation:
        self._begin_write("change", ref)
        match ref.kind, change:
            case "subnet", SubnetPatch():
                return await self._compute_writes.patch_subnet(ref, change, etag, request_id)
            case "connector", ConnectorPatch():
                return await self._connectors.patch(ref, change, etag)
            case "service", ServicePatch():
                return await self._run_writes.patch_service(ref, change, etag)
            case "job", JobPatch():
                return await self._run_writes.patch_job(ref, change, etag)
        raise _unsupported("change", ref)

    async def delete(self, ref: Ref, *, etag: str, request_id: str) -> Operation:
        self._begin_write("delete", ref)
        match ref.kind:
            case "subnet" | "firewall" | "router":
                return await self._compute_writes.delete(ref, request_id)
            case "connector":
                return await self._connectors.delete(ref)
            case "service":
                return await self._run_writes.delete_service(ref, etag)
            case "job":
                return await self._run_writes.delete_job(ref, etag)
            case "connectivity-test":
                return await self._tests.delete(ref)
        raise _unsupported("delete", ref)

    async def wait(self, operation: Operation) -> None:
        api, _, name = operation.name.partition(":")
        if not name:
            if operation.error:
                raise CloudError(operation.error, status="FAILED", resource=str(operation.ref))
            return
        waits = {
            "compute": self._compute_operations.wait,
            "vpcaccess": self._connectors.wait,
            "run": self._run_operations.wait,
            "serviceusage": self._services.wait,
            "networkmanagement": self._tests.wait,
        }
        if api not in waits:
            raise CloudError(f"{operation.name} cannot be followed by this version", status="UNIMPLEMENTED")
        await waits[api](name, operation.ref)

    async def creation(self, ref: Ref, *, since: str, request_id: str) -> Operation | None:
        """Enabling an API has no creator: it leaves nothing that could be ours."""
        if ref.kind in _COMPUTE:
            return await self._compute_operations.creation(ref, since, request_id)
        if ref.kind == "connector":
            return await self._connectors.creation(ref, since)
        return await self._run_operations.creation(ref, since) if ref.kind in _RUN else None

    async def execution(self, job: Ref, name: str) -> Execution | None:
        return await self._run_reads.execution(job, name)

    async def tasks(self, job: Ref, execution: str) -> tuple[Task, ...]:
        return await self._run_reads.tasks(job, execution)

    async def log_lines(self, job: Ref, execution: str) -> tuple[str, ...]:
        return await self._services.log_lines(job.name, execution)

    async def call(self, url: str) -> Answered:
        return await self._outside.call(url)

    async def secret_exists(self, name: str) -> bool:
        return await self.find(Ref(kind="secret", project=self._project, name=name)) is not None

    def _begin_write(self, verb: str, ref: Ref) -> None:
        """Refuse before the reads that a write begins with; `Caller.write` refuses again before it sends."""
        if self._read_only:
            raise ReadOnlyError(f"{verb} {ref}")
        check_ref(ref)


def _unsupported(verb: str, ref: Ref) -> CloudError:
    return CloudError(f"this client cannot {verb} a {ref.kind}", status="UNIMPLEMENTED", doing=verb, resource=str(ref))
