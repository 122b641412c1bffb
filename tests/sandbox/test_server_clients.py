"""Google's own clients on the sandbox, unmodified: over plain loopback, and through CONNECT and TLS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import compute_v1, run_v2, vpcaccess_v1
from google.cloud.run_v2.services.services.transports import ServicesGrpcAsyncIOTransport
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcAsyncIOTransport
from google.longrunning import operations_pb2, operations_pb2_grpc

from tests.sandbox.serving import SMALL, serving
from wizard.sandbox.server import Server

PARENT = "projects/demo-project/locations/us-central1"

WANTED = vpcaccess_v1.Connector(network="my-vpc", ip_cidr_range="10.8.0.0/28", min_instances=2, max_instances=3)


@asynccontextmanager
async def channel_to(server: Server, way: str) -> AsyncIterator[grpc.aio.Channel]:
    """A gRPC channel straight to the sandbox, or one that believes it goes to Google."""
    if way == "plain":
        channel = grpc.aio.insecure_channel(f"127.0.0.1:{server.port}")
    else:
        roots = grpc.ssl_channel_credentials((server.settings.folder / "ca.pem").read_bytes())
        proxy = [("grpc.http_proxy", f"http://127.0.0.1:{server.port}")]
        channel = grpc.aio.secure_channel("vpcaccess.googleapis.com:443", roots, options=proxy)
    async with channel:
        yield channel


def connectors_client(channel: grpc.aio.Channel) -> vpcaccess_v1.VpcAccessServiceAsyncClient:
    return vpcaccess_v1.VpcAccessServiceAsyncClient(transport=VpcAccessServiceGrpcAsyncIOTransport(channel=channel))


def networks_client(server: Server, way: str) -> compute_v1.NetworksClient:
    if way == "plain":
        options = ClientOptions(api_endpoint=f"http://127.0.0.1:{server.port}")
        return compute_v1.NetworksClient(credentials=AnonymousCredentials(), client_options=options)
    client = compute_v1.NetworksClient(credentials=AnonymousCredentials())
    session: AuthorizedSession = vars(client.transport)["_session"]
    session.trust_env = False
    session.proxies = {"https": f"http://127.0.0.1:{server.port}"}
    session.verify = str(server.settings.folder / "ca.pem")
    return client


@pytest.mark.parametrize("way", ["plain", "as if to Google"])
async def test_compute_over_rest(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path) as server:
        client = networks_client(server, way)
        found = await asyncio.to_thread(lambda: [n.name for n in client.list(project="demo-project")])
        assert found == ["my-vpc"]
        with pytest.raises(exceptions.NotFound, match="The resource 'projects/demo-project/global/networks/no' was"):
            await asyncio.to_thread(client.get, project="demo-project", network="no")


@pytest.mark.parametrize("way", ["plain", "as if to Google"])
async def test_connectors_over_grpc(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path) as server, channel_to(server, way) as channel:
        client = vpcaccess_v1.VpcAccessServiceAsyncClient(
            transport=VpcAccessServiceGrpcAsyncIOTransport(channel=channel)
        )
        operation = await client.create_connector(parent=PARENT, connector_id="con", connector=WANTED)
        made = await operation.result(timeout=20)
        assert (made.name, made.state) == (f"{PARENT}/connectors/con", vpcaccess_v1.Connector.State.READY)
        assert [c.name async for c in await client.list_connectors(parent=PARENT)] == [made.name]
        with pytest.raises(exceptions.NotFound):
            await client.get_connector(name=f"{PARENT}/connectors/no")
        assert [r["transport"] for r in server.log.requests] == ["grpc"] * len(server.log.requests)
        assert server.log.writes == 1


async def test_operations_of_both_apis_are_found_by_name_and_listed_together(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, channel_to(server, "plain") as channel:
        connectors = connectors_client(channel)
        services = run_v2.ServicesAsyncClient(transport=ServicesGrpcAsyncIOTransport(channel=channel))
        template = run_v2.RevisionTemplate(containers=[run_v2.Container(image="example/app")])
        started = [
            await connectors.create_connector(parent=PARENT, connector_id="con", connector=WANTED),
            await services.create_service(parent=PARENT, service_id="app", service=run_v2.Service(template=template)),
        ]
        stub = operations_pb2_grpc.OperationsStub(channel)
        names = [operation.operation.name for operation in started]
        for name in names:
            assert (await stub.GetOperation(operations_pb2.GetOperationRequest(name=name))).name == name
        listed = await stub.ListOperations(operations_pb2.ListOperationsRequest(name=PARENT))
        assert sorted(o.name for o in listed.operations) == sorted(names)


async def test_the_update_that_the_client_package_lacks(tmp_path: Path) -> None:
    connector = '\n[[connector]]\nname = "con"\nregion = "us-central1"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"\n'
    async with serving(tmp_path, SMALL + connector) as server:
        url = f"http://127.0.0.1:{server.port}/v1/{PARENT}/connectors/con?updateMask=maxInstances"
        with AuthorizedSession(AnonymousCredentials()) as session:
            reply = await asyncio.to_thread(session.patch, url, json={"maxInstances": 7}, timeout=10)
            assert reply.status_code == 200
            assert reply.json()["name"].startswith(f"{PARENT}/operations/")
            body = (await asyncio.to_thread(session.get, url.partition("?")[0], timeout=10)).json()
        assert body["maxInstances"] == 7


async def test_a_method_that_nobody_emulates_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, channel_to(server, "plain") as channel:
        client = run_v2.WorkerPoolsAsyncClient(
            transport=run_v2.WorkerPoolsAsyncClient.get_transport_class("grpc_asyncio")(channel=channel)
        )
        with pytest.raises(exceptions.MethodNotImplemented, match=r"does not emulate run\.ListWorkerPools"):
            await client.list_worker_pools(parent=PARENT)
