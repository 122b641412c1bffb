"""The end: what was made, what was left, how to take it back, and what to type later."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button

from screens.dialogs.export import Export
from screens.dialogs.undo import offer_undo
from screens.exports import exports
from screens.language import Tone, columns, line, lines, state
from screens.scrolled import ScrolledPage
from screens.widgets.text import Lines, Section
from wizard.errors import RunvpcError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.outcome import (
    Part,
    can_resume,
    can_undo,
    commands,
    failed,
    left,
    made,
    reused,
    service_of,
    undone,
    waiting,
)
from wizard.guide.running import headline, what_next
from wizard.wording import one_line

_BESIDE = 40
"""Cells for the name of a part and its note on one line."""


class DonePage(ScrolledPage):
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
        then = f"\n{what_next(run)}" if can_resume(run) else ""
        self.query_one("#headline", Lines).put(line(state(run.status.value), f"  {headline(run)}", then))
        groups = (
            ("Not taken back yet", waiting(run)),
            ("Did not work", failed(run)),
            ("Made", made(run)),
            ("As at the start", undone(run)),
            ("Used, and left as it is", reused(run)),
            ("Left as it is", left(run)),
        )
        self.query_one("#parts", Lines).put(lines(_group(name, parts) for name, parts in groups if parts))
        self.query_one("#undo", Button).display = can_undo(run) and not model.read_only
        self.query_one("#resume", Button).display = can_resume(run) and not model.read_only
        self.query_one("#export", Button).display = model.plan is not None
        scenario = model.session.scenario if model.session is not None else ""
        rows = commands(run, service_of(run) or model.answers.service or "SERVICE", scenario)
        later = [line((f"{what}\n", Tone.MUTED), (f"  {words}", Tone.WORDS)) for words, what in rows]
        self.query_one("#later", Lines).put(lines(later))

    @on(Button.Pressed, "#undo")
    def _undo(self, event: Button.Pressed) -> None:
        event.stop()
        offer_undo(self.app, self.wizard)

    @on(Button.Pressed, "#resume")
    def _resume(self, event: Button.Pressed) -> None:
        event.stop()
        if self.wizard.model.run is not None:
            self.wizard.resume(self.wizard.model.run.run)

    @on(Button.Pressed, "#export")
    def _export(self, event: Button.Pressed) -> None:
        event.stop()
        model = self.wizard.model
        if model.run is None:
            return
        try:
            plan = self.wizard.keeper.plan_of(model.run.run)
        except RunvpcError as error:
            self.wizard.troubled("reading the plan of the run", error)
            return
        self.app.push_screen(Export(exports(plan, model)))

    @on(Button.Pressed, "#anew")
    def _anew(self, event: Button.Pressed) -> None:
        event.stop()
        self.wizard.forget()
        self.wizard.go(Page.SERVICE)


def _group(name: str, parts: tuple[Part, ...]) -> Content:
    """A short note stands beside its part, a long one below it."""
    inline = all(len(part.label) + len(part.note) <= _BESIDE and not part.fix for part in parts)
    cells = [(state(part.word), one_line(part.label), (part.note if inline else "", Tone.MUTED)) for part in parts]
    said: list[Content] = [line(), line((name, Tone.STRONG))]
    for part, row in zip(parts, columns(cells).split("\n"), strict=True):
        said.append(row)
        if not inline:
            said += [line((f"  {one_line(text)}", Tone.MUTED)) for text in (part.note, part.fix) if text]
    return lines(said)
