"""The log of requests: what was called, on what, by which client, whether it writes, how it was answered. No bodies."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from wizard.sandbox.api import Body, Caller

KEPT = 1000
"""Requests that are kept; `writes` counts them all."""


@dataclass
class RequestLog:
    """Requests in the order of their arrival."""

    writes: int = 0
    requests: deque[Body] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, *, at: str, method: str, resource: str, write: bool, status: int, caller: Caller) -> None:
        """Note one answered request. A refused write counts as one: it was asked for."""
        self.writes += write
        self.requests.append(
            {
                "at": at,
                "method": method,
                "resource": resource,
                "write": write,
                "status": status,
                "transport": caller.transport,
                "client": caller.agent,
            }
        )

    def clear(self) -> None:
        """Forget everything."""
        self.writes = 0
        self.requests.clear()

    def body(self) -> Body:
        """The log as the control API shows it."""
        return {"writes": self.writes, "requests": list(self.requests)}
