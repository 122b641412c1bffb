"""Lists in pages, as the APIs that follow Google's API design guide send them (`pageSize`, `pageToken`)."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.sandbox.api import ApiError, Body, Call

LARGEST_PAGE = 1000


def page(call: Call, field: str, bodies: Sequence[Body], usual: int = 100) -> Body:
    """The reply `{field: […], nextPageToken}` with the page asked for. Raises ApiError(400) for a foreign token."""
    token = call.text("pageToken") or "0"
    size = int(call.request.get("pageSize") or 0)
    if size < 0 or not (token.isascii() and token.isdigit()):
        raise ApiError(400, "Request contains an invalid argument.")
    start, length = int(token), min(size or usual, LARGEST_PAGE)
    more = {"nextPageToken": str(start + length)} if start + length < len(bodies) else {}
    return {field: list(bodies[start : start + length]), **more}
