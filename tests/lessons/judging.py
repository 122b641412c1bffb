"""Packets that end as a test says, and criteria from a few lines of TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

import msgspec

from wizard.lessons.criteria_state import Base, Judged
from wizard.lessons.kinds import KINDS
from wizard.lessons.ports import Fate, Sender, State


@dataclass
class Scripted:
    """Implements `Packets`: one answer for all, and what was asked."""

    verdict: str = "deliver"
    why: str = ""
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def fate(self, sender: Sender, address: str, port: int, protocol: str) -> Fate:
        self.asked.append((sender, address, port, protocol))
        return Fate(verdict=self.verdict, why=self.why)

    def probe(self, service: str, target: str) -> str:
        self.asked.append((service, target))
        return self.verdict


def criterion(kind: str, toml: str) -> Base:
    """A criterion of this kind with these settings."""
    table = {"text": "it is so", "hints": ["look"], **tomllib.loads(toml)}
    return msgspec.convert(table, KINDS[kind])


def judged(kind: str, toml: str, state: State | None = None, packets: Scripted | None = None) -> Judged:
    """What a criterion says about a state."""
    return criterion(kind, toml).judge(state or {}, packets or Scripted())
