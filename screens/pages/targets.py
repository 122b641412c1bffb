"""What shall be reached: typed, or ticked in what the service's environment and the project propose."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from screens.language import Tone, line
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.targets import Home, home_of, proposals
from wizard.probe.targets import parse
from wizard.records import Service
from wizard.wording import one_line


class TargetsPage(WizardPage):
    PAGE = Page.TARGETS
    HEADING = "What shall it reach?"
    LEAD = "Enter ticks a row. Everything ticked is tested live, before and after."
    WHY = (
        "The targets decide almost everything else: the network, the egress mode, the firewall rules.\n\n"
        "redis://, postgres:// and mysql:// are greeted without a password; http:// and https:// count as connected "
        "with any status; tcp:// or host:port needs an accepted connection.\n\n"
        "Proposals come from the service's own variables and from what the project shows. Values that look like "
        "secrets are not looked at."
    )

    def body(self) -> ComposeResult:
        yield FilterList(empty="nothing could be proposed: type a target below", id="proposals")
        yield Lines(id="reading")
        yield Section("Another one", id="another-heading")
        yield Input(placeholder="redis://10.0.0.3:6379 or 10.0.0.5:5432", compact=True, id="another")
        yield Lines(id="problem")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FilterList).focus_list()

    def show(self, model: Model) -> None:
        self.query_one("#proposals", FilterList).put(_items(model))
        self.query_one("#reading", Lines).put(line((f"{model.reading}…" if model.reading else "", Tone.MUTED)))

    def ready(self, model: Model) -> str:
        return super().ready(model) if model.answers.targets else "tick or type a target"

    def words(self, model: Model) -> list[list[str]]:
        return [["runvpc", "probe", model.answers.service, *model.answers.targets]]

    def leave(self) -> bool:
        """What is still being typed counts."""
        field = self.query_one("#another", Input)
        return not field.value.strip() or self._take_typed(field.value)

    @on(FilterList.Chosen, "#proposals")
    def _toggled(self, event: FilterList.Chosen) -> None:
        event.stop()
        held = self.wizard.model.answers.targets
        url = event.item
        if url.endswith(":"):
            field = self.query_one("#another", Input)
            field.value = url
            field.focus()
        elif url in held:
            self.wizard.answer("targets", tuple(target for target in held if target != url))
        else:
            self.wizard.answer("targets", (*held, url))

    @on(Input.Submitted, "#another")
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.query_one("#next").focus()
        elif self._take_typed(event.value):
            event.input.value = ""

    def _take_typed(self, text: str) -> bool:
        held = self.wizard.model.answers.targets
        problem = self.query_one("#problem", Lines)
        try:
            new = tuple(parse(part).url for part in text.replace(",", " ").split())
        except InputError as error:
            problem.put(line((f"✗ {error.message}; {error.fix}", Tone.BAD)))
            return False
        problem.put(line())
        return not self.wizard.answer("targets", tuple(dict.fromkeys((*held, *new))))


def _items(model: Model) -> list[Item]:
    """Proposals, ticked or not, and what was typed, with where each one is."""
    facts = model.inventory
    proposed = proposals(facts, _service(model)) if facts is not None else ()
    known = {proposal.url for proposal in proposed}
    rows = [_item(p.url, p.source, p.home, p.url in model.answers.targets, p.incomplete) for p in proposed]
    for url in model.answers.targets:
        if url not in known:
            home = home_of(facts, parse(url).host) if facts is not None else Home(network="", words="")
            rows.append(_item(url, "typed", home, ticked=True, incomplete=False))
    return rows


def _service(model: Model) -> Service | None:
    facts = model.inventory
    return next((s for s in facts.services if s.name == model.answers.service), None) if facts is not None else None


def _item(url: str, source: str, home: Home, ticked: bool, incomplete: bool) -> Item:
    note = f"{source}, {home.words}" + (", type its port" if incomplete else "")
    mark = ("✓", Tone.GOOD) if ticked else "○"
    return Item(id=url, title=one_line(url), note=one_line(note), mark=mark)
