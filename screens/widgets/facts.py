"""A short table of facts: labels on the left, and beside them text that is wrapped under itself."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual import events, on
from textual.content import Content

from screens.language import Tone, line, lines
from screens.widgets.text import Lines

Fact = tuple[str, str, Tone]
"""Label, text, and the tone of the text."""

_GAP = 2
_NARROWEST = 16


class Facts(Lines):
    """Facts wrapped to the width that there is; rows without text are left out."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()

    def tell(self, facts: Sequence[Fact]) -> None:
        """Show these instead."""
        self._facts = tuple(fact for fact in facts if fact[1])
        self.put(table(self._facts, self.size.width or 54))

    @on(events.Resize)
    def _resized(self, event: events.Resize) -> None:
        self.put(table(self._facts, event.size.width))


def table(facts: Sequence[Fact], width: int) -> Content:
    """The facts in `width` cells."""
    label = max((len(name) for name, _, _ in facts), default=0) + _GAP
    made: list[Content] = []
    for name, text, tone in facts:
        rows = wrap(text, max(_NARROWEST, width - label), break_on_hyphens=False) or [""]
        for number, row in enumerate(rows):
            made.append(line((f"{'' if number else name:<{label}}", Tone.MUTED), (row, tone)))
    return lines(made)
