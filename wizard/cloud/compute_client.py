"""Google's compute clients (REST, synchronous) called from asyncio, in a bounded pool of threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from threading import Lock
from typing import Protocol, TypeVar

from google.api_core.client_options import ClientOptions
from google.api_core.gapic_v1.client_info import ClientInfo
from google.cloud import compute_v1

from wizard.cloud.access import AGENT, Access
from wizard.cloud.calls import Caller
from wizard.cloud.rest import Threads

Client = (
    compute_v1.AddressesClient
    | compute_v1.FirewallsClient
    | compute_v1.ForwardingRulesClient
    | compute_v1.GlobalAddressesClient
    | compute_v1.GlobalOperationsClient
    | compute_v1.InstanceGroupsClient
    | compute_v1.InstancesClient
    | compute_v1.NetworksClient
    | compute_v1.RegionBackendServicesClient
    | compute_v1.RegionInstanceGroupsClient
    | compute_v1.RegionNetworkFirewallPoliciesClient
    | compute_v1.RegionOperationsClient
    | compute_v1.RoutersClient
    | compute_v1.RoutesClient
    | compute_v1.SubnetworksClient
)

C = TypeVar("C", bound=Client)
T = TypeVar("T")
P = TypeVar("P", bound="_Page")


class _Page(Protocol):
    @property
    def next_page_token(self) -> str: ...


class ComputeClient:
    """The compute API of one project. Clients are built at first use, in the thread that needs them."""

    def __init__(self, access: Access, caller: Caller, threads: Threads, project: str) -> None:
        self.project = project
        self._access = access
        self._caller = caller
        self._threads = threads
        self._clients: dict[object, Client] = {}
        self._open = ExitStack()
        self._lock = Lock()

    async def read(self, doing: str, resource: str, kind: type[C], call: Callable[[C, float], T]) -> T:
        """The answer of a read by the client `kind`; `call` gets the client and its deadline in seconds."""
        return await self._caller.read(doing, resource, self._in_thread(kind, call))

    async def write(
        self, doing: str, resource: str, kind: type[C], call: Callable[[C, float], T], *, request_id: str
    ) -> T:
        """The answer of a write, repeated only when it carries a request id."""
        send = self._in_thread(kind, call)
        return await self._caller.write(doing, resource, send, repeatable=bool(request_id))

    async def pages(self, doing: str, kind: type[C], call: Callable[[C, str | None, float], P]) -> list[P]:
        """Every page of a list, each repeated by itself when it fails; `call` gets the page token, None first."""
        found: list[P] = []
        token: str | None = None
        while True:
            page = await self.read(doing, f"project {self.project}", kind, _at(call, token))
            found.append(page)
            token = page.next_page_token or None
            if token is None:
                return found

    def close(self) -> None:
        """Close the connections of every client."""
        self._open.close()

    def _in_thread(self, kind: type[C], call: Callable[[C, float], T]) -> Callable[[float], Awaitable[T]]:
        def send(timeout: float) -> Awaitable[T]:
            return self._threads.run(lambda: call(self._client(kind), timeout))

        return send

    def _client(self, kind: type[C]) -> C:
        with self._lock:
            client = self._clients.get(kind)
            if isinstance(client, kind):
                return client
            options = ClientOptions(api_endpoint=self._access.endpoint or None)
            said = ClientInfo(user_agent=AGENT, client_library_version=compute_v1.__version__)
            made = kind(
                credentials=self._access.credentials, transport="rest", client_options=options, client_info=said
            )
            self._open.enter_context(made)
            self._clients[kind] = made
            return made


def _at(call: Callable[[C, str | None, float], P], token: str | None) -> Callable[[C, float], P]:
    return lambda client, timeout: call(client, token, timeout)
