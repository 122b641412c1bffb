"""Many at once, and much at once: a thousand requests of Google's own clients, and lists of thousands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import grpc.aio
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1, run_v2, vpcaccess_v1
from google.cloud.run_v2.services.services.transports import ServicesGrpcAsyncIOTransport
from google.cloud.vpcaccess_v1.services.vpc_access_service.transports import VpcAccessServiceGrpcAsyncIOTransport

from tests.sandbox.serving import SMALL, serving
from wizard.sandbox.server import Server

PROJECT, REGION = "demo-project", "us-central1"
PARENT = f"projects/{PROJECT}/locations/{REGION}"
EACH = 250
RULES = 1200


class Compute:
    """Compute's synchronous client in threads, each with a client of its own as its sessions want it."""

    def __init__(self, server: Server) -> None:
        self._options = ClientOptions(api_endpoint=f"http://127.0.0.1:{server.port}")
        self._free: list[compute_v1.FirewallsClient] = []
        self._most = BoundedSemaphore(16)

    def insert(self, name: str) -> None:
        self._with(lambda client: client.insert_unary(project=PROJECT, firewall_resource=_rule(name)))

    def names(self) -> list[str]:
        found: list[str] = []
        self._with(lambda client: found.extend(rule.name for rule in client.list(project=PROJECT)))
        return found

    def first(self) -> None:
        request = compute_v1.ListFirewallsRequest(project=PROJECT, max_results=3)
        self._with(lambda client: next(client.list(request=request).pages))

    def _with(self, work: Any) -> None:
        with self._most:
            made = (
                self._free.pop()
                if self._free
                else compute_v1.FirewallsClient(credentials=AnonymousCredentials(), client_options=self._options)
            )
            work(made)
            self._free.append(made)


def _rule(name: str) -> compute_v1.Firewall:
    allowed = [compute_v1.Allowed(I_p_protocol="tcp", ports=["22"])]
    return compute_v1.Firewall(
        name=name, network="global/networks/my-vpc", source_ranges=["10.0.0.0/8"], allowed=allowed
    )


async def test_a_thousand_requests_at_once(tmp_path: Path) -> None:
    """REST and gRPC, reads and writes, all under way together; each is answered, and what was written is there."""
    async with serving(tmp_path) as server, grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        compute = Compute(server)
        connectors = vpcaccess_v1.VpcAccessServiceAsyncClient(
            transport=VpcAccessServiceGrpcAsyncIOTransport(channel=channel)
        )
        services = run_v2.ServicesAsyncClient(transport=ServicesGrpcAsyncIOTransport(channel=channel))
        service = run_v2.Service(template={"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]})
        all_: list[Awaitable[Any]] = []
        for number in range(EACH):
            all_ += [
                asyncio.to_thread(compute.insert, f"rule-{number}"),
                asyncio.to_thread(compute.first),
                services.create_service(parent=PARENT, service=service, service_id=f"service-{number}"),
                connectors.list_connectors(parent=PARENT),
            ]
        answers = await asyncio.gather(*all_, return_exceptions=True)
        assert [answer for answer in answers if isinstance(answer, BaseException)] == []
        assert set(await asyncio.to_thread(compute.names)) == {f"rule-{number}" for number in range(EACH)}
        requests = server.log.requests
        assert [entry["number"] for entry in requests] == list(range(1, len(requests) + 1)), "none is missed"
        assert {entry["status"] for entry in requests} == {200}
    state = json.loads(await asyncio.to_thread((tmp_path / "state.json").read_text))
    assert sum("/services/service-" in key and "/revisions/" not in key for key in state["bodies"]) == EACH


async def test_a_long_list_comes_in_pages_each_name_once(tmp_path: Path) -> None:
    rules = "".join(f'[[firewall]]\nname = "r-{n:04}"\nnetwork = "my-vpc"\nrules = ["tcp:1"]\n' for n in range(RULES))
    async with serving(tmp_path, f"{SMALL}\n{rules}") as server:
        assert await asyncio.to_thread(Compute(server).names) == [f"r-{n:04}" for n in range(RULES)]
        listed = [entry for entry in server.log.requests if entry["method"] == "compute.firewalls.list"]
        assert len(listed) == 3, "500 a page"
