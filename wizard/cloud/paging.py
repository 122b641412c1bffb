"""Following the pages of lists that come over gRPC, each page repeated by itself when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol, TypeVar

from wizard.cloud.calls import Caller

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


class _Pager(Protocol[P_co]):
    @property
    def pages(self) -> AsyncIterator[P_co]: ...


async def all_pages(caller: Caller, doing: str, resource: str, fetch: Callable[[str, float], Awaitable[P]]) -> list[P]:
    """Every page of a list. `fetch` gets the page token and its deadline in seconds. Raises CloudError."""
    found: list[P] = []
    token = ""
    while True:
        page: Any = await caller.read(doing, resource, _at(fetch, token))
        found.append(page)
        token = page.next_page_token
        if not token:
            return found


async def first_page(pager: _Pager[P]) -> P:
    """The page that a pager of Google's clients holds already; it asks for no other."""
    return await anext(pager.pages)


def _at(fetch: Callable[[str, float], Awaitable[P]], token: str) -> Callable[[float], Awaitable[P]]:
    return lambda timeout: fetch(token, timeout)
