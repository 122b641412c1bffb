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
from wizard.guide.egress import Destination, PathOption, matrix, options
from wizard.guide.outlook import outlook

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
        self.query_one("#matrix", Lines).put(_matrix(matrix(model)))
        everything = model.answers.egress == "all-traffic"
        nat = self.query_one("#choices-nat", Choices)
        nat.display = self.query_one("#nat-heading").display = everything
        nat.put(_NAT, model.answers.nat)

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


def _matrix(rows: tuple[Destination, ...]) -> Content:
    """Works, needs something, or blocked, for each kind of destination; the reasons below."""
    cells: list[tuple[Piece, ...]] = [("", ("private-ranges-only", Tone.MUTED), ("all-traffic", Tone.MUTED))]
    cells += [(fit(row.name, 20), state(row.cells[0].word), state(row.cells[1].word)) for row in rows]
    table = columns(cells)
    why: list[Content] = []
    modes = ("private-ranges-only", "all-traffic")
    for row in rows:
        for mode, cell in zip(modes, row.cells, strict=True):
            if cell.word != "works":
                why.append(line(glyph(cell.word), (f" {row.name}, {mode}: {cell.why}", Tone.MUTED)))
    return lines([line(), table, *([line(), *why] if why else [])])
