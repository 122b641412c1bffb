"""The last line of a page: back, what is in the way, next."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button

from screens.language import Tone, line
from screens.widgets.text import Lines


class Nav(Horizontal):
    """`Back` and `Next: …`. Next is greyed while something is missing, and what it is stands beside it."""

    def compose(self) -> ComposeResult:
        yield Button("Back", id="back", compact=True)
        yield Lines(id="in-the-way")
        yield Button("Next", id="next", compact=True, variant="primary")

    def show(self, *, back: bool, following: str, why_not: str) -> None:
        """`following` names what Next does, empty for no Next; `why_not` greys it."""
        self.query_one("#back", Button).display = back
        button = self.query_one("#next", Button)
        button.display = bool(following)
        if str(button.label) != following:
            button.label = following
            button.refresh(layout=True)
        button.disabled = bool(why_not)
        self.query_one("#in-the-way", Lines).put(line((why_not, Tone.MUTED)))
