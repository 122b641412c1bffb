"""REST calls by google-auth's authorised session, for what the client libraries do not cover."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import requests
from google.api_core.exceptions import from_http_response
from google.auth.transport.requests import AuthorizedSession
from google.protobuf.json_format import ParseError

from wizard.cloud.access import AGENT, Access

T = TypeVar("T")
Body = dict[str, Any]
Query = Mapping[str, str | list[str]]

_THREADS = 8


class Threads:
    """A bounded pool for blocking calls: no more requests at once than it has threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="runvpc-cloud")

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work`, done in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Drop what has not begun; what is under way ends by its own deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Rest:
    """JSON over HTTP to the APIs of one endpoint."""

    def __init__(self, access: Access, threads: Threads) -> None:
        self._access = access
        self._threads = threads
        self._session = AuthorizedSession(access.credentials)
        self._session.headers["User-Agent"] = AGENT

    async def send(
        self,
        timeout: float,
        verb: str,
        api: str,
        path: str,
        *,
        query: Query | None = None,
        body: Body | None = None,
    ) -> Body:
        """The JSON reply. Raises one of `failures.FAILURES`."""
        url = f"{self._access.base(api)}/{path}"
        return await self._threads.run(lambda: self._send(timeout, verb, api, url, query, body))

    def _send(self, timeout: float, verb: str, api: str, url: str, query: Query | None, body: Body | None) -> Body:
        """The API is named in the Host header: the one port of a sandbox cannot always tell it by the path."""
        response = self._session.request(
            verb, url, params=query, json=body, headers={"Host": api}, timeout=timeout, max_allowed_time=timeout
        )
        if response.status_code >= 400:
            raise from_http_response(response)
        try:
            reply = response.json() if response.content else {}
        except requests.JSONDecodeError as error:
            raise ParseError(f"the reply is not JSON: {error}") from error
        if not isinstance(reply, dict):
            raise ParseError("the reply is not a JSON object")
        return reply

    def close(self) -> None:
        self._session.close()
