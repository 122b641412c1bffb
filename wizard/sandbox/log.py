"""The log of requests: what was called, on what, by which client, whether it writes, how it was answered. No bodies.

Of a write to a service also the split of traffic that it asks for: so that whoever looks sees which revision got what.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from wizard.sandbox.api import Body, Caller
from wizard.sandbox.clients import client_word

SHOWN = 1000
"""Requests that the whole log shows, and that are saved."""

KEPT = 10_000
"""Requests that are kept for those who follow; `writes` counts them all."""

LONGEST_AGENT = 300
"""Characters of what a client says of itself."""


@dataclass
class RequestLog:
    """Requests in the order of their answers. `number` counts them, also those that are kept no more."""

    writes: int = 0
    number: int = 0
    requests: deque[Body] = field(default_factory=lambda: deque(maxlen=KEPT))
    cleared: int = 0
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    def add(
        self,
        *,
        at: str,
        method: str,
        resource: str,
        write: bool,
        status: int,
        seconds: float,
        caller: Caller,
        traffic: list[Body] | None = None,
    ) -> None:
        """Note one answered request. A refused write counts as one: it was asked for. `seconds` is real time."""
        self.writes += write
        self.number += 1
        agent = caller.agent[:LONGEST_AGENT]
        self.requests.append(
            {
                "number": self.number,
                "at": at,
                "client": client_word(agent, method.partition(".")[0]),
                "method": method,
                "resource": resource,
                "write": write,
                "status": status,
                "latency_ms": round(seconds * 1000, 1),
                "transport": caller.transport,
                "agent": agent,
                **({"traffic": traffic} if traffic else {}),
            }
        )
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def clear(self) -> None:
        """Forget everything; the numbers go on, so that nobody who follows is led astray."""
        self.writes, self.cleared = 0, self.number
        self.requests.clear()

    def body(self) -> Body:
        """The log as the control API shows it."""
        return {"writes": self.writes, "requests": self.latest()}

    def latest(self) -> list[Body]:
        """The newest requests, oldest first."""
        return list(self.requests)[-SHOWN:]

    async def after(self, number: int, seconds: float) -> Body:
        """What came after the request `number`; when there is nothing yet, wait for it, at most `seconds`.

        `last` is the number to ask with next, `missed` how many requests are kept no more.
        """
        if number >= self.number and seconds > 0:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            try:
                await asyncio.wait({waiting}, timeout=seconds)
            finally:
                self._waiting.discard(waiting)
        new = [request for request in self.requests if request["number"] > number]
        came = max(0, self.number - max(number, self.cleared))
        return {"writes": self.writes, "last": self.number, "missed": came - len(new), "requests": new}
