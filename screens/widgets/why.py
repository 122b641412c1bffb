"""The right side of a page: why this matters, and the gcloud words as they are built."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from screens.language import commands, heading, line
from screens.widgets.text import Lines


class Why(VerticalScroll, can_focus=False):
    """Two sections of text; the second is hidden while there are no words."""

    def compose(self) -> ComposeResult:
        yield Lines(heading("Why this matters"))
        yield Lines(id="why-text")
        yield Lines(id="why-heading")
        yield Lines(id="why-words")

    def show(self, why: str, words: Sequence[Sequence[str]]) -> None:
        """Draw paragraphs (separated by blank lines) and commands."""
        self.query_one("#why-text", Lines).put(line(why))
        self.query_one("#why-heading", Lines).put(heading("As commands") if words else line())
        self.query_one("#why-words", Lines).put(commands(words))
