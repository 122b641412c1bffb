"""Criteria on packets: what becomes of one, and what a live test of a service shows."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from msgspec import field

from wizard.lessons.criteria_state import Base, Judged
from wizard.lessons.ports import Packets, Sender, State

VERDICTS = {"delivered": ("deliver",), "refused": ("refuse",), "dropped": ("drop", "no_route")}
"""A lesson's words, and the gateway's."""


class PacketFate(Base, frozen=True, kw_only=True):
    """What becomes of a packet from somebody to an address and port."""

    EXAMPLE: ClassVar[str] = 'from = { service = "shop" }, to = "10.0.0.3", port = 6379, verdict = "delivered"'

    sender: Sender = field(name="from")
    to: str
    port: int
    protocol: str = "tcp"
    verdict: str

    def check(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict is one of {', '.join(VERDICTS)}")
        if self.protocol not in ("tcp", "udp", "icmp") or not 0 <= self.port < 65536:
            raise ValueError("protocol is tcp, udp or icmp, port at most 65535")
        ipaddress.IPv4Address(self.to)

    def judge(self, state: State, packets: Packets) -> Judged:
        fate = packets.fate(self.sender, self.to, self.port, self.protocol)
        if fate.verdict in VERDICTS[self.verdict]:
            return Judged(met=True)
        word = next((word for word, verdicts in VERDICTS.items() if fate.verdict in verdicts), "not sent")
        what = f"a packet from {self.sender.words} to {self.to}:{self.port} is {word}"
        return Judged(met=False, found=f"{what} ({fate.why})" if fate.why else what)


class Probe(Base, frozen=True, kw_only=True):
    """What a live test of a target shows, with the settings of a service."""

    EXAMPLE: ClassVar[str] = 'service = "shop", target = "redis://10.0.0.3:6379"'

    service: str
    target: str
    verdict: str = "connected"

    def judge(self, state: State, packets: Packets) -> Judged:
        verdict = packets.probe(self.service, self.target)
        return Judged(met=verdict == self.verdict, found=f"the probe of {self.target} shows: {verdict}")
