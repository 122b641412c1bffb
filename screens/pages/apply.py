"""The run as it goes: every step with its time, pause, stop, and where to go when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from screens.dialogs.undo import offer_undo
from screens.language import Tone, line, lines, state
from screens.scrolled import ScrolledPage
from screens.widgets.steps import Steps, detail
from screens.widgets.text import Lines, Section
from wizard.apply.events import Phase, RunStatus
from wizard.apply.state import RunState
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.outcome import can_resume, can_undo
from wizard.guide.running import StepRow, elapsed, headline, log_lines, progress, step_rows, what_next
from wizard.wording import duration


class ApplyPage(ScrolledPage):
    PAGE = Page.APPLY
    HEADING = "Apply"
    WHY = (
        "Every call is written to the journal before it is sent, and its operation before it is followed. Whatever "
        "happens now, the run can be resumed or taken back.\n\n"
        "You can leave this page: the run goes on. Pausing starts no further step; stopping finishes the call in "
        "flight and records it."
    )

    clock: Callable[[], float] = staticmethod(time.time)
    """Seconds since the epoch."""

    def body(self) -> ComposeResult:
        yield Lines(id="headline")
        yield Lines(id="after")
        yield Steps(id="steps")
        with Horizontal(id="run-buttons"):
            yield Button("Pause after this step", id="pause", compact=True)
            yield Button("Stop", id="stop", compact=True)
            yield Button("Resume", id="resume", compact=True)
            yield Button("Undo …", id="undo", compact=True)
        yield Lines(id="step-detail", classes="field")
        yield Section("Log, times in UTC", id="log-heading")
        yield Lines(id="log")

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(0.5, self._tick)
        self.query_one("#pause" if self.wizard.model.running else "#next", Button).focus()

    def _tick(self) -> None:
        if self.wizard.model.running:
            self._draw_run(self.wizard.model)

    def show(self, model: Model) -> None:
        self._draw_run(model)
        keeper, run = self.wizard.keeper, model.run
        may_act = run is not None and not model.running and not model.read_only
        pause = self.query_one("#pause", Button)
        pause.label = "Go on" if keeper.paused else "Pause after this step"
        pause.display = model.running and not keeper.stopping
        self.query_one("#stop", Button).display = model.running and not keeper.stopping
        self.query_one("#resume", Button).display = may_act and run is not None and can_resume(run)
        self.query_one("#undo", Button).display = may_act and run is not None and can_undo(run)
        buttons = self.query("#run-buttons Button").results(Button)
        self.query_one("#run-buttons").display = any(button.display for button in buttons)
        focused = self.focused
        if not model.running and (focused is None or not focused.display):
            resume = run is not None and run.status in (RunStatus.STOPPED, RunStatus.WAITING)
            self.query_one("#resume" if resume and may_act else "#next", Button).focus()

    def _draw_run(self, model: Model) -> None:
        run, now = model.run, self.clock()
        if run is None:
            self.query_one("#headline", Lines).put(line(("beginning …", Tone.MUTED)))
            return
        rows = step_rows(run, now)
        keeper = self.wizard.keeper
        words = headline(run, stopping=keeper.stopping, paused=keeper.paused)
        self.query_one("#headline", Lines).put(
            lines([line(state(run.status.value), f"  {words}"), _count(run, rows, now)])
        )
        self.query_one("#after", Lines).put(line(what_next(run)))
        self.query_one("#steps", Steps).put(rows)
        self._tell_of_step()
        self.query_one("#log", Lines).put(lines(line((text, Tone.MUTED)) for text in log_lines(run)))

    @on(Steps.Looked)
    def _looked(self, event: Steps.Looked) -> None:
        event.stop()
        self._tell_of_step()
        self.call_after_refresh(self.query_one("#step-detail", Lines).scroll_visible, animate=False)

    def _tell_of_step(self) -> None:
        row = self.query_one("#steps", Steps).looked_at
        self.query_one("#step-detail", Lines).put(line() if row is None else detail(row))

    def ready(self, model: Model) -> str:
        if model.running:
            return "the run is under way"
        return "" if _no_test(model) else super().ready(model)

    def next_label(self, model: Model) -> str:
        return "Next: Done" if _no_test(model) else super().next_label(model)

    def go_on(self) -> None:
        if _no_test(self.wizard.model):
            self.wizard.go(Page.DONE)
        else:
            super().go_on()

    @on(Button.Pressed, "#pause")
    def _pause(self, event: Button.Pressed) -> None:
        event.stop()
        self.wizard.pause()

    @on(Button.Pressed, "#stop")
    def _stop(self, event: Button.Pressed) -> None:
        event.stop()
        self.wizard.stop()

    @on(Button.Pressed, "#resume")
    def _resume(self, event: Button.Pressed) -> None:
        event.stop()
        run = self.wizard.model.run
        if run is not None:
            self.wizard.resume(run.run)

    @on(Button.Pressed, "#undo")
    def _undo(self, event: Button.Pressed) -> None:
        event.stop()
        offer_undo(self.app, self.wizard)


def _no_test(model: Model) -> bool:
    """Whether the run is over and no live test of it is to be looked at."""
    run = model.run
    return run is not None and not model.running and (run.phase is Phase.UNDO or not run.probes)


def _count(run: RunState, rows: tuple[StepRow, ...], now: float) -> Content:
    done, count = progress(rows)
    return line((f"{done} of {count} steps   {duration(elapsed(run, now))}", Tone.MUTED))
