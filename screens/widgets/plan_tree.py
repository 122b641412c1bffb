"""The plan as a tree of turns: what stands in one turn runs side by side, and waits for the turn before."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.language import Tone, fit, line, state
from screens.widgets.text import Lines
from wizard.guide.review import Row
from wizard.wording import duration

_TURN, _STATE, _TIME = 4, 9, 6
_SHORTEST, _LONGEST = 12, 60


class PlanTree(Vertical):
    """Rows of steps; the cursor tells which one is looked at."""

    DEFAULT_CSS = """
    PlanTree { height: auto; }
    """

    class Looked(Message):
        """The cursor is on another step."""

    class Chosen(Message):
        """A step was chosen by Enter or by a click."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()

    def compose(self) -> ComposeResult:
        yield Lines(id="tree-head")
        yield OptionList(compact=True, markup=False)

    def put(self, rows: Sequence[Row]) -> None:
        """Show these steps; the cursor stays on its step."""
        if tuple(rows) != self._rows:
            kept = self.looked_at
            self._rows = tuple(rows)
            self._draw(kept.id if kept is not None else "")

    @property
    def looked_at(self) -> Row | None:
        """The step under the cursor."""
        number = self.query_one(OptionList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    def focus_list(self) -> None:
        """Give the rows the focus."""
        self.query_one(OptionList).focus()

    @on(events.Resize)
    def _resized(self) -> None:
        kept = self.looked_at
        self._draw(kept.id if kept is not None else "")

    def _draw(self, keep: str) -> None:
        width = _name_width(self._rows, self.size.width)
        options = self.query_one(OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            options.set_options([Option(_row(row, width)) for row in self._rows])
            ids = [row.id for row in self._rows]
            options.highlighted = ids.index(keep) if keep in ids else 0 if ids else None
        head = f"{'turn':<{_TURN + 1}}{'does':<{_STATE + 2}}{'step':<{width + 1}}{'usual':>{_TIME}}"
        nothing = line(("nothing to do", Tone.MUTED))
        self.query_one("#tree-head", Lines).put(line((head, Tone.MUTED)) if self._rows else nothing)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Looked())

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen())


def _name_width(rows: Sequence[Row], width: int) -> int:
    """What is left for the names of steps, but no more than they need."""
    left = (width or 54) - _TURN - _STATE - _TIME - 4
    return max(_SHORTEST, min(left, _LONGEST, max((len(row.label) for row in rows), default=0)))


def _row(row: Row, width: int) -> Content:
    word = state(row.op)
    turn = f"{row.turn if row.opens else '':>{_TURN - 1}}  "
    time = duration(row.usual) if row.usual else ""
    gap = " " * (_STATE + 2 - word.cell_length)
    tone = Tone.PLAIN if row.writes else Tone.MUTED
    return line((turn, Tone.MUTED), word, gap, (f"{fit(row.label, width):<{width + 1}}", tone), f"{time:>{_TIME}}")
