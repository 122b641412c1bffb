"""Cloud Run's messages, and the pieces that deal in them."""

from __future__ import annotations

from google.cloud import run_v2 as api
from google.longrunning import operations_pb2

from tests.cloud.servers import CALLER, GrpcServer
from wizard.cloud.run_client import RunClients
from wizard.cloud.run_operations import RunOperations
from wizard.cloud.run_reads import RunReads
from wizard.cloud.run_writes import RunWrites
from wizard.ports import ServicePatch
from wizard.records import (
    Ref,
    VpcAccess,
)

PARENT = "projects/p1/locations/us-central1"
NAME = f"{PARENT}/services/s1"
SERVICE = Ref(kind="service", project="p1", location="us-central1", name="s1")
JOB = Ref(kind="job", project="p1", location="us-central1", name="j1")
DIRECT = VpcAccess(network="n1", subnet="sub", tags=("t",), egress="all-traffic")
UNKNOWN_FIELD = b"\xea\x6b\x07forever"
"""Field 1725, length-delimited: no client knows it."""


def service(**more: object) -> api.Service:
    """A service with a side-car before the container that takes requests."""
    variables = [api.EnvVar(name=name, value=name.lower()) for name in ("A", "B", "C")]
    fields: dict[str, object] = {
        "name": NAME,
        "etag": '"1/a"',
        "template": api.RevisionTemplate(
            revision="s1-named",
            containers=[
                api.Container(name="proxy", image="proxy"),
                api.Container(name="app", image="app", ports=[api.ContainerPort(container_port=8080)], env=variables),
            ],
            vpc_access=api.VpcAccess(connector=f"{PARENT}/connectors/c1", egress=2),
        ),
        **more,
    }
    return api.Service(**fields)


def accepted() -> operations_pb2.Operation:
    return operations_pb2.Operation(name=f"{PARENT}/operations/o1")


def writes(clients: RunClients) -> RunWrites:
    return RunWrites(clients, RunReads(clients, CALLER, "p1"), CALLER)


def operations(clients: RunClients, account: str = "") -> RunOperations:
    return RunOperations(clients, RunReads(clients, CALLER, "p1"), CALLER, account)


async def patched(server: GrpcServer, clients: RunClients, patch: ServicePatch, read: bytes) -> api.Service:
    """The service as it was sent after `patch` on what was read."""
    server.on("GetService", read)
    server.on("UpdateService", accepted())
    await writes(clients).patch_service(SERVICE, patch, "")
    request = api.UpdateServiceRequest.deserialize(server.requests("UpdateService")[0])
    assert not api.UpdateServiceRequest.pb(request).HasField("update_mask")
    service: api.Service = request.service
    return service
