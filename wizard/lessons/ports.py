"""What grading may ask of a lesson's sandbox. The bodies are those of Google's APIs; the sandbox's gateway decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

Body = dict[str, Any]

State = Mapping[str, Body]
"""Every resource by `API/FULL-NAME`, such as `compute/projects/p/global/firewalls/allow-redis`."""


class Sender(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who sends a packet: one of the first four. `connector` and `subnet` are as if a service were behind them."""

    service: str = ""
    job: str = ""
    connector: str = ""
    subnet: str = ""
    egress: str = "private-ranges-only"
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if sum(map(bool, (self.service, self.job, self.connector, self.subnet))) != 1:
            raise ValueError("names one of service, job, connector, subnet")
        if self.egress not in ("private-ranges-only", "all-traffic"):
            raise ValueError("egress is private-ranges-only or all-traffic")

    @property
    def words(self) -> str:
        """For people."""
        for kind in ("service", "job", "connector", "subnet"):
            if name := getattr(self, kind):
                return f"{kind} {name}"
        return ""


class Fate(Struct, frozen=True, kw_only=True):
    """What became of a packet: `deliver`, `refuse`, `drop`, `no_route`, or `no_sender`; `why` is the last stop."""

    verdict: str
    why: str = ""


class Packets(Protocol):
    """Sends packets in the lesson's sandbox."""

    def fate(self, sender: Sender, address: str, port: int, protocol: str) -> Fate:
        """What becomes of the first packet to an address."""
        ...

    def probe(self, service: str, target: str) -> str:
        """The verdict of a live test of one target with a service's own settings (`connected`, `timeout` …)."""
        ...
