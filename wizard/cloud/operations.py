"""Long-running operations (`google.longrunning`): under which name they are followed, and how they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from google.rpc.code_pb2 import Code

from wizard.errors import CloudError
from wizard.ports import Operation
from wizard.records import Ref

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

_ABOUT_THE_CALL = {"NOT_FOUND", "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"}
"""Would say of a call to look at the operation that it is gone or out of reach; as an end they are plain failures."""


def accepted(api: str, ref: Ref, raw: Any) -> Operation:
    """A `google.longrunning.Operation` as just returned, under a name that `wait` can follow after a restart."""
    failed = raw.done and raw.HasField("error")
    return Operation(
        name=f"{api}:{raw.name}", ref=ref, done=bool(raw.done), error=str(raw.error.message) if failed else ""
    )


def raise_if_failed(raw: Any, ref: Ref) -> None:
    """Raise the CloudError with which a finished operation ended, if it did."""
    if raw.HasField("error") and raw.error.code:
        raise failure(Code.Name(raw.error.code) if raw.error.code in Code.values() else "", raw.error.message, ref)


def failure(status: str, message: str, ref: Ref) -> CloudError:
    """The end of an operation that failed; `status` is canonical or unknown."""
    plain = status if status and status not in _ABOUT_THE_CALL else "FAILED"
    return CloudError(f"{ref}: {message}", status=plain, doing="wait for the operation", resource=str(ref))


async def until_done(look: Callable[[], Awaitable[bool]]) -> None:
    """Call `look` until it says that the operation is done, first often, then every few seconds.

    A look that itself waits at the server counts as the pause.
    """
    pause = _FIRST_PAUSE
    while True:
        before = monotonic()
        if await look():
            return
        await asyncio.sleep(max(0.0, pause - (monotonic() - before)))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def not_before(moment: str, since: str) -> bool:
    """Whether the RFC 3339 time `moment` is at or after `since`; False when either is missing."""
    return bool(moment and since) and _instant(moment) >= _instant(since)


def _instant(text: str) -> datetime:
    """Python reads at most microseconds; Google writes nanoseconds."""
    head, dot, rest = text.partition(".")
    if dot:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{head}.{rest[:digits][:6]}{rest[digits:]}"
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
