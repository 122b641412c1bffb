"""How every call is made: a deadline, repeats only where they do no harm, and no write while `--read-only` holds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import TypeVar

import grpc
import requests
from google.api_core.exceptions import GoogleAPICallError
from google.rpc.error_details_pb2 import RetryInfo

from wizard.cloud.failures import FAILURES, cloud_error, passing
from wizard.errors import ReadOnlyError

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Seconds: `call` for one try, `total` for a call with its repeats, `first` and `longest` pause between tries."""

    call: float = 20.0
    total: float = 90.0
    first: float = 0.3
    longest: float = 10.0
    tries: int = 6


@dataclass(frozen=True)
class Caller:
    """Makes calls. `send` gets the deadline of one try in seconds."""

    patience: Patience
    read_only: bool = False

    async def read(self, doing: str, resource: str, send: Callable[[float], Awaitable[T]]) -> T:
        """The answer to a read, repeated while that may help. Raises CloudError."""
        return await self._repeat(doing, resource, send, harmless=True)

    async def write(
        self, doing: str, resource: str, send: Callable[[float], Awaitable[T]], *, repeatable: bool = False
    ) -> T:
        """The answer to a write. `repeatable` when the service knows a repeat by its request id.

        Raises ReadOnlyError before anything is sent, and CloudError.
        """
        if self.read_only:
            raise ReadOnlyError(doing)
        return await self._repeat(doing, resource, send, harmless=repeatable)

    async def _repeat(self, doing: str, resource: str, send: Callable[[float], Awaitable[T]], *, harmless: bool) -> T:
        patience = self.patience
        end = monotonic() + patience.total
        pause, tries = patience.first, 1
        while True:
            try:
                return await send(max(0.01, min(patience.call, end - monotonic())))
            except FAILURES as error:
                asked = asked_to_wait(error)
                again = passing(error) if harmless else asked is not None
                wait = max(asked or 0.0, random.uniform(pause / 2, pause))
                if not again or tries >= patience.tries or monotonic() + wait >= end:
                    raise cloud_error(error, doing=doing, resource=resource) from error
            await asyncio.sleep(wait)
            pause, tries = min(pause * 2, patience.longest), tries + 1


def asked_to_wait(error: BaseException) -> float | None:
    """Seconds after which the server wants to be asked again (Retry-After, RetryInfo); None when it did not say.

    A server that says so has refused the request without acting on it, so that even a write may be repeated.
    """
    if not isinstance(error, GoogleAPICallError):
        return None
    if isinstance(error.response, requests.Response):
        return _retry_after(error.response.headers.get("Retry-After", ""))
    for detail in error.details or ():
        if isinstance(detail, RetryInfo):
            return float(detail.retry_delay.ToTimedelta().total_seconds())
    return _trailing(error.response)


def _trailing(call: object) -> float | None:
    if not isinstance(call, grpc.aio.AioRpcError):
        return None
    for key, value in call.trailing_metadata() or ():
        if key == "retry-after" and isinstance(value, str):
            return _retry_after(value)
    return None


def _retry_after(text: str) -> float | None:
    """Retry-After in either of its forms: seconds, or a date (RFC 9110, 10.2.3)."""
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None
