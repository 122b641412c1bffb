"""What an organisation allows."""

from __future__ import annotations

from msgspec import Struct


class PolicyValues(Struct, frozen=True, kw_only=True):
    """What a list constraint lets pass. `allowed` is None when all values do that are not denied, empty when none does.

    Values have no `is:` before them; groups (`under:projects/P`, `in:us-locations`) are left as they are.
    """

    allowed: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()

    def permits(self, value: str) -> bool:
        """Whether this one value passes. What only a group names does not count as named."""
        return value not in self.denied and (self.allowed is None or value in self.allowed)
