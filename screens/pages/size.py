"""How large: the connector with what it carries and costs, or the room in the subnet for Direct VPC egress."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Input

from screens.language import Tone, line, lines
from screens.page import WizardPage
from screens.widgets.budget_bar import BudgetBar, ladder
from screens.widgets.field import Field, text_of
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.size_chart import COUNTS_HEAD, TYPES_HEAD, count_item, type_item
from screens.widgets.text import Lines, Section
from wizard.answers import by_key
from wizard.errors import InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.address_use import AddressUse, address_use
from wizard.guide.addresses import addresses
from wizard.guide.ground import CONNECTOR, DIRECT, Ground, stand
from wizard.guide.outlook import outlook
from wizard.guide.sizes import MOST, ConnectorName, Sizes, connector_names, counts_with, rate, sizes
from wizard.plan.step import Op
from wizard.wording import one_line

_FEWEST, _MOST = "connector.min_instances", "connector.max_instances"
_COUNT_FIELDS = "#field-connector-min_instances, #field-connector-max_instances"
_BARE = "bare"


class SizePage(WizardPage):
    PAGE = Page.SIZE
    CSS_PATH = "size.tcss"
    HEADING = "How large?"
    WHY = (
        "A connector is a group of machines that run all the time and are paid for all the time. It adds machines "
        "under load and never takes one away, so plan with the larger figure.\n\n"
        "What a size carries is Google's estimate for a whole connector, divided by its instances.\n\n"
        "Direct VPC egress has no machines of its own. There the limit is the subnet: when a new revision starts, the "
        "old one keeps its addresses for up to 20 minutes."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="said")
        with Vertical(id="of-connector", classes="part"):
            yield Lines(TYPES_HEAD)
            yield FilterList(id="types")
            yield Lines(COUNTS_HEAD, id="counts-head")
            yield FilterList(id="counts")
            yield Lines(id="basis")
            yield Field(_FEWEST, label="Fewest instances")
            yield Field(_MOST, label="Most instances (Enter on a row above sets it, too)", tight=True)
            yield Section("What do you expect?", id="expect-heading")
            yield Input(placeholder="Mbps at the busiest moment, for example 300", compact=True, id="mbps")
            yield Lines(id="advice")
            yield Button("Take this size", id="take", compact=True)
            yield Section("The connector", id="connector-heading")
            yield FilterList(id="connectors")
            yield Field("connector.name", label="Name (empty: after the service)", tight=True)
            yield Section("Where it lives", id="home-heading")
            yield FilterList(id="home")
        with Vertical(id="of-direct", classes="part"):
            yield BudgetBar(id="bar")
            yield Lines(id="largest")
            yield Section("What each subnet size bears")
            yield Lines(id="ladder")
            yield Field("direct.tags", label="Network tags of the service, for firewall rules")
            yield Field("probe.start_window", label="Seconds a fresh instance may wait for its network")
            yield Lines(id="direct-basis")

    def on_mount(self) -> None:
        super().on_mount()
        self._focus_first()

    def _focus_first(self) -> None:
        """The chart stays in sight."""
        ground = stand(self.wizard.model)
        if not isinstance(ground, str):
            first = "#types OptionList" if ground.path == CONNECTOR else "#field-direct-tags Input"
            self.query_one(first).focus(scroll_visible=False)

    def show(self, model: Model) -> None:
        ground = stand(model)
        path = "" if isinstance(ground, str) else ground.path
        self.query_one("#of-connector").display = path == CONNECTOR
        self.query_one("#of-direct").display = path == DIRECT
        if isinstance(ground, str):
            self.query_one("#said", Lines).put(line((f"! {one_line(ground)}", Tone.WARN)))
        elif path == CONNECTOR:
            self._show_connector(ground)
        else:
            self._show_direct(address_use(ground, addresses(ground).range))
        if self.focused is None:
            self._focus_first()

    def words(self, model: Model) -> list[list[str]]:
        found = outlook(model.plan)
        planned = found.connector or found.service
        return planned.step.gcloud() if planned is not None and planned.change.op is not Op.REUSE else []

    def leave(self) -> bool:
        """What is still being typed counts."""
        held = by_key(self.wizard.model.answers)
        typed = [(field.key, field.text) for field in self.query(Field) if field.text != text_of(held[field.key])]
        return not any(self._take_typed(key, text) for key, text in typed)

    def _take_typed(self, key: str, text: str) -> str:
        """Both counts are judged together, so that they can be changed in any order. The problem, or empty."""
        if key not in (_FEWEST, _MOST):
            return self.wizard.type_in(key, text)
        texts = {each: self.query_one(f"#field-{each.replace('.', '-')}", Field).text for each in (_FEWEST, _MOST)}
        texts[key] = text
        numbers = {
            each: int(said) for each, said in texts.items() if said.isascii() and said.isdigit() and len(said) < 5
        }
        return self.wizard.answer_all(dict(numbers)) if len(numbers) == 2 else self.wizard.type_in(key, text)

    # --- a connector

    def _show_connector(self, ground: Ground) -> None:
        told = _sizes(ground, self.query_one("#mbps", Input).value)
        if isinstance(told, str):
            self.query_one("#advice", Lines).put(line((f"✗ {told}", Tone.BAD)))
            told = sizes(ground)
        else:
            self.query_one("#advice", Lines).put(_advice(told))
        self.query_one("#said", Lines).put(_said(ground, told))
        best = f"recommended: {told.recommended.reasons[0]}"
        rows = [type_item(row, best if row.recommended else "") for row in told.types]
        self.query_one("#types", FilterList).put(
            rows, at=next((row.machine_type for row in told.types if row.chosen), "")
        )
        most = next((str(row.instances) for row in told.counts if row.mark == MOST), "")
        self.query_one("#counts", FilterList).put([count_item(row) for row in told.counts], at=most)
        names = connector_names(ground)
        self.query_one("#connectors", FilterList).put([_name_item(held) for held in names])
        self.query_one("#connectors").display = bool(names)
        self.query_one("#home", FilterList).put(_homes(ground.answers.connector.bare_range))
        self.query_one("#basis", Lines).put(
            lines(line((f"{text[:1].upper()}{text[1:]}.", Tone.MUTED)) for text in told.basis)
        )
        self.query_one("#take").display = not told.taken and not told.kept
        for each in self.query(f"{_COUNT_FIELDS}, #expect-heading, #mbps, #advice, #home-heading, #home"):
            each.display = not told.kept

    @on(FilterList.Chosen, "#types")
    def _type_chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        if self._may_size():
            same = event.item == self.wizard.model.answers.connector.machine_type
            if same:
                self.action_next_page()
            else:
                self.wizard.answer("connector.machine_type", event.item)

    @on(FilterList.Chosen, "#counts")
    def _count_chosen(self, event: FilterList.Chosen) -> None:
        """A row is the most instances; at or below the fewest it is the fewest, too."""
        event.stop()
        if self._may_size():
            fewest, most = counts_with(self.wizard.model.answers.connector, int(event.item))
            self.wizard.answer_all({_FEWEST: fewest, _MOST: most})

    @on(FilterList.Chosen, "#connectors")
    def _connector_chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("connector.name", event.item)

    @on(FilterList.Chosen, "#home")
    def _home_chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("connector.bare_range", event.item == _BARE)

    @on(Field.Typed, _COUNT_FIELDS)
    def _counts_typed(self, event: Field.Typed) -> None:
        event.prevent_default()
        problem = self._take_typed(event.key, event.text)
        if event.sent and not problem:
            self.focus_next()

    @on(Input.Changed, "#mbps")
    @on(Input.Submitted, "#mbps")
    def _expected(self, event: Input.Changed | Input.Submitted) -> None:
        event.stop()
        self.show(self.wizard.model)

    @on(Button.Pressed, "#take")
    def _take(self) -> None:
        ground = stand(self.wizard.model)
        told = _sizes(ground, self.query_one("#mbps", Input).value) if not isinstance(ground, str) else ""
        if not isinstance(told, str):
            best = told.recommended
            size = {_FEWEST: best.min_instances, _MOST: best.max_instances}
            self.wizard.answer_all({"connector.machine_type": best.machine_type, **size})

    def _may_size(self) -> bool:
        ground = stand(self.wizard.model)
        kept = None if isinstance(ground, str) else ground.kept
        if kept is not None:
            self.notify(f"connector {kept.name} exists: its size is left as it is", markup=False)
        return kept is None

    # --- Direct VPC egress

    def _show_direct(self, use: AddressUse) -> None:
        where = one_line(use.name) if use.name else "New subnet"
        said = f"{where} {use.range}: at worst {use.needed:,} of {use.usable:,} in use."
        self.query_one("#said", Lines).put(line((said, Tone.MUTED)))
        self.query_one(BudgetBar).show(use)
        self.query_one("#largest", Lines).put(_largest(use))
        self.query_one("#ladder", Lines).put(ladder(use))
        self.query_one("#direct-basis", Lines).put(
            lines([line(("No charge of its own, and no machines to size.", Tone.MUTED)), line((use.basis, Tone.MUTED))])
        )


def _sizes(ground: Ground, mbps: str) -> Sizes | str:
    """The sizes for the expected rate, or what is wrong with it."""
    try:
        return sizes(ground, rate(mbps))
    except InputError as error:
        return f"{error.message}; {error.fix}"


def _said(ground: Ground, told: Sizes) -> Content:
    if ground.kept is not None:
        costs = f"up to {told.plan_with}" if told.known else "? cost not known"
        return line((f"{one_line(ground.kept.name)} keeps its size: {costs}.", Tone.MUTED))
    if not told.known:
        return line(("It never shrinks. ", Tone.MUTED), ("? The cost is not known.", Tone.WARN))
    return line(("It never shrinks: plan with ", Tone.MUTED), (told.plan_with, Tone.STRONG))


def _advice(told: Sizes) -> Content:
    best = told.recommended
    size = f"{best.machine_type}, {best.min_instances} to {best.max_instances} instances"
    first = line(("✓ ", Tone.GOOD), f"recommended: {size}") if best.enough else line(("! ", Tone.WARN), f"{size}")
    return lines([first, *(line((f"  {reason}", Tone.MUTED)) for reason in best.reasons)])


def _name_item(held: ConnectorName) -> Item:
    return Item(
        id=held.value,
        title=one_line(held.title),
        detail=(one_line(held.words), Tone.MUTED),
        refused=one_line(held.refused),
        mark=("●", Tone.CHOSEN) if held.chosen else "○",
    )


def _homes(bare: bool) -> list[Item]:
    rows = [
        ("subnet", "a subnet of its own", "recommended: firewall rules and NAT can name it"),
        (_BARE, "a bare range", "hidden: firewall rules and NAT cannot name it"),
    ]
    return [
        Item(id=id_, title=title, note=note, mark=("●", Tone.CHOSEN) if (id_ == _BARE) is bare else "○")
        for id_, title, note in rows
    ]


def _largest(use: AddressUse) -> Content:
    limit = f"Safe up to {use.largest:,} instances here; the maximum is {use.instances:,}."
    if use.fits:
        return line(("✓ ", Tone.GOOD), limit)
    return lines([line(("✗ ", Tone.BAD), limit), line(("  choose a larger subnet, or lower the maximum", Tone.MUTED))])
