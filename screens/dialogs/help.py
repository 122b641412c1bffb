"""Help for what has the focus, and every key that works here; made from the table of commands."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from screens.language import Tone, columns, heading, line, lines
from screens.widgets.text import Lines


class Help(ModalScreen[None]):
    """`about` is the help of the focused widget and of its page; `keys` pairs of key and what it does."""

    BINDINGS = [Binding("escape,f1,question_mark,enter", "dismiss", "Close", show=False)]

    def __init__(self, title: str, about: str, keys: tuple[tuple[str, str], ...]) -> None:
        super().__init__(classes="dialog")
        self._title, self._about, self._keys = title, about, keys

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-tall"):
            yield Lines((self._title, Tone.STRONG))
            with VerticalScroll():
                yield Lines(line(self._about), classes="dialog-text")
                yield Lines(self._table())
            yield Lines(("Esc closes", Tone.MUTED))

    def _table(self) -> Content:
        rows = [((key, Tone.CHOSEN), text) for key, text in self._keys]
        return lines([heading("Keys"), columns(rows)])
