"""Cloud Run's operations."""

from __future__ import annotations

import pytest
from google.cloud import run_v2 as api
from google.longrunning import operations_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status

from tests.cloud.run_bodies import (
    JOB,
    NAME,
    PARENT,
    SERVICE,
    accepted,
    operations,
)
from tests.cloud.servers import GrpcServer
from wizard.cloud.run_client import RunClients
from wizard.errors import CloudError


async def test_waiting_at_the_server(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("WaitOperation", accepted(), operations_pb2.Operation(name="o", done=True))
    await operations(run_clients).wait(f"{PARENT}/operations/o1", SERVICE)
    assert len(grpc_api.requests("WaitOperation")) == 2


async def test_waiting_where_the_server_does_not(grpc_api: GrpcServer, run_clients: RunClients) -> None:
    grpc_api.on("GetOperation", accepted(), operations_pb2.Operation(name="o", done=True))
    await operations(run_clients).wait(f"{PARENT}/operations/o1", SERVICE)
    assert len(grpc_api.requests("GetOperation")) == 2


@pytest.mark.parametrize(("code", "status"), [(3, "INVALID_ARGUMENT"), (5, "FAILED"), (14, "FAILED"), (99, "FAILED")])
async def test_an_operation_that_failed(grpc_api: GrpcServer, run_clients: RunClients, code: int, status: str) -> None:
    failed = operations_pb2.Operation(name="o", done=True, error=Status(code=code, message="Revision is not ready"))
    grpc_api.on("WaitOperation", failed)
    with pytest.raises(CloudError) as caught:
        await operations(run_clients).wait("o", SERVICE)
    assert caught.value.status == status
    assert "Revision is not ready" in caught.value.message


def about(message: api.Service | api.Job) -> operations_pb2.Operation:
    """An operation whose metadata is the resource, as Cloud Run's are."""
    packed = AnyMessage()
    packed.Pack(type(message).pb(message))
    return operations_pb2.Operation(name=f"{PARENT}/operations/o9", metadata=packed, done=True)


@pytest.mark.parametrize(
    ("name", "generation", "seconds", "ours"),
    [(NAME, 1, 100, True), (NAME, 2, 100, False), (NAME, 1, 99, False), (f"{NAME}0", 1, 100, False)],
)
async def test_the_creation_of_ours(
    grpc_api: GrpcServer, run_clients: RunClients, name: str, generation: int, seconds: int, ours: bool
) -> None:
    listed = about(api.Service(name=name, generation=generation, create_time=Timestamp(seconds=seconds)))
    other = about(api.Job(name=NAME))
    grpc_api.on("ListOperations", operations_pb2.ListOperationsResponse(operations=[other, listed]))
    found = await operations(run_clients).creation(SERVICE, "1970-01-01T00:01:40Z")
    assert (found is not None) is ours


@pytest.mark.parametrize(("account", "ours"), [("", True), ("me@example.com", True), ("you@example.com", False)])
async def test_creation_without_a_list_of_operations(
    grpc_api: GrpcServer, run_clients: RunClients, account: str, ours: bool
) -> None:
    job = api.Job(name=f"{PARENT}/jobs/j1", creator="me@example.com", create_time=Timestamp(seconds=200))
    grpc_api.on("GetJob", api.Job.pb(job))
    found = await operations(run_clients, account).creation(JOB, "1970-01-01T00:01:40Z")
    assert (found is not None) is ours
