"""A run that was not finished: go on with it, take it back, or keep what there is."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.language import Tone, line, lines, state
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.apply.events import Phase
from wizard.apply.record import RunRow
from wizard.wording import one_line

RESUME, UNDO, KEEP = "resume", "undo", "keep"


class Unfinished(ModalScreen[str | None]):
    """The result is `resume`, `undo`, `keep` or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, row: RunRow) -> None:
        super().__init__(classes="dialog")
        self._row = row

    def compose(self) -> ComposeResult:
        row = self._row
        about = one_line(f"{row.project} / {row.region}, begun {row.created[:16].replace('T', ' ')} UTC")
        with Vertical(classes="dialog-box"):
            yield Lines((f"Run {row.id}  ", Tone.STRONG), state(row.shown.value))
            yield Lines(lines([line((about, Tone.MUTED))]), classes="dialog-text")
            yield FilterList()

    def on_mount(self) -> None:
        undoing = self._row.phase is Phase.UNDO
        goes_on = "takes back the rest" if undoing else "looks at what there is first; nothing is made twice"
        items = [Item(id=RESUME, title="Go on with the undo" if undoing else "Go on", note=goes_on)]
        if not undoing:
            items.append(Item(id=UNDO, title="Take it back", note="shows first what goes and what stays"))
        items.append(Item(id=KEEP, title="Keep what there is", note="not offered here again; `runvpc runs` lists it"))
        rows = self.query_one(FilterList)
        rows.put(items)
        rows.focus_list()

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.dismiss(event.item)
