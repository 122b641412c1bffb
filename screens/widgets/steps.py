"""The steps of a run as rows: how each stands, what it took, and what is usual, all on one scale."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.language import Tone, bar, fit, line, lines, state
from screens.widgets.text import Lines
from wizard.guide.running import StepRow, of_interest, scale
from wizard.wording import duration

_TOOK, _GAP = 5, 2
_SHORTEST_BAR, _LONGEST_BAR = 6, 24
_NOTES = 3


class Steps(Vertical):
    """A list whose cursor follows the step that matters, until a person moves it."""

    DEFAULT_CSS = """
    Steps { height: auto; margin-top: 1; }
    Steps > OptionList { height: auto; max-height: 999; overflow: hidden hidden; text-wrap: nowrap; }
    """

    class Looked(Message):
        """Another step is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[StepRow, ...] = ()
        self._drawn: list[Content] = []
        self._chosen = ""

    def compose(self) -> ComposeResult:
        yield Lines(id="step-head")
        yield OptionList(compact=True, markup=False)

    def put(self, rows: tuple[StepRow, ...]) -> None:
        """Show these steps."""
        anew = [row.id for row in rows] != [row.id for row in self._rows]
        self._rows = rows
        self._draw(anew)

    @property
    def looked_at(self) -> StepRow | None:
        """The step under the cursor."""
        wanted = self._chosen or of_interest(self._rows)
        return next((row for row in self._rows if row.id == wanted), None)

    @on(events.Resize)
    def _resized(self) -> None:
        self._draw(False)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.has_focus and event.option_index < len(self._rows):
            self._chosen = self._rows[event.option_index].id
            self.post_message(self.Looked())

    def _draw(self, anew: bool) -> None:
        shape = _Shape(self._rows, self.size.width)
        drawn = [shape.row(row) for row in self._rows]
        options = self.query_one(OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            if anew:
                options.set_options([Option(content) for content in drawn])
            else:
                for number, (before, content) in enumerate(zip(self._drawn, drawn, strict=True)):
                    if before != content:
                        options.replace_option_prompt_at_index(number, content)
            at = self.looked_at
            options.highlighted = self._rows.index(at) if at is not None else None
        self._drawn = drawn
        self.query_one("#step-head", Lines).put(shape.head())


class _Shape:
    """The columns of a table of this width."""

    def __init__(self, rows: tuple[StepRow, ...], width: int) -> None:
        self._whole = scale(rows)
        self._usual = any(row.usual for row in rows)
        self._state = max((state(row.status).cell_length for row in rows), default=0)
        rest = width - self._state - _TOOK - 2 * _GAP
        longest = max((len(row.label) for row in rows), default=0)
        self._label = max(8, min(longest, rest - _GAP - _SHORTEST_BAR))
        left = rest - self._label - _GAP
        self._bar = min(left, _LONGEST_BAR) if left >= _SHORTEST_BAR else 0

    def head(self) -> Content:
        usual = "░ usual" if self._usual and self._bar >= len("░ usual") else ""
        text = f"{'':{self._state + _GAP}}{'step':<{self._label + _GAP}}{'took':>{_TOOK}}{'':{_GAP}}{usual}"
        return line((text.rstrip(), Tone.MUTED)) if self._whole else line()

    def row(self, row: StepRow) -> Content:
        word = state(row.status)
        took = "" if row.seconds is None else duration(row.seconds)
        label = fit(row.label, self._label)
        tone = Tone.MUTED if row.seconds is None and not row.error else Tone.PLAIN
        cells = (
            f"{' ' * (self._state - word.cell_length + _GAP)}{label:<{self._label + _GAP}}{took:>{_TOOK}}{'':{_GAP}}"
        )
        return line(word, (cells, tone), *self._bars(row))

    def _bars(self, row: StepRow) -> tuple[Content, ...]:
        """What it took in front of what is usual."""
        if not self._bar or not self._usual:
            return ()
        taken = bar(row.seconds or 0.0, self._whole, self._bar).plain.rstrip()
        usual = max(1, round(row.usual / self._whole * self._bar)) if row.usual else 0
        return (line((taken, Tone.NUMBER), ("░" * (usual - len(taken)), Tone.MUTED)),)


def detail(row: StepRow) -> Content:
    """What there is to say about a step. The log has all of its notes, and the whole name of its operation."""
    said: list[Content] = [line((row.title or row.label, Tone.STRONG))]
    usual = ""
    if row.status == "running" and row.usual and row.seconds is not None:
        usual = f"{'longer than usual: ' if row.seconds > row.usual else ''}usually {duration(row.usual)}"
    about = "; ".join(filter(None, (row.reason, usual)))
    if row.error:
        said.append(line((row.error, Tone.BAD if row.status == "failed" else Tone.PLAIN)))
    if row.fix:
        said.append(line(row.fix))
    if row.observed and row.observed != row.reason:
        said.append(line(row.observed))
    if about:
        said.append(line((about, Tone.MUTED)))
    said += [line((note, Tone.MUTED)) for note in row.notes[-_NOTES:]]
    if row.operation:
        said.append(line((f"operation {row.operation.rpartition('/')[2]}", Tone.MUTED)))
    return lines(said)
