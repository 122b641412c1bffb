"""Taking a run back: what goes, what stays, and the name of the service typed as a yes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from screens.dialogs.confirm import GRACE_SECONDS
from screens.language import Tone, columns, heading, line, lines, state
from screens.widgets.text import Lines
from wizard.apply.undo import Left
from wizard.plan.plan import Plan


class Undo(ModalScreen[bool]):
    """The button works once the service's name is typed and half a second has passed."""

    BINDINGS = [Binding("escape", "dismiss(False)", "Close", show=False)]

    def __init__(
        self, plan: Plan, left: Sequence[Left], service: str, banner: str, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(classes="dialog")
        self._plan, self._left, self._service, self._banner = plan, left, service, banner
        self._now = now
        self._since = 0.0

    def compose(self) -> ComposeResult:
        goes = [(state(p.change.op.value), p.id) for p in self._plan.ordered()]
        stays = [(state("left"), left.id, (left.reason, Tone.MUTED)) for left in self._left]
        parts = [line((self._banner, Tone.MUTED)), line(), heading("Goes, or back to what it was"), columns(goes)]
        if stays:
            parts += [line(), heading("Stays as it is"), columns(stays)]
        with Vertical(classes="dialog-box"):
            yield Lines(("Take this run back?", Tone.STRONG))
            with VerticalScroll(classes="dialog-scroll", can_focus=False):
                yield Lines(lines(parts))
            yield Lines((f"Type {self._service} to go on", Tone.MUTED), classes="field")
            yield Input(placeholder=self._service, compact=True)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Keep it", id="no", compact=True)
                yield Button("Take it back", id="yes", compact=True, variant="error", disabled=True)

    def on_mount(self) -> None:
        self._since = self._now()
        self.query_one(Input).focus()

    @property
    def _agreed(self) -> bool:
        typed = self.query_one(Input).value.strip() == self._service
        return typed and self._now() - self._since >= GRACE_SECONDS

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", Button).disabled = event.value.strip() != self._service

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if self._agreed:
            self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(False)
        elif self._agreed:
            self.dismiss(True)
