"""A yes or a no. What cannot be taken lightly ignores keys and clicks for its first half second."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button

from screens.language import Tone
from screens.widgets.text import Lines

GRACE_SECONDS = 0.5


class Confirm(ModalScreen[bool]):
    """Says what is about to happen; Enter on a button, or `y` and `n`, or a click."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,escape", "answer(False)", "No", show=False),
        Binding("left,up", "app.focus_previous", "Before", show=False),
        Binding("right,down", "app.focus_next", "After", show=False),
    ]

    def __init__(
        self,
        title: str,
        text: Content,
        *,
        yes: str,
        no: str = "Cancel",
        grace: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(classes="dialog")
        self._title, self._text, self._yes, self._no = title, text, yes, no
        self._grace, self._now = grace, now
        self._since = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box"):
            yield Lines((self._title, Tone.STRONG))
            yield Lines(self._text, classes="dialog-text")
            with Horizontal(classes="dialog-buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(self._yes, id="yes", compact=True, variant="primary")

    def on_mount(self) -> None:
        self._since = self._now()
        self.query_one("#no", Button).focus()

    @property
    def awake(self) -> bool:
        """Whether the first moment, in which keys may have been meant for something else, is over."""
        return self._now() - self._since >= self._grace

    def action_answer(self, answer: bool) -> None:
        """Close with this answer; a yes only after the grace."""
        if self.awake or not answer:
            self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_answer(event.button.id == "yes")
