"""The end: what was made, what was left, how to take it back, and what to type later."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from screens.dialogs.export import Export
from screens.dialogs.undo import Undo
from screens.exports import exports
from screens.language import Tone, columns, line, lines, state
from screens.page import WizardPage
from screens.widgets.text import Lines, Section
from wizard.apply.events import Phase, RunStatus
from wizard.errors import RunvpcError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.outcome import Part, can_undo, commands, left, made, reused, undone
from wizard.guide.running import headline, what_next


class DonePage(WizardPage):
    PAGE = Page.DONE
    HEADING = "Done"
    WHY = (
        "Undo takes back what this run made, and only that. What was there before, or was changed by somebody else "
        "since, is left and said.\n\n"
        "The journal keeps the run: undo also works tomorrow, from the command line."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="headline")
        yield Lines(id="parts")
        with Horizontal(id="run-buttons"):
            yield Button("Undo …", id="undo", compact=True)
            yield Button("Resume", id="resume", compact=True)
            yield Button("Export …", id="export", compact=True)
            yield Button("Begin anew", id="anew", compact=True)
        yield Section("Later", id="later-heading")
        yield Lines(id="later")

    def on_mount(self) -> None:
        super().on_mount()
        first = next((button for button in self.query("#run-buttons Button").results(Button) if button.display), None)
        if first is not None:
            first.focus()

    def show(self, model: Model) -> None:
        run = model.run
        if run is None:
            return
        words = headline(run, stopping=False, paused=False)
        then = f"\n{what_next(run)}" if run.status is not RunStatus.DONE else ""
        self.query_one("#headline", Lines).put(line(state(run.status.value), f"  {words}", then))
        groups = (
            ("Made", made(run) if run.phase is Phase.APPLY else ()),
            ("Taken back", undone(run)),
            ("Used, and left as it is", reused(run) if run.phase is Phase.APPLY else ()),
            ("Left as it is", left(run)),
        )
        self.query_one("#parts", Lines).put(lines(_group(name, parts) for name, parts in groups if parts))
        unfinished = run.status in (RunStatus.STOPPED, RunStatus.FAILED, RunStatus.WAITING)
        self.query_one("#undo", Button).display = can_undo(run)
        self.query_one("#resume", Button).display = unfinished
        self.query_one("#export", Button).display = model.plan is not None
        scenario = model.session.scenario if model.session is not None else ""
        rows = commands(run, model.answers.service or "SERVICE", scenario)
        later = [line((f"{what}\n", Tone.MUTED), (f"  {words}", Tone.WORDS)) for words, what in rows]
        self.query_one("#later", Lines).put(lines(later))

    @on(Button.Pressed, "#undo")
    def _undo(self, event: Button.Pressed) -> None:
        event.stop()
        model = self.wizard.model
        if model.run is None or model.session is None:
            return
        run = model.run.run
        try:
            plan, stays = self.wizard.keeper.undo_plan(run)
        except RunvpcError as error:
            self.wizard.troubled("looking at what undo would do", error)
            return
        name = model.answers.service or run
        dialog = Undo(plan, stays, name, model.session.banner)
        self.app.push_screen(dialog, lambda yes: self.wizard.undo(run) if yes else None)

    @on(Button.Pressed, "#resume")
    def _resume(self, event: Button.Pressed) -> None:
        event.stop()
        if self.wizard.model.run is not None:
            self.wizard.resume(self.wizard.model.run.run)

    @on(Button.Pressed, "#export")
    def _export(self, event: Button.Pressed) -> None:
        event.stop()
        model = self.wizard.model
        if model.run is not None:
            self.app.push_screen(Export(exports(self.wizard.keeper.plan_of(model.run.run), model)))

    @on(Button.Pressed, "#anew")
    def _anew(self, event: Button.Pressed) -> None:
        event.stop()
        self.wizard.forget()
        self.wizard.go(Page.SERVICE)


def _group(name: str, parts: tuple[Part, ...]) -> Content:
    table = columns([(state(part.word), part.id) for part in parts]).split("\n")
    made: list[Content] = [line(), line((name, Tone.STRONG))]
    for part, row in zip(parts, table, strict=True):
        made.append(row)
        if part.note and part.word != "create":
            made.append(line((f"  {part.note}", Tone.MUTED)))
    return lines(made)
