"""What shall be reached: typed, or ticked in what the service's environment and the project propose."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Collapsible, Input, OptionList

from screens.language import Tone, line, lines
from screens.page import WizardPage
from screens.widgets.field import Field
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from screens.wizard import Wizard
from wizard.answers import Answers
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.targets import TargetRow, Typed, finders, read_typed, remarks, rows
from wizard.inventory import Inventory
from wizard.records import Service
from wizard.wording import duration, one_line

MOST_REMARKS = 3


class Pasted(Input):
    """A field that takes several lines at once: their breaks become blanks."""

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(one_line(event.text))


class TargetsPage(WizardPage):
    CSS_PATH = "targets.tcss"
    PAGE = Page.TARGETS
    HEADING = "What shall it reach?"
    LEAD = "Enter ticks a row. Everything ticked is tested live."
    WHY = (
        "The targets decide almost everything else: the network, the egress mode, the firewall rules.\n\n"
        "redis://, postgres:// and mysql:// are greeted without a password; http:// and https:// count as connected "
        "with any status; tcp:// or host:port needs an accepted connection.\n\n"
        "Proposals come from the service's own variables and from what the project shows. Variables whose names "
        "say that they are secrets are not looked at, and credentials in URLs are left out."
    )

    def __init__(self, wizard: Wizard) -> None:
        super().__init__(wizard)
        self._typed_here: tuple[str, ...] = ()
        self._drawn: tuple[Inventory | None, str, tuple[str, ...], tuple[str, ...]] | None = None

    def body(self) -> ComposeResult:
        yield FilterList(empty="", id="proposals")
        yield Lines(id="none")
        with Vertical(id="more"):
            yield Lines(("Another one, or several", Tone.MUTED), classes="field-label")
            yield Pasted(
                placeholder="redis://10.0.0.3:6379 or 10.0.0.5:5432", compact=True, select_on_focus=False, id="another"
            )
            yield Lines(id="problem")
        yield Lines(id="remarks")
        with Collapsible(title="How it is tested", id="test"):
            yield Field("probe.attempts", label="Attempts per target, each from a fresh instance", tight=True)
            yield Field("probe.timeout", label="Seconds that each attempt may take")
            yield Field("probe.baseline", label="The same test before anything is changed (yes or no)")
            yield Field("probe.write", label="Redis: also set and get a throw-away key (yes or no)")
            yield Field("probe.image", label="Container image with Python, if not the usual one")

    def on_mount(self) -> None:
        super().on_mount()
        start = self.query_one("#proposals > OptionList", OptionList)
        (start if start.option_count else self.query_one("#another")).focus(scroll_visible=False)

    def show(self, model: Model) -> None:
        facts, service = model.inventory, _service(model)
        drawn = (facts, model.answers.service, model.answers.targets, self._typed_here)
        proposals = self.query_one("#proposals", FilterList)
        if self._drawn is None or drawn[0] is not self._drawn[0] or drawn[1:] != self._drawn[1:]:
            self._drawn = drawn
            made = rows(facts, service, model.answers.targets, self._typed_here)
            proposals.put([_item(row) for row in made])
            proposals.display = bool(made)
        self.query_one("#none", Lines).put(line((_nothing(model, bool(proposals.display)), Tone.MUTED)))
        self.query_one("#remarks", Lines).put(_remarks(model))
        self.query_one("#test", Collapsible).title = _test(model.answers)

    def ready(self, model: Model) -> str:
        return super().ready(model) if model.answers.targets else "tick or type a target"

    def words(self, model: Model) -> Sequence[Sequence[str]]:
        """The live test of what is ticked, and where managed services say their addresses."""
        answers = model.answers
        test = [("runvpc", "probe", answers.service, *answers.targets)] if answers.targets else []
        return (*test, *(finders(model.inventory) if model.inventory is not None else ()))

    def leave(self) -> bool:
        """What is still being typed counts."""
        return self._take(self.query_one("#another", Input))

    @on(FilterList.Chosen, "#proposals")
    def _toggled(self, event: FilterList.Chosen) -> None:
        event.stop()
        held, url = self.wizard.model.answers.targets, event.item
        if url in held:
            self._typed_here = (*self._typed_here, url)
            self.wizard.answer("targets", tuple(target for target in held if target != url))
        elif url.rpartition(":")[2].isdigit() or url in self._typed_here:
            self._add((url,))
        else:
            self._complete(url)

    def _complete(self, url: str) -> None:
        """A proposal without its port goes to the field, to be completed there."""
        field = self.query_one("#another", Input)
        field.value = f"{url}:"
        field.focus()
        field.cursor_position = len(field.value)
        self._say("type its port, then Enter", Tone.MUTED)

    @on(Input.Submitted, "#another")
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.query_one("#next").focus()
        else:
            self._take(event.input)

    def _take(self, field: Input) -> bool:
        """Tick what was typed; what is no target stays in the field, with the reason below it."""
        typed: Typed = read_typed(field.value)
        problem = self._add(typed.targets) if typed.targets else ""
        if not problem:
            field.value = typed.rest
            field.cursor_position = len(field.value)
        said = typed.problem or problem
        self._say(f"✗ {said}" if said else "", Tone.BAD)
        return not said

    def _add(self, urls: tuple[str, ...]) -> str:
        held = self.wizard.model.answers.targets
        return self.wizard.answer("targets", tuple(dict.fromkeys((*held, *urls))))

    def _say(self, text: str, tone: Tone) -> None:
        self.query_one("#problem", Lines).put(line((text, tone)))


def _service(model: Model) -> Service | None:
    facts = model.inventory
    return next((s for s in facts.services if s.name == model.answers.service), None) if facts is not None else None


def _item(row: TargetRow) -> Item:
    mark = ("✓", Tone.GOOD) if row.ticked else "○"
    doubt = ("! look", Tone.WARN) if row.doubtful and row.ticked else ""
    return Item(id=row.url, title=one_line(row.url), detail=doubt, note=row.note, mark=mark)


def _nothing(model: Model, rows_shown: bool) -> str:
    """Why there is no row, or that there may be more in a moment."""
    if model.reading:
        return f"{model.reading}…"
    return "" if rows_shown else "nothing here can be proposed as a target: type one below"


def _remarks(model: Model) -> Content:
    said = remarks(model.inventory) if model.inventory is not None else ()
    more = (f"and {len(said) - MOST_REMARKS} more",) if len(said) > MOST_REMARKS else ()
    return lines(line((text, Tone.MUTED)) for text in (*said[:MOST_REMARKS], *more))


def _test(answers: Answers) -> str:
    probe = answers.probe
    times = "1 attempt" if probe.attempts == 1 else f"{probe.attempts} attempts"
    before = ", also before the change" if probe.baseline else ""
    return f"How it is tested: {times} of up to {duration(probe.timeout)}{before}"
