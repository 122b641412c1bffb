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

    def permits_resource(self, name: str) -> bool | None:
        """Whether `projects/P/…` passes, by its name or its project; None when folders or organisations decide."""
        denied = _holds(self.denied, name)
        allowed = True if self.allowed is None else _holds(self.allowed, name)
        if denied or allowed is False:
            return False
        return None if denied is None or allowed is None else True


def _holds(entries: tuple[str, ...], name: str) -> bool | None:
    for entry in entries:
        if entry == name or (entry.startswith("under:projects/") and f"{name}/".startswith(f"{entry[6:]}/")):
            return True
    return None if any(entry.startswith(("under:folders/", "under:organizations/")) for entry in entries) else False
