"""The end: what moved and what did not, the record for the change ticket, and the connector that may go now."""

from __future__ import annotations

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from screens.commands import bindings
from screens.dialogs.export import Export
from screens.language import Tone, line, lines, state
from screens.migrate.commands import DONE, WAY
from screens.migrate.ending import may_finish, offer_finish
from screens.migrate.frame import MigratePage
from screens.migrate.model import MoveModel, Stage
from screens.migrate.taking_back import offer_undo
from screens.widgets.text import Lines
from wizard.apply.state import RunState
from wizard.export.migration import render
from wizard.guide.board import BoardRow, board, can_go_on, summary
from wizard.guide.outcome import Part, can_undo, failed, left, made, undone, waiting
from wizard.guide.running import epoch, headline, what_next
from wizard.wording import one_line

_FINISH = (
    "f deletes the connector once nothing uses it any more. Keep it for as long as you want to be able to go back in "
    "seconds: afterwards, rollback is to create it again, which takes minutes."
)


class DonePage(MigratePage):
    STAGE = Stage.DONE
    BINDINGS = bindings([*DONE, *WAY])
    ABOUT = (
        "What moved stays as it is; each can still be taken back alone on the board, or all of it with u, from the "
        "journal, tomorrow as well.\n\n" + _FINISH
    )

    def body(self) -> ComposeResult:
        with VerticalScroll(id="done-text"):
            yield Lines(id="done")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#done-text", VerticalScroll).focus()

    def heading(self, model: MoveModel) -> Content:
        run = model.run
        if run is None:
            return line()
        rows = board(run, model.applied, 0.0)
        return line(state(run.status.value), f"  {summary(rows) or headline(run)}")

    def show(self, model: MoveModel) -> None:
        run = model.run
        if run is None:
            return
        said = [line(what_next(run)), line()] if can_go_on(run) else []
        said += _groups(board(run, model.applied, epoch(run.ended) if run.ended else 0.0))
        said += _parts(run)
        if may_finish(model):
            said += [line(), line(("The connector", Tone.STRONG)), line(_FINISH)]
        again = f" --sandbox {model.session.scenario}" if model.session is not None and model.session.scenario else ""
        rows = [(f"runvpc undo {run.run}{again}", "take all of it back")] if can_undo(run) else []
        rows += [(f"runvpc resume {run.run}{again}", "go on with it")] if can_go_on(run) else []
        if rows:
            said += [line(), line(("Later", Tone.STRONG))]
            said += [line((f"  {words}", Tone.WORDS), (f"  {what}", Tone.MUTED)) for words, what in rows]
        self.query_one("#done", Lines).put(lines(said))

    def next_label(self, model: MoveModel) -> str:
        return ""

    # --- what happens

    def action_record(self) -> None:
        model = self.sitting.model
        if model.applied is not None and model.run is not None:
            self.app.push_screen(Export({"markdown": render(model.applied, model.run)}))

    def action_undo(self) -> None:
        offer_undo(self.app, self.sitting)

    def action_resume(self) -> None:
        self.sitting.resume()

    def action_finish(self) -> None:
        offer_finish(self.app, self.sitting)

    def possible(self, action: str) -> bool | None:
        model, run = self.sitting.model, self.sitting.model.run
        if action == "finish":
            return True if may_finish(model) and not model.read_only else None
        if action == "resume":
            return run is not None and not model.running and can_go_on(run) and not model.read_only
        if action == "undo":
            return True if run is not None and not model.running and can_undo(run) and not model.read_only else None
        return True


def _groups(rows: tuple[BoardRow, ...]) -> list[Content]:
    groups = [row for row in rows if row.group]
    moved = [row for row in groups if row.word == "moved"]
    rest = [row for row in groups if row not in moved]
    said: list[Content] = []
    if moved:
        said += [line(("Moved", Tone.STRONG)), *(line(state(row.word), f"  {one_line(row.group)}") for row in moved)]
    if rest:
        said += [line(), line(("Not moved", Tone.STRONG))] if moved else [line(("Not moved", Tone.STRONG))]
    for row in rest:
        said.append(line(state(row.word), f"  {one_line(row.group)}"))
        said += [line((f"    {one_line(text)}", Tone.MUTED)) for text in (row.why, row.fix) if text]
    return said


def _parts(run: RunState) -> list[Content]:
    """What all share, and what a run without services made."""
    shared = {step.id for step in run.steps if not step.group}
    only = replace(run, steps=tuple(step for step in run.steps if step.id in shared))
    said: list[Content] = []
    for name, parts in (
        ("Not taken back yet", waiting(only)),
        ("Did not work", failed(only)),
        ("Made for all", made(only)),
        ("As at the start", undone(only)),
        ("Left as it is", left(only)),
    ):
        if parts:
            said += [line(), line((name, Tone.STRONG)), *(text for part in parts for text in _part(part))]
    return said


def _part(part: Part) -> list[Content]:
    said = [line(state(part.word), f"  {one_line(part.label)}")]
    return [*said, *(line((f"    {one_line(text)}", Tone.MUTED)) for text in (part.note, part.fix) if text)]
