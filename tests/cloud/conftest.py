"""The pieces of the client layer, each on a scripted server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cloud.servers import CALLER, GrpcServer, RestServer, grpc_server, rest_server
from wizard.cloud.channels import open_channel
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.connect import Connection, open_cloud
from wizard.cloud.rest import Rest, Threads
from wizard.cloud.run_client import RunClients
from wizard.ports import Cloud
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

SCENARIO = str(Path(__file__).with_name("wide.toml"))


@pytest.fixture
async def http() -> AsyncIterator[RestServer]:
    async with rest_server() as server:
        yield server


@pytest.fixture
async def grpc_api() -> AsyncIterator[GrpcServer]:
    async with grpc_server() as server:
        yield server


@pytest.fixture
async def compute(http: RestServer) -> AsyncIterator[ComputeClient]:
    threads = Threads()
    client = ComputeClient(http.access, CALLER, threads, "p1")
    yield client
    threads.close()
    client.close()


@pytest.fixture
async def rest(http: RestServer) -> AsyncIterator[Rest]:
    threads = Threads()
    session = Rest(http.access, threads)
    yield session
    threads.close()
    session.close()


@pytest.fixture
async def run_clients(grpc_api: GrpcServer) -> AsyncIterator[RunClients]:
    channel = open_channel(grpc_api.access, "run.googleapis.com")
    yield RunClients(channel)
    await channel.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    started = client.ensure(tmp_path_factory.mktemp("sandbox"), SCENARIO, instant=True)
    yield started
    client.stop(started)


@pytest.fixture
async def cloud(sandbox: Sandbox) -> AsyncIterator[Cloud]:
    opened = await open_cloud(Connection(endpoint=sandbox.url), "demo-project", "us-central1")
    yield opened
    await opened.aclose()
