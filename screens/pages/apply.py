"""The run as it goes: every step with its time, pause, stop, and where to go when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from screens.language import Piece, Tone, bar, columns, fit, line, lines, state
from screens.page import WizardPage
from screens.widgets.text import Lines, Section
from wizard.apply.events import Phase, RunStatus
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.running import StepRow, elapsed, headline, log_lines, progress, step_rows, what_next
from wizard.wording import duration

_BAR, _NAME, _LINE = 20, 36, 52


class ApplyPage(WizardPage):
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
        yield Lines(id="steps")
        yield Lines(id="after")
        with Horizontal(id="run-buttons"):
            yield Button("Pause", id="pause", compact=True)
            yield Button("Stop", id="stop", compact=True)
            yield Button("Resume", id="resume", compact=True)
        yield Section("Log", id="log-heading")
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
        keeper = self.wizard.keeper
        unfinished = model.run is not None and model.run.status in (
            RunStatus.STOPPED,
            RunStatus.FAILED,
            RunStatus.WAITING,
        )
        pause = self.query_one("#pause", Button)
        pause.label = "Go on" if keeper.paused else "Pause after this step"
        pause.display = model.running and not keeper.stopping
        self.query_one("#stop", Button).display = model.running and not keeper.stopping
        self.query_one("#resume", Button).display = unfinished and not model.running
        focused = self.focused
        if not model.running and (focused is None or not focused.display):
            self.query_one("#next", Button).focus()

    def _draw_run(self, model: Model) -> None:
        run, now = model.run, self.clock()
        if run is None:
            self.query_one("#headline", Lines).put(line(("beginning …", Tone.MUTED)))
            return
        done, count = progress(run)
        keeper = self.wizard.keeper
        words = headline(run, stopping=keeper.stopping, paused=keeper.paused)
        word = run.status.value if run.status is not RunStatus.RUNNING else "running"
        total = line((f"{done} of {count}  {duration(elapsed(run, now))}", Tone.MUTED))
        self.query_one("#headline", Lines).put(lines([line(state(word), f"  {words}"), total]))
        self.query_one("#steps", Lines).put(line("\n", _steps(step_rows(run, now))))
        self.query_one("#after", Lines).put(line(f"\n{what_next(run)}") if what_next(run) else line())
        self.query_one("#log", Lines).put(lines(line((text, Tone.MUTED)) for text in log_lines(run)))

    def ready(self, model: Model) -> str:
        if model.running:
            return "the run is under way"
        return super().ready(model)

    def next_label(self, model: Model) -> str:
        if model.run is not None and (model.run.phase is Phase.UNDO or not model.run.probes):
            return "Next: Done"
        return super().next_label(model)

    def go_on(self) -> None:
        run = self.wizard.model.run
        if run is not None and (run.phase is Phase.UNDO or not run.probes):
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


def _steps(rows: tuple[StepRow, ...]) -> Content:
    """The table, and under a step that is under way or failed what there is to say about it."""
    table = columns([_cells(row) for row in rows], right=frozenset({2})).split("\n")
    made: list[Content] = []
    for row, drawn in zip(rows, table, strict=True):
        made.append(drawn)
        if row.error and row.status == "failed":
            made.append(line((f"  {row.error}", Tone.BAD)))
            if row.fix:
                made.append(line((f"  {row.fix}", Tone.MUTED)))
        elif row.status == "running":
            made += _under_way(row)
    return lines(made)


def _cells(row: StepRow) -> tuple[Piece, ...]:
    took = "" if row.seconds is None or row.status == "skipped" else duration(row.seconds)
    return (state(row.status), fit(row.id, _NAME), took)


def _under_way(row: StepRow) -> list[Content]:
    made: list[Content] = []
    if row.usual and row.seconds is not None:
        drawn = bar(row.seconds, max(row.usual, row.seconds), _BAR, rest="░")
        made.append(line("  ", drawn, (f"  usually {duration(row.usual)}", Tone.MUTED)))
    if row.note or row.operation:
        made.append(line((f"  {fit(row.note or row.operation, _LINE)}", Tone.MUTED)))
    return made
