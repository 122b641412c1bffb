"""The migration as it goes: every service and job with its stage and traffic, and the key that takes one back."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from screens.commands import bindings
from screens.dialogs.confirm import Confirm
from screens.language import Tone, heading, line, lines, state
from screens.migrate.commands import BOARD, WAY
from screens.migrate.frame import MigratePage
from screens.migrate.model import MoveModel, Stage
from screens.migrate.stage_board import StageBoard
from screens.migrate.taking_back import offer_undo
from screens.widgets.probe_table import probe_table
from screens.widgets.text import Lines
from wizard.apply.state import RunState
from wizard.guide.board import BoardRow, board, can_go_on, probe_of, rows_of, summary
from wizard.guide.connectivity import target_rows
from wizard.guide.outcome import can_undo
from wizard.guide.running import StepRow, elapsed, headline, log_lines
from wizard.wording import duration, one_line


class BoardPage(MigratePage):
    STAGE = Stage.BOARD
    BINDINGS = bindings([*BOARD, *WAY])
    ABOUT = (
        "Each service goes through its stages: a live test from cold instances with the new settings, a new revision "
        "without traffic, then more and more of it, with a look at each stage. When a look fails, or its time runs "
        "out, it goes back by itself, and so it does when you ask for it with b.\n\n"
        "Every call is in the journal before it is sent. Whatever happens now, the run can be resumed or taken back. "
        "Pausing starts no further step; stopping finishes the calls in flight and records them."
    )

    clock: Callable[[], float] = staticmethod(time.time)
    """Seconds since the epoch."""

    def body(self) -> ComposeResult:
        yield StageBoard(id="board")
        with VerticalScroll(id="group", classes="detail"):
            yield Lines(id="group-text")
            yield Lines(id="log")

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(0.5, self._tick)
        self.query_one(StageBoard).focus_list()

    def _tick(self) -> None:
        if self.sitting.model.running and self.is_current:
            self._draw(self.sitting.model)

    # --- drawing

    def heading(self, model: MoveModel) -> Content:
        run, keeper = model.run, self.sitting.keeper
        if run is None:
            return line(("beginning …", Tone.MUTED))
        rows = self._rows(model)
        words = summary(rows) or headline(run, stopping=keeper.stopping, paused=keeper.paused)
        if keeper.stopping or keeper.paused:
            return line(state(run.status.value), f"  {words}; {'stopping' if keeper.stopping else 'paused'}")
        return line(state(run.status.value), f"  {words}", (f"  {duration(elapsed(run, self.clock()))}", Tone.MUTED))

    def _rows(self, model: MoveModel) -> tuple[BoardRow, ...]:
        return board(model.run, model.applied, self.clock()) if model.run is not None else ()

    def show(self, model: MoveModel) -> None:
        self.query_one(StageBoard).put(self._rows(model))
        self._draw_group(model)

    def _draw_group(self, model: MoveModel) -> None:
        run, row = model.run, self.query_one(StageBoard).looked_at
        if run is not None and row is not None:
            self.query_one("#group-text", Lines).put(_told(run, row, self.clock()))
        told = log_lines(run) if run is not None and self.has_class("-log") else ()
        self.query_one("#log", Lines).put(lines(line((text, Tone.MUTED)) for text in told))
        self.query_one("#group-text").display = not self.has_class("-log")

    @on(StageBoard.Looked)
    def _looked(self, event: StageBoard.Looked) -> None:
        event.stop()
        self._draw_group(self.sitting.model)
        self.query_one("#group", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    # --- what happens

    @property
    def _row(self) -> BoardRow | None:
        return self.query_one(StageBoard).looked_at

    def action_roll_back(self) -> None:
        row = self._row
        if row is None or not row.can_go_back:
            return

        def agreed(yes: bool | None) -> None:
            if yes:
                self.sitting.recall(row.group)

        share = "" if not row.percent else f" {row.percent} % of its traffic is on the new revision now."
        what = "never begun" if row.word == "waiting" else "taken back at once, and its settings with it"
        said = f"{one_line(row.group)} is {row.word}.{share} It is {what}; {self._others()}."
        text = line(f"{said}\n", ("y or n", Tone.MUTED))
        self.app.push_screen(Confirm(f"Roll {one_line(row.group)} back?", text, yes="Roll back", no="No"), agreed)

    def _others(self) -> str:
        """What becomes of the others while the run goes on."""
        return "the others go on" if self.sitting.model.running else "the others stay as they are"

    def action_pause(self) -> None:
        self.sitting.pause()

    def action_stop(self) -> None:
        self.sitting.stop()

    def action_resume(self) -> None:
        self.sitting.resume()

    def action_undo(self) -> None:
        offer_undo(self.app, self.sitting)

    def action_log(self) -> None:
        self.toggle_class("-log")
        self._draw_group(self.sitting.model)

    def possible(self, action: str) -> bool | None:
        """The rollback key is always in sight; greyed where nothing can be taken back."""
        model, run = self.sitting.model, self.sitting.model.run
        if action == "roll_back":
            row = self._row if self.is_mounted else None
            return True if row is not None and row.can_go_back and not model.read_only else None
        if action in ("pause", "stop"):
            return model.running
        if action == "resume":
            return run is not None and not model.running and can_go_on(run) and not model.read_only
        if action == "undo":
            return run is not None and not model.running and can_undo(run) and not model.read_only
        return True


def _told(run: RunState, row: BoardRow, now: float) -> Content:
    """All that there is to say about one row: why it went back, its steps, and what its live test met."""
    said: list[Content] = [line((one_line(row.name), Tone.STRONG), ("  " + row.stage, Tone.MUTED))]
    if row.why:
        said.append(line((f"  {one_line(row.why)}", Tone.BAD if row.code != "recalled" else Tone.WARN)))
    if row.fix:
        said.append(line(f"  {one_line(row.fix)}"))
    said += [text for step in rows_of(run, row.group, now) for text in _step(step)]
    tests = probe_of(run, row.group)
    if tests:
        alone = replace(run, probes=(("probe/now", tests),))
        said += [line(), heading("Live test, from cold instances"), probe_table(target_rows(alone))]
    return lines(said)


def _step(row: StepRow) -> list[Content]:
    took = "" if row.seconds is None else duration(row.seconds)
    word = state(row.status)
    about = row.error or (row.notes[-1] if row.notes else "") or row.observed or row.reason
    tone = Tone.BAD if row.error and row.status == "failed" else Tone.MUTED
    first = line(word, " " * max(1, 12 - word.cell_length), f"{took:>6}  ", one_line(row.label))
    matters = row.status in ("running", "failed", "left")
    return [first, line((" " * 20 + one_line(about), tone))] if about and matters else [first]
