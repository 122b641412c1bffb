"""The way into the network: both side by side, and what the egress mode lets through."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from screens.language import Piece, Tone, columns, fit, glyph, line, lines, state
from screens.page import WizardPage
from screens.widgets.choices import Choice, Choices
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.egress import PathOption, matrix, options
from wizard.guide.outlook import outlook
from wizard.guide.trace import same_ground
from wizard.trace.matrix import MODES, WORKS, Cell, MatrixRow

_MODES = (
    Choice(value="private-ranges-only", title="private-ranges-only", note="private addresses go through the network"),
    Choice(value="all-traffic", title="all-traffic", note="everything does; the internet then needs Cloud NAT"),
)
_NAT = (
    Choice(value="auto", title="Create Cloud NAT where it is missing"),
    Choice(value="leave", title="Leave Cloud NAT as it is", note="public addresses may not be reached"),
)


class EgressPage(WizardPage):
    PAGE = Page.EGRESS
    HEADING = "Which way in?"
    WHY = (
        "A connector is a group of machines that Google runs for you in a /28 of your network. Direct VPC egress puts "
        "the service's own instances into a subnet.\n\n"
        "The egress mode says which connections take that way. A service with ingress `internal` is only reached "
        "through the network: with all-traffic and Private Google Access, or by a private DNS zone for run.app."
    )

    _traced: Model | None = None
    """The model that the matrix was traced for."""

    def body(self) -> ComposeResult:
        yield Choices("egress_path")
        yield Lines(id="comparison")
        yield Section("Which traffic", id="mode-heading")
        yield Choices("egress")
        yield Lines(id="matrix")
        yield Section("Cloud NAT", id="nat-heading")
        yield Choices("nat")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#choices-egress_path", Choices).focus()

    def show(self, model: Model) -> None:
        found = options(model)
        chosen = next((option.value for option in found if option.chosen), "")
        self.query_one("#choices-egress_path", Choices).put([_choice(option) for option in found], chosen)
        self.query_one("#comparison", Lines).put(_comparison(found))
        self.query_one("#choices-egress", Choices).put(_MODES, model.answers.egress)
        self._show_matrix(model)
        everything = model.answers.egress == "all-traffic"
        nat = self.query_one("#choices-nat", Choices)
        nat.display = self.query_one("#nat-heading").display = everything
        nat.put(_NAT, model.answers.nat)

    def _show_matrix(self, model: Model) -> None:
        """Traced anew only when what it stands on has changed."""
        before, self._traced = self._traced, model
        if before is None or not same_ground(before, model) or before.targets != model.targets:
            self.query_one("#matrix", Lines).put(_matrix(matrix(model)))

    def words(self, model: Model) -> list[list[str]]:
        service = outlook(model.plan).service
        return service.step.gcloud() if service is not None else []

    @on(Choices.Picked)
    def _picked_here(self, event: Choices.Picked) -> None:
        """Enter on what is chosen already goes to the next question."""
        if event.key == "egress_path" and self.wizard.model.answers.egress_path == event.value:
            self.query_one("#choices-egress", Choices).focus()


def _choice(option: PathOption) -> Choice:
    mark = "  recommended" if option.recommended else ""
    return Choice(value=option.value, title=option.title + mark, refused=option.blocked)


def _comparison(found: tuple[PathOption, ...]) -> Content:
    """Side by side: what each costs, how it starts, what it needs; then what speaks for each."""
    names = {"connector": "connector", "direct": "Direct VPC"}
    heads: list[Piece] = [(names[option.value], Tone.STRONG) for option in found]
    rows: list[tuple[Piece, ...]] = [("", *heads)]
    rows.append((("price", Tone.MUTED), *(_short(option.price) for option in found)))
    rows.append((("start", Tone.MUTED), *(_short(option.start) for option in found)))
    rows.append((("needs", Tone.MUTED), *(_short(option.needs) for option in found)))
    made = [line(), columns(rows)]
    for option in found:
        if option.speaks_for:
            made.append(line())
            made.append(line((f"For {names[option.value]}", Tone.STRONG)))
            made += [line(("+ ", Tone.GOOD), reason) for reason in option.speaks_for]
    return lines(made)


_SHORT = {
    "no charge of its own": "no charge",
    "the network of a new instance may take a minute": "may take a minute",
    "addresses in a subnet, about 2 for each instance": "2 addresses/instance",
}


def _short(text: str) -> str:
    return _SHORT.get(text, text.replace(" US dollars a month", " USD/month"))


def _matrix(rows: tuple[MatrixRow, ...]) -> Content:
    """Works, needs something, or blocked, for each kind of destination; the reasons below."""
    if not rows:
        return lines([line(), line(("What each lets through shows when the plan reaches the service.", Tone.MUTED))])
    cells: list[tuple[Piece, ...]] = [("", *((mode, Tone.MUTED) for mode in MODES))]
    cells += [(fit(row.name, 20), *(state(cell.word) for cell in row.cells)) for row in rows]
    why = [_why(row, cell) for row in rows for cell in row.cells if cell.word != WORKS or cell.verify]
    return lines([line(), columns(cells), *([line(), *why] if why else [])])


def _why(row: MatrixRow, cell: Cell) -> Content:
    """What is in the way; of what works, what only a live test settles."""
    sign, text = ("partly", "; ".join(cell.verify)) if cell.word == WORKS else (cell.word, cell.why)
    return line(glyph(sign), (f" {row.name}, {cell.mode}: {text}", Tone.MUTED))
