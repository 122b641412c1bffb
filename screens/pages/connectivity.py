"""What the live test met: every target before and after, layer by layer, and what to do about a failure."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from screens.language import Piece, Tone, columns, glyph, line, lines, state
from screens.page import WizardPage
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.connectivity import LAYERS, TargetRow, target_rows, verdict_line
from wizard.wording import duration


class ConnectivityPage(WizardPage):
    PAGE = Page.CONNECTIVITY
    HEADING = "Connectivity"
    WHY = (
        "Each attempt ran in a fresh instance of a Cloud Run job with the network settings of the service, layer by "
        "layer: the name, the TCP connection, TLS, and a first word of the protocol.\n\n"
        "The job is removed after each test. If a target did not answer, the service was not touched."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="verdict")
        yield Lines(id="targets")
        yield Section("What to do", id="todo-heading")
        yield Lines(id="todo")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#next", Button).focus()

    def show(self, model: Model) -> None:
        rows = target_rows(model.run) if model.run is not None else ()
        good = all(row.after == "connected" for row in rows)
        word = "connected" if good else "failed"
        self.query_one("#verdict", Lines).put(line(glyph(word), f" {verdict_line(rows)}"))
        self.query_one("#targets", Lines).put(_table(rows))
        failures = [row for row in rows if row.advice]
        self.query_one("#todo-heading").display = bool(failures)
        self.query_one("#todo", Lines).put(lines(_todo(row) for row in failures))


def _table(rows: tuple[TargetRow, ...]) -> Content:
    """Each target: its name, a line for each test, and its layers."""
    cells: list[tuple[Piece, ...]] = []
    for row in rows:
        if row.before:
            cells.append((("  before", Tone.MUTED), state(row.before)))
        cells.append((("  now" if row.before else "  ", Tone.MUTED), state(row.after), *_measured(row)))
    drawn = iter(columns(cells, right=frozenset({2})).split("\n"))
    made: list[Content] = []
    for row in rows:
        made += [line(), line((row.target, Tone.STRONG))]
        made += [next(drawn) for _ in range(2 if row.before else 1)]
        waited = f"network up after {duration(row.slowest_start)}" if row.slowest_start else ""
        made.append(line("  ", *_layers(row), (waited, Tone.MUTED)))
    return lines(made)


def _measured(row: TargetRow) -> tuple[Piece, ...]:
    latency = f"{row.latency_ms:.1f} ms" if row.latency_ms is not None else ""
    return latency, (f"{row.connected} of {row.attempts} instances", Tone.MUTED)


def _layers(row: TargetRow) -> list[Piece]:
    pieces: list[Piece] = []
    for name, reached in zip(LAYERS, row.reached, strict=True):
        if reached is not None:
            pieces += [glyph("works" if reached else "failed"), (f" {name}  ", Tone.MUTED)]
    return pieces


def _todo(row: TargetRow) -> Content:
    return line((f"{row.target}  ", Tone.STRONG), row.advice)
