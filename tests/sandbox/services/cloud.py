"""Google's own clients on one sandbox server, made when they are first asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import grpc
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import compute_v1, run_v2, vpcaccess_v1
from google.longrunning import operations_pb2_grpc

from wizard.sandbox import client
from wizard.sandbox.api import Body
from wizard.sandbox.folder import SECRET_HEADER

PATIENCE = 20.0
"""Real seconds."""

Client = TypeVar("Client")


class Cloud:
    """Clients of compute (REST), Cloud Run and Serverless VPC Access (gRPC), and plain REST for the small APIs."""

    def __init__(self, sandbox: client.Sandbox) -> None:
        self.sandbox = sandbox
        self._channel = grpc.insecure_channel(f"127.0.0.1:{sandbox.port}")
        self._session = AuthorizedSession(AnonymousCredentials())
        self._close: list[Callable[[], None]] = [self._session.close, self._channel.close]

    def close(self) -> None:
        """Close every connection."""
        for close in reversed(self._close):
            close()

    def _compute(self, kind: type[Client]) -> Client:
        options = ClientOptions(api_endpoint=self.sandbox.url)
        plain: Any = kind
        made: Client = plain(credentials=AnonymousCredentials(), client_options=options)
        transport = vars(made)["_transport"]
        self._close.append(transport.close)
        if "_extended_operations_services" in vars(transport):
            vars(transport)["_extended_operations_services"] |= self._pollers
        return made

    @cached_property
    def _pollers(self) -> dict[str, Any]:
        """Whom a client of compute asks for its operations: by default it would ask the real API."""
        return {"global_operations": self.global_operations, "region_operations": self.region_operations}

    def _grpc(self, kind: type[Client]) -> Client:
        plain: Any = kind
        made: Client = plain(transport=plain.get_transport_class("grpc")(channel=self._channel))
        return made

    @cached_property
    def networks(self) -> compute_v1.NetworksClient:
        return self._compute(compute_v1.NetworksClient)

    @cached_property
    def subnets(self) -> compute_v1.SubnetworksClient:
        return self._compute(compute_v1.SubnetworksClient)

    @cached_property
    def firewalls(self) -> compute_v1.FirewallsClient:
        return self._compute(compute_v1.FirewallsClient)

    @cached_property
    def routes(self) -> compute_v1.RoutesClient:
        return self._compute(compute_v1.RoutesClient)

    @cached_property
    def routers(self) -> compute_v1.RoutersClient:
        return self._compute(compute_v1.RoutersClient)

    @cached_property
    def addresses(self) -> compute_v1.AddressesClient:
        return self._compute(compute_v1.AddressesClient)

    @cached_property
    def global_addresses(self) -> compute_v1.GlobalAddressesClient:
        return self._compute(compute_v1.GlobalAddressesClient)

    @cached_property
    def instances(self) -> compute_v1.InstancesClient:
        return self._compute(compute_v1.InstancesClient)

    @cached_property
    def global_operations(self) -> compute_v1.GlobalOperationsClient:
        return self._compute(compute_v1.GlobalOperationsClient)

    @cached_property
    def region_operations(self) -> compute_v1.RegionOperationsClient:
        return self._compute(compute_v1.RegionOperationsClient)

    @cached_property
    def connectors(self) -> vpcaccess_v1.VpcAccessServiceClient:
        return self._grpc(vpcaccess_v1.VpcAccessServiceClient)

    @cached_property
    def services(self) -> run_v2.ServicesClient:
        return self._grpc(run_v2.ServicesClient)

    @cached_property
    def revisions(self) -> run_v2.RevisionsClient:
        return self._grpc(run_v2.RevisionsClient)

    @cached_property
    def jobs(self) -> run_v2.JobsClient:
        return self._grpc(run_v2.JobsClient)

    @cached_property
    def executions(self) -> run_v2.ExecutionsClient:
        return self._grpc(run_v2.ExecutionsClient)

    @cached_property
    def tasks(self) -> run_v2.TasksClient:
        return self._grpc(run_v2.TasksClient)

    @cached_property
    def operations(self) -> operations_pb2_grpc.OperationsStub:
        return operations_pb2_grpc.OperationsStub(self._channel)

    def rest(self, verb: str, path: str, body: Body | None = None) -> tuple[int, Any]:
        """Status and JSON of one request, for APIs without a client package here."""
        secret = {SECRET_HEADER: self.sandbox.secret} if path.startswith("/_sandbox/") else {}
        reply = self._session.request(verb, f"{self.sandbox.url}{path}", json=body, headers=secret, timeout=10)
        return reply.status_code, reply.json()

    def control(self, verb: str, path: str, body: Body | None = None) -> Body:
        """A reply of the sandbox's control API."""
        return client.control(self.sandbox, verb, path, body)

    def state(self) -> Body:
        """Every resource by its full name."""
        return self.control("GET", "state")

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.control("POST", "clock", {"advance": seconds})

    def slowly(self) -> None:
        """Operations take their time from now on: they stay unfinished until time is advanced."""
        self.control("POST", "clock", {"instant": False, "speed": 0.001})


def until(read: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """What `read` says as soon as it is good. Fails after a while with what it said last."""
    end = time.monotonic() + PATIENCE
    while not good(found := read()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found
