"""Going to any page: the list of all, with how each stands."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.language import Tone, state
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.flow.model import Model
from wizard.flow.pages import NAMES, ORDER, Page
from wizard.flow.walk import closed, mark


class Jump(ModalScreen[Page | None]):
    """The result is the page, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, model: Model) -> None:
        super().__init__(classes="dialog")
        self._model = model

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-list"):
            yield Lines(("Go to a page", Tone.STRONG))
            yield FilterList(type_ahead=True)

    def on_mount(self) -> None:
        rows = self.query_one(FilterList)
        rows.put([self._item(page) for page in ORDER], at=self._model.page.value)
        rows.focus_list()

    def _item(self, page: Page) -> Item:
        why = closed(page, self._model)
        word = "" if why else state(mark(page, self._model).value)
        return Item(id=page.value, title=NAMES[page], detail=word, refused=why)

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.dismiss(Page(event.item))
