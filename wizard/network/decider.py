"""The rule that decides, as it is told to people."""

from __future__ import annotations

from msgspec import Struct


class Decider(Struct, frozen=True, kw_only=True):
    """The rule that decides; `kind` in the words of Connectivity Tests, `policy` its policy's name or empty.

    An `action` that begins with `may` is that of a rule with conditions that cannot be judged.
    """

    kind: str
    name: str
    priority: int
    action: str
    policy: str = ""

    def __str__(self) -> str:
        where = f" of policy {self.policy}" if self.policy else ""
        return f"{self.name}{where} ({self.action}, priority {self.priority})"
