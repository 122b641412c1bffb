"""The first page: what this is about, which cloud, and the runs that were not finished."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from screens.dialogs.unfinished import KEEP, UNDO, Unfinished
from screens.language import Tone, line, lines, state
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.apply.events import Phase
from wizard.apply.record import RunRow
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.wording import one_line

LIVE = "live"

_PICTURE = (
    "Cloud Run                  your VPC network",
    "╭───────────╮  outbound   ╭──────────────────╮",
    "│           │ ──────────▶ │ Redis   10.0.0.3 │",
    "│  service  │             │ SQL     10.0.0.5 │",
    "│           │ ✗ ◀──────── │ API    10.0.0.10 │",
    "╰───────────╯ not inbound ╰──────────────────╯",
)


class WelcomePage(WizardPage):
    PAGE = Page.WELCOME
    HEADING = "Connect Cloud Run to a private network"
    LEAD = "Every change is shown before it is made, tested live, and can be taken back."
    WHY = (
        "A Cloud Run service runs outside your network. To open a connection to a private address it needs a way in: "
        "a Serverless VPC Access connector, or Direct VPC egress.\n\n"
        "Both are outbound only: the service can call into the network. Nothing in the network can call the service "
        "through it; that needs another path.\n\n"
        "The sandbox is a simulated cloud on this computer: no account, no cost, the same steps."
    )

    def body(self) -> ComposeResult:
        yield Lines(_picture(), id="picture")
        yield Section("Runs that were not finished", id="runs-heading")
        yield FilterList(id="runs")
        yield Section("Where", id="where-heading")
        yield FilterList(id="clouds")
        yield Button("Why does it not connect? …", action="app.trace", compact=True, classes="trace-path")

    def on_mount(self) -> None:
        super().on_mount()
        first = "#runs" if self.wizard.model.unfinished else "#clouds"
        self.query_one(first, FilterList).focus_list()

    def show(self, model: Model) -> None:
        here = model.session.scenario if model.session is not None else ""
        live = model.session is not None and not model.session.simulated
        clouds = [
            Item(id=name, title=f"Sandbox: {name}", detail=("open", Tone.GOOD) if name == here else "", note=what)
            for name, what in self.wizard.desk.scenarios.items()
        ]
        note = "live, by Application Default Credentials"
        clouds.append(Item(id=LIVE, title="Google Cloud", detail=("open", Tone.GOOD) if live else "", note=note))
        self.query_one("#clouds", FilterList).put(clouds, at=LIVE if live else here)
        runs = self.query_one("#runs", FilterList)
        runs.display = self.query_one("#runs-heading").display = bool(model.unfinished)
        runs.put([self._run(row) for row in model.unfinished])
        self.set_class(bool(model.unfinished), "-unfinished")

    def _run(self, row: RunRow) -> Item:
        what = f"taking back a {row.flow}" if row.phase is Phase.UNDO else row.flow
        about = f"{what}, {row.project}, {self._where(row)}, {row.created[:16].replace('T', ' ')} UTC"
        return Item(id=row.id, title=row.id, detail=state(row.shown.value), note=one_line(about))

    def _where(self, row: RunRow) -> str:
        """Its cloud. Of a sandbox whose scenario file is not known here, only that."""
        try:
            scenario = self.wizard.desk.scenario_of(row.environment)
        except InputError:
            return "another sandbox"
        return f"sandbox {scenario}" if scenario else "Google Cloud"

    def next_label(self, model: Model) -> str:
        return super().next_label(model) if model.session is not None else "Next"

    def ready(self, model: Model) -> str:
        return "" if model.session is not None else "choose a cloud"

    @on(FilterList.Chosen, "#clouds")
    def _cloud(self, event: FilterList.Chosen) -> None:
        event.stop()
        session = self.wizard.model.session
        if event.item == LIVE:
            self.wizard.places.enter_live()
            self.wizard.go(Page.PROJECT)
            return
        if session is not None and session.scenario == event.item:
            self.go_on()
        else:
            self.wizard.places.enter_sandbox(event.item, then=Page.SERVICE)

    @on(FilterList.Chosen, "#runs")
    def _run_chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        row = next((row for row in self.wizard.model.unfinished if row.id == event.item), None)
        if row is not None:
            self.app.push_screen(Unfinished(row), lambda choice: self._decided(row, choice))

    def _decided(self, row: RunRow, choice: str | None) -> None:
        if choice == KEEP:
            self.wizard.places.keep_run(row.id)
        elif choice is not None:
            self.wizard.places.take_up(row, undo=choice == UNDO)


def _picture() -> Content:
    rows = [line((row, Tone.PLAIN)) for row in _PICTURE]
    rows[1] = rows[1].stylize(Tone.GOOD.value, 15, 23)
    rows[2] = rows[2].stylize(Tone.GOOD.value, 14, 25)
    rows[4] = rows[4].stylize(Tone.BAD.value, 14, 25)
    rows[5] = rows[5].stylize(Tone.BAD.value, 14, 25)
    return lines(rows)
