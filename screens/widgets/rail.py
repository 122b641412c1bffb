"""The rail: every page with how it stands, as glyph and word. On a narrow terminal one line."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from screens.language import Tone, glyph, line
from wizard.flow.model import Model
from wizard.flow.pages import NAMES, ORDER, Page
from wizard.flow.walk import Mark, closed, mark

_TONES = {Mark.CURRENT: Tone.CHOSEN, Mark.CLOSED: Tone.MUTED}


class Entry(Static):
    """One page in the rail."""

    class Wanted(Message):
        """Somebody clicked a page."""

        def __init__(self, page: Page) -> None:
            super().__init__()
            self.page = page

    def __init__(self, page: Page) -> None:
        super().__init__(id=f"rail-{page.value}")
        self.page = page

    def show(self, model: Model) -> None:
        """Draw it for this model."""
        found = mark(self.page, model)
        tone = _TONES.get(found, Tone.PLAIN)
        word = "" if found is Mark.CLOSED else found.value
        self.set_class(found is Mark.CURRENT, "-here")
        self.tooltip = closed(self.page, model) or None
        self.update(line(glyph(found.value), (f" {NAMES[self.page]:<13}", tone), (f"{word:>5}", Tone.MUTED)))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Wanted(self.page))


class Rail(Widget):
    """All pages below each other, and the same in one line for a narrow terminal (the styles show one of both)."""

    def compose(self) -> ComposeResult:
        yield Static(id="rail-line")
        for page in ORDER:
            yield Entry(page)

    def show(self, model: Model) -> None:
        """Draw it for this model."""
        for entry in self.query(Entry):
            entry.show(model)
        number = ORDER.index(model.page) + 1
        look = [NAMES[p] for p in ORDER if mark(p, model) is Mark.ATTENTION]
        note = (f"  ! look: {', '.join(look)}", Tone.WARN) if look else ""
        text = line((f"▸ {NAMES[model.page]}", Tone.CHOSEN), (f"  {number} of {len(ORDER)}", Tone.MUTED), note)
        self.query_one("#rail-line", Static).update(text)
