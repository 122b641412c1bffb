"""Simulated time: runs `speed` times as fast as real time, can be advanced and paused.

It goes on while no server runs, unless it is paused.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch of the simulated world.

    `speed` multiplies real time. With `instant` operations take no time at all, while the clock itself runs in real
    time: only what is held for hours needs `advance`. While it is `paused`, only `advance` moves it.
    """

    def __init__(
        self, *, start: float | None = None, speed: float = 1.0, instant: bool = False, paused: bool = False
    ) -> None:
        self._base = time.time() if start is None else start
        self._since = time.monotonic()
        self.speed = speed
        self.instant = instant
        self.paused = paused

    def now(self) -> float:
        if self.paused:
            return self._base
        return self._base + (time.monotonic() - self._since) * self.speed

    def advance(self, seconds: float) -> None:
        self._base += seconds

    def set_speed(self, speed: float, *, instant: bool = False) -> None:
        self._base, self._since = self.now(), time.monotonic()
        self.speed, self.instant = speed, instant

    def pause(self, paused: bool) -> None:
        """Let time stand still, or go on."""
        self._base, self._since = self.now(), time.monotonic()
        self.paused = paused

    def operation_seconds(self, seconds: float) -> float:
        """How long an operation that usually takes `seconds` takes here, in simulated seconds."""
        return 0.0 if self.instant else seconds


def rfc3339(seconds: float, digits: int = 6) -> str:
    """`2026-11-22T10:00:00.123456Z`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    fraction = f".{moment.microsecond:06d}"[: digits + 1] if digits else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"
