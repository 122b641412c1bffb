"""Taking a run back: what goes, what stays, and the name of the service typed as a yes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from screens.dialogs.confirm import GRACE_SECONDS
from screens.language import Tone, columns, heading, line, lines, state
from screens.widgets.text import Lines
from screens.wizard import Wizard
from wizard.apply.undo import Left
from wizard.errors import RunvpcError
from wizard.guide.outcome import service_of
from wizard.guide.running import label
from wizard.plan.plan import Plan
from wizard.wording import one_line


def offer_undo(app: App[None], wizard: Wizard) -> None:
    """Show what taking back the run of this sitting would do, and do it when the person agrees."""
    model = wizard.model
    if model.run is None or model.session is None or model.running or model.read_only:
        return
    run = model.run.run
    try:
        plan, stays = wizard.keeper.undo_plan(run)
    except RunvpcError as error:
        wizard.troubled("looking at what undo would do", error)
        return
    dialog = Undo(plan, stays, service_of(model.run) or run, model.session.banner)
    app.push_screen(dialog, lambda yes: wizard.undo(run) if yes else None)


class Undo(ModalScreen[bool]):
    """The button works once the service's name is typed and half a second has passed."""

    BINDINGS = [
        Binding("escape", "dismiss(False)", "Close", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
    ]

    def __init__(
        self, plan: Plan, left: Sequence[Left], service: str, banner: str, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(classes="dialog")
        self._plan, self._left, self._service, self._banner = plan, left, service, banner
        self._now = now
        self._since = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box"):
            yield Lines(("Take this run back?", Tone.STRONG))
            yield Lines((self._banner, Tone.MUTED))
            with VerticalScroll(classes="dialog-scroll", can_focus=False):
                yield Lines(self._told())
            yield Lines((f"Type {self._service} to go on", Tone.MUTED), classes="field")
            yield Input(placeholder="the name of the service", compact=True)
            yield Lines(id="unlike")
            with Horizontal(classes="dialog-buttons"):
                yield Button("Keep it", id="no", compact=True)
                yield Button("Take it back", id="yes", compact=True, variant="error", disabled=True)

    def _told(self) -> Content:
        goes = [(state(planned.change.op.value), one_line(label(planned.id))) for planned in self._plan.ordered()]
        parts = [heading("Goes, or back to what it was"), columns(goes) if goes else line("  nothing is there")]
        if self._left:
            parts += [line(), heading("Stays as it is")]
        for left in self._left:
            parts += [
                line(state("left"), f"  {one_line(label(left.id))}"),
                line((f"  {one_line(left.reason)}", Tone.MUTED)),
            ]
        return lines(parts)

    def on_mount(self) -> None:
        self._since = self._now()
        self.query_one(Input).focus()

    def action_scroll(self, lines_down: int) -> None:
        """Move the list while the name is being typed."""
        self.query_one(VerticalScroll).scroll_relative(y=lines_down, animate=False)

    @property
    def _named(self) -> bool:
        return self.query_one(Input).value.strip() == self._service

    @property
    def _agreed(self) -> bool:
        return self._named and self._now() - self._since >= GRACE_SECONDS

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", Button).disabled = not self._named
        self.query_one("#unlike", Lines).put(line())

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if self._agreed:
            self.dismiss(True)
        elif not self._named:
            self.query_one("#unlike", Lines).put(line((f"✗ that is not {self._service}", Tone.BAD)))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(False)
        elif self._agreed:
            self.dismiss(True)
