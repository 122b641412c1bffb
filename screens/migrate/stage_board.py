"""The stage board: a row for each service and job, with its traffic as a bar."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.language import Tone, fit, line, state
from screens.widgets.text import Lines
from wizard.guide.board import BoardRow, of_interest
from wizard.wording import duration, one_line

_STATE, _STAGE, _TIME, _PERCENT = 14, 14, 6, 6
_SHORTEST, _LONGEST = 8, 20


class StageBoard(Vertical):
    """A list whose cursor follows what matters, until a person moves it."""

    class Looked(Message):
        """Another row is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[BoardRow, ...] = ()
        self._drawn: list[Content] = []
        self._chosen: str | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="board-head", classes="list-head")
        yield OptionList(compact=True, markup=False)

    def put(self, rows: tuple[BoardRow, ...]) -> None:
        """Show these."""
        anew = [row.group for row in rows] != [row.group for row in self._rows]
        self._rows = rows
        self._draw(anew)

    @property
    def looked_at(self) -> BoardRow | None:
        """The row under the cursor."""
        wanted = self._chosen if self._chosen is not None else of_interest(self._rows)
        return next((row for row in self._rows if row.group == wanted), None)

    def focus_list(self) -> None:
        """Give the rows the focus."""
        self.query_one(OptionList).focus()

    @on(events.Resize)
    def _resized(self) -> None:
        self._draw(True)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.has_focus and event.option_index < len(self._rows):
            self._chosen = self._rows[event.option_index].group
            self.post_message(self.Looked())

    def _draw(self, anew: bool) -> None:
        width = (self.size.width or self.app.size.width - 2) - 1
        name = min(max((len(row.name) for row in self._rows), default=0), 30, max(12, width // 4))
        rest = width - _STATE - name - 2 - _STAGE - _PERCENT - _TIME - 3
        bar = max(0, min(_LONGEST, rest)) if rest >= _SHORTEST else 0
        drawn = [_row(row, name, bar, rest - bar - 2) for row in self._rows]
        options = self.query_one(OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            if anew or len(drawn) != len(self._drawn):
                options.set_options([Option(content) for content in drawn])
            else:
                for number, (before, content) in enumerate(zip(self._drawn, drawn, strict=True)):
                    if before != content:
                        options.replace_option_prompt_at_index(number, content)
            at = self.looked_at
            options.highlighted = self._rows.index(at) if at is not None else None
        self._drawn = drawn
        traffic = f"{'on the new revision':<{bar + _PERCENT}}" if bar else f"{'new':>{_PERCENT}}"
        head = f"{'':{_STATE}}{'moves':<{name + 2}}{'stage':<{_STAGE}}{traffic}{'since':>{_TIME}}"
        self.query_one("#board-head", Lines).put(line((head, Tone.MUTED)) if self._rows else line())


def traffic_bar(percent: int | None, width: int) -> Content:
    """`██████░░░░  60 %`; blank where there is no traffic to be moved."""
    if percent is None:
        return line(" " * (width + _PERCENT))
    full = round(min(max(percent, 0), 100) / 100 * width)
    full = max(full, 1) if percent and width else full
    return line(("█" * full, Tone.NUMBER), ("░" * (width - full), Tone.MUTED), f"{percent:>{_PERCENT - 2}} %")


def _row(row: BoardRow, name: int, bar: int, rest: int) -> Content:
    word = state(row.word)
    took = "" if row.seconds is None else duration(row.seconds)
    said = one_line(row.why or row.doing)
    tail = (f"  {fit(said, rest)}", Tone.MUTED) if rest >= _SHORTEST and said else ""
    cells = f"{' ' * (_STATE - word.cell_length)}{fit(one_line(row.name), name):<{name + 2}}{row.stage:<{_STAGE}}"
    tone = Tone.MUTED if row.word == "waiting" else Tone.PLAIN
    return line(word, (cells, tone), traffic_bar(row.percent, bar), f"{took:>{_TIME}}", tail)
