"""What the store was a while ago: the bodies that changes replaced, and the moments between which they did."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from wizard.sandbox.api import Body

CHANGES, MOMENTS, WRITES = 5000, 5000, 1000
"""How many are remembered; beyond, the oldest that is known stands for everything before."""


@dataclass
class History:
    """Of one store. `number` everywhere is the store's count of changes."""

    replaced: deque[tuple[int, str, Body | None]] = field(default_factory=lambda: deque(maxlen=CHANGES))
    moments: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=MOMENTS))
    writes: deque[int] = field(default_factory=lambda: deque(maxlen=WRITES))

    def changed(self, number: int, key: str, before: Body | None) -> None:
        """Remember what the change `number` of `key` replaced (None: nothing)."""
        self.replaced.append((number, key, before))

    def moment(self, now: float, number: int) -> None:
        """At the simulated time `now` there had been so many changes."""
        if not self.moments or self.moments[-1][1] != number:
            self.moments.append((now, number))

    def write(self, number: int) -> None:
        """A call that writes begins."""
        self.writes.append(number)

    def before_writes(self, count: int, number: int) -> int:
        """How many changes there had been before the last `count` calls that write."""
        if not self.writes:
            return number
        return self.writes[-min(count, len(self.writes))]

    def at(self, time: float, number: int) -> int:
        """How many changes there had been at a simulated time."""
        known = next((had for moment, had in reversed(self.moments) if moment <= time), None)
        return known if known is not None else (self.moments[0][1] if self.moments else number)

    def since(self, number: int) -> Iterator[tuple[str, Body | None]]:
        """What was replaced after the change `number`, newest first."""
        for had, key, before in reversed(self.replaced):
            if had <= number:
                return
            yield key, before
