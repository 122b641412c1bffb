"""What should be reached, and what a live test met."""

from __future__ import annotations

from msgspec import Struct


class Target(Struct, frozen=True, kw_only=True):
    """What should be reached: `url` as given; scheme is redis, rediss, postgres, mysql, http, https or tcp."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """The host when it is an IPv4 address, else empty."""
        parts = self.host.split(".")
        return self.host if len(parts) == 4 and all(p.isdigit() for p in parts) else ""


class ProbeAttempt(Struct, frozen=True, kw_only=True):
    """One attempt from one fresh instance. Milliseconds and seconds; None when it could not be measured or read."""

    verdict: str
    layer: str = ""
    latency_ms: float | None = None
    start_delay_s: float | None = None
    detail: str = ""


class ProbeResult(Struct, frozen=True, kw_only=True):
    """All attempts at one target; `verdict` is the worst of them, `layer` the one it was decided in."""

    target: str
    verdict: str
    layer: str = ""
    latency_ms: float | None = None
    attempts: tuple[ProbeAttempt, ...] = ()

    @property
    def connected(self) -> bool:
        return self.verdict == "connected"
