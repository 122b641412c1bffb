"""The way of a packet from top to bottom: a row for each hop, a line beside them that ends where the packet ends."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.language import Tone, fit, line, state
from wizard.guide.trace_picture import NOT_REACHED, STOPS, UNCLEAR, HopRow, deciding_row
from wizard.wording import one_line

_STATE, _GAP = 13, 2
_LONGEST, _NARROWEST = 16, 10


class Way(Vertical):
    """Rows of hops; the cursor begins on the one that decides."""

    class Looked(Message):
        """The cursor is on another hop."""

    class Chosen(Message):
        """A hop was chosen by Enter or by a click."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[HopRow, ...] = ()

    def compose(self) -> ComposeResult:
        yield OptionList(compact=True, markup=False)

    def put(self, rows: tuple[HopRow, ...]) -> None:
        """Show this way; the cursor goes to the hop that decides, unless nothing has changed."""
        if rows != self._rows:
            self._rows = rows
            self._draw(deciding_row(rows))

    @property
    def looked_at(self) -> HopRow | None:
        """The hop under the cursor."""
        number = self.query_one(OptionList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    def focus_list(self) -> None:
        """Give the rows the focus."""
        self.query_one(OptionList).focus()

    @on(events.Resize)
    def _resized(self) -> None:
        self._draw(self.query_one(OptionList).highlighted or 0)

    def _draw(self, at: int) -> None:
        options = self.query_one(OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            options.set_options([Option(_drawn(self._rows, n, self.size.width)) for n in range(len(self._rows))])
            options.highlighted = min(at, len(self._rows) - 1) if self._rows else None

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Looked())

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen())


def _drawn(rows: tuple[HopRow, ...], number: int, width: int) -> Content:
    row = rows[number]
    word = state(row.state)
    tone = Tone.MUTED if row.state == NOT_REACHED else Tone.STRONG if row.deciding else Tone.PLAIN
    longest = min(max(len(one.label) for one in rows), _LONGEST)
    label = f"{fit(row.label, longest):<{longest + _GAP}}"
    room = max(_NARROWEST, width - 2 - _STATE - _GAP - len(label))
    text = _cut(one_line(row.text), room)
    gap = " " * (_STATE + _GAP - word.cell_length)
    return line((f"{_rail(rows, number)} ", Tone.MUTED), word, gap, (label, tone), (text, tone))


def _cut(text: str, room: int) -> str:
    """In little room the last part of an enumeration goes first: the name of a rule says more than its priority."""
    first = text.rpartition(", ")[0]
    return first if len(text) > room and 0 < len(first) <= room else fit(text, room)


def _rail(rows: tuple[HopRow, ...], number: int) -> str:
    """The line that the packet draws: it ends at the hop that stops it, and where it arrives."""
    row = rows[number]
    if row.state == NOT_REACHED:
        return " "
    if row.state in (STOPS, UNCLEAR):
        return "┴"
    if number == 0:
        return "┬"
    return "▼" if number == len(rows) - 1 else "│"
