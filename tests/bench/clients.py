"""The sandbox as Google's clients see it, one request after the other, by every way; and going back to the scenario."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import grpc
import requests
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1, vpcaccess_v1
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcTransport

from tests.bench.row import Row, seconds
from wizard.sandbox import client as sandboxes

REQUESTS = 1_000
PROJECT = "demo-project"
CONNECTOR = f"projects/{PROJECT}/locations/us-central1/connectors/con"
WORLD = f"""
[project]
id = "{PROJECT}"

[[network]]
name = "my-vpc"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"
"""


def client_rows() -> list[Row]:
    """Requests by three ways, and the reset, on servers in processes of their own."""
    return [*_request_rows(), _reset_row()]


def _request_rows() -> list[Row]:
    """A thousand reads of one resource, one after the other, against a server that sends the same bytes."""
    with _served(WORLD) as sandbox, _replies(_network_json(sandbox.port)) as bare:
        rest, alone = _networks(f"http://127.0.0.1:{sandbox.port}"), _networks(f"http://127.0.0.1:{bare}")
        through = _through_proxy(sandbox)
        channel = grpc.insecure_channel(f"127.0.0.1:{sandbox.port}")
        connectors = vpcaccess_v1.VpcAccessServiceClient(transport=VpcAccessServiceGrpcTransport(channel=channel))
        plain = _many(lambda: rest.get(project=PROJECT, network="my-vpc"))
        other = _many(lambda: alone.get(project=PROJECT, network="my-vpc"))
        proxied = _many(lambda: through.get(project=PROJECT, network="my-vpc"))
        over_grpc = _many(lambda: connectors.get_connector(name=CONNECTOR))
        channel.close()
    return [
        Row(f"{REQUESTS:,} reads, Google's client, REST", plain, other, "a server that sends the same bytes"),
        Row(f"{REQUESTS:,} reads, Google's client, TLS through the proxy", proxied, plain, "the same without TLS"),
        Row(f"{REQUESTS:,} reads, Google's client, gRPC", over_grpc, plain, "the same over REST"),
    ]


def _reset_row() -> Row:
    """Back to the scenario `seed`, against the start of a new server of it."""
    with TemporaryDirectory() as folder:
        begun = perf_counter()
        sandbox = sandboxes.ensure(Path(folder), "seed", instant=True)
        start = perf_counter() - begun
        try:
            ours = seconds(lambda: sandboxes.control(sandbox, "POST", "reset"), 5)
        finally:
            sandboxes.stop(sandbox)
    return Row("reset of the sandbox `seed`", ours, start, "starting a new one")


@contextmanager
def _served(scenario: str) -> Iterator[sandboxes.Sandbox]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "world.toml"
        file.write_text(scenario, encoding="utf-8")
        sandbox = sandboxes.ensure(Path(folder), str(file), instant=True)
        try:
            yield sandbox
        finally:
            sandboxes.stop(sandbox)


BARE = """
import asyncio
import sys
from aiohttp import web

async def reply(request):
    return web.Response(body=sys.argv[1].encode(), content_type="application/json")

async def main():
    app = web.Application()
    app.router.add_get("/{path:.*}", reply)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
"""A server that does nothing but send one text, on the same library."""


@contextmanager
def _replies(text: str) -> Iterator[int]:
    """The port of a server in a process of its own that answers every GET with this text."""
    process = subprocess.Popen([sys.executable, "-c", BARE, text], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _network_json(port: int) -> str:
    return requests.get(f"http://127.0.0.1:{port}/compute/v1/projects/{PROJECT}/global/networks/my-vpc", timeout=9).text


def _networks(endpoint: str) -> Any:
    options = ClientOptions(api_endpoint=endpoint)
    return compute_v1.NetworksClient(credentials=AnonymousCredentials(), client_options=options)


def _through_proxy(sandbox: sandboxes.Sandbox) -> Any:
    """A client that believes that it talks to Google."""
    made = compute_v1.NetworksClient(credentials=AnonymousCredentials())
    session: Any = vars(made.transport)["_session"]
    session.trust_env = False
    session.proxies = {"https": f"http://127.0.0.1:{sandbox.port}"}
    session.verify = str(sandbox.state_dir / "ca.pem")
    return made


def _many(work: Callable[[], object]) -> float:
    """Seconds for all the requests; the first, which connects, is not counted."""
    work()
    return seconds(lambda: [work() for _ in range(REQUESTS)])
