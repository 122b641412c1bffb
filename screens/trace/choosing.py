"""Another target to trace: the list of all that are known, each with what its trace says."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.language import Piece, Tone
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.wording import one_line


class ChooseTarget(ModalScreen[str | None]):
    """The result is the URL of the target, or None. `known` are URLs with what is said of each."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, known: Sequence[tuple[str, Piece]], at: str) -> None:
        super().__init__(classes="dialog")
        self._known, self._at = known, at

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-list"):
            yield Lines(("Trace to another target", Tone.STRONG))
            yield FilterList(type_ahead=True)

    def on_mount(self) -> None:
        rows = self.query_one(FilterList)
        rows.put([Item(id=url, title=one_line(url), detail=said) for url, said in self._known], at=self._at)
        rows.focus_list()

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.dismiss(event.item)
