"""The addresses of a subnet as one bar: who needs how many at the worst moment, and what is left."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from screens.language import Tone, bar, columns, line, lines
from screens.widgets.text import Lines
from wizard.guide.address_use import AddressUse, Use, cells

WIDTH = 48
_LADDER_BAR = 14

_LOOKS: Mapping[Use, tuple[str, Tone]] = {
    Use.NOW: ("█", Tone.MUTED),
    Use.OTHERS: ("▚", Tone.MUTED),
    Use.OLD: ("▓", Tone.NUMBER),
    Use.NEW: ("▒", Tone.CHOSEN),
    Use.TEST: ("░", Tone.WARN),
    Use.FREE: ("·", Tone.MUTED),
}


class BudgetBar(Lines):
    """Draws one budget, with its parts in words and numbers below."""

    def show(self, use: AddressUse) -> None:
        """Draw it."""
        drawn = [
            line((_LOOKS[p.use][0] * n, _LOOKS[p.use][1]))
            for p, n in zip(use.parts, cells(use.parts, WIDTH), strict=True)
        ]
        rows = [((_LOOKS[p.use][0], _LOOKS[p.use][1]), p.use.value, f"{p.addresses:,}") for p in use.parts]
        self.put(lines([line(*drawn), *_end(use), line(), columns(rows, right=frozenset({2}))]))


def _end(use: AddressUse) -> list[Content]:
    """Where the subnet ends, when more is needed than it has."""
    whole = sum(part.addresses for part in use.parts)
    if whole <= use.usable:
        return []
    at = min(WIDTH - 1, use.usable * WIDTH // whole)
    return [line((" " * at + "▲", Tone.BAD)), line((f"the subnet ends at ▲: {use.usable:,} addresses", Tone.BAD))]


def ladder(use: AddressUse) -> Content:
    """How many instances each size of subnet bears."""
    most = max((rung.instances for rung in use.ladder), default=0)
    head = ("", ("subnet", Tone.MUTED), ("addresses", Tone.MUTED), ("instances", Tone.MUTED), "")
    rows = [
        (
            ("●", Tone.CHOSEN) if rung.here else " ",
            f"/{rung.prefix}",
            f"{rung.usable:,}",
            f"{rung.instances:,}",
            bar(rung.instances, most, _LADDER_BAR, Tone.CHOSEN if rung.here else Tone.MUTED),
        )
        for rung in use.ladder
    ]
    return columns([head, *rows], right=frozenset({2, 3}))
