"""Which addresses: the map of the network, what is free, what exists, and why the rest cannot be had."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList

from screens.language import Tone, columns, line
from screens.page import WizardPage
from screens.widgets.address_map import AddressPicture
from screens.widgets.field import Field
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.address_map import AddressMap, address_map
from wizard.guide.addresses import AUTO, Addresses, Offer, addresses, range_problem, taken_rows
from wizard.guide.ground import Ground, stand
from wizard.guide.outlook import outlook
from wizard.network.ranges import Problem
from wizard.plan.step import Op
from wizard.wording import one_line

_ROWS_SHORT, _ROWS_TALL = 4, 10


class AddressesPage(WizardPage):
    PAGE = Page.ADDRESSES
    CSS_PATH = "addresses.tcss"
    HEADING = "Which addresses?"
    WHY = (
        "A connector lives on a /28 of its own: 16 addresses that nothing else may use. It cannot be changed later.\n\n"
        "Direct VPC egress gives every instance of the service addresses of a subnet, and for a while twice as many "
        "when a new revision starts. A subnet that is too small stops the service from scaling.\n\n"
        "Ranges must not overlap anything that the network reaches: subnets and their secondary ranges, ranges of "
        "private services, connectors, routes, and the networks behind peerings.\n\n"
        "On the map, routed is what is reached over routes and peerings; avoided is kept by a rule or asks for trouble."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="need")
        yield AddressPicture(id="map")
        yield FilterList(empty="", id="offers")
        yield Lines(id="more")
        yield Field("range", label="Another range (auto: the recommended one)")
        yield Lines(id="range-check")
        yield Field("subnet", label="Another subnet that exists")
        yield Lines(id="subnet-check")
        yield Section("In the way of a lower range", id="passed-heading")
        yield Lines(id="passed")
        yield Section("Taken", id="taken-heading")
        yield Lines(id="taken")

    def on_mount(self) -> None:
        super().on_mount()
        self._focus_offers()

    def _focus_offers(self) -> None:
        """The map stays in sight."""
        self.query_one("#offers OptionList", OptionList).focus(scroll_visible=False)

    def show(self, model: Model) -> None:
        ground = stand(model)
        for each in self.query("#map, #offers, .field, #passed-heading, #passed, #taken-heading, #taken"):
            each.display = not isinstance(ground, str)
        if isinstance(ground, str):
            self.query_one("#need", Lines).put(line((f"! {one_line(ground)}", Tone.WARN)))
            return
        told = addresses(ground)
        self.query_one("#need", Lines).put(line((_need(ground), Tone.MUTED)))
        picture = self.query_one(AddressPicture)
        drawn = _map(ground, told, rows=_ROWS_TALL if self.has_class("-tall") else _ROWS_SHORT, cells=picture.cells)
        picture.show(drawn)
        chosen = next((_id(offer) for offer in told.offers if offer.chosen and not offer.refused), "")
        self.query_one("#offers", FilterList).put([_item(offer) for offer in told.offers], at=chosen)
        self.query_one("#more", Lines).put(line((told.more, Tone.MUTED)))
        self.query_one("#range-check", Lines).put(line() if model.answers.subnet else _problem(told.problem))
        self.query_one("#subnet-check", Lines).put(_problem(told.problem) if model.answers.subnet else line())
        self._section("passed", [(row.range, row.blocked_by) for row in told.passed])
        free = [("free", stretch) for stretch in drawn.free]
        self._section("taken", [*taken_rows(ground.taken), *free])
        for field in self.query(Field):
            field.display = ground.kept is None
        if self.focused is None:
            self._focus_offers()

    def _section(self, name: str, rows: Sequence[tuple[str, str]]) -> None:
        self.query_one(f"#{name}-heading").display = bool(rows)
        self.query_one(f"#{name}", Lines).put(columns([(range_, (one_line(why), Tone.MUTED)) for range_, why in rows]))

    def objects(self, key: str) -> bool:
        return bool(self.ready(self.wizard.model))

    def ready(self, model: Model) -> str:
        ground = stand(model)
        if isinstance(ground, str):
            return super().ready(model)
        problem = addresses(ground).problem
        return "choose what can be used" if problem is not None and problem.fatal else super().ready(model)

    def words(self, model: Model) -> list[list[str]]:
        found = outlook(model.plan)
        planned = found.subnet or found.connector
        return planned.step.gcloud() if planned is not None and planned.change.op is not Op.REUSE else []

    def leave(self) -> bool:
        """What is still being typed counts."""
        model = self.wizard.model
        for key in ("range", "subnet"):
            field = self.query_one(f"#field-{key}", Field)
            held = model.answers.range if key == "range" else model.answers.subnet
            if field.display and field.text.strip() != held and self.wizard.type_in(key, field.text):
                return False
        return not self.ready(self.wizard.model)

    @on(FilterList.Chosen, "#offers")
    def _chosen(self, event: FilterList.Chosen) -> None:
        """A row gives its answer; the one that is chosen already goes on."""
        event.stop()
        key, _, value = event.item.partition(":")
        answers = self.wizard.model.answers
        held = f"subnet:{answers.subnet}" if answers.subnet else f"range:{answers.range or AUTO}"
        if event.item == held:
            self.action_next_page()
        elif key == "range":
            self.wizard.answer_all({"subnet": "", "range": value})
        else:
            self.wizard.answer("subnet", value)

    @on(AddressPicture.Resized)
    def _resized(self) -> None:
        self.show(self.wizard.model)

    @on(Input.Changed, "#field-range Input")
    def _typing(self, event: Input.Changed) -> None:
        """A whole range is judged while it is typed; half of one is not."""
        ground = stand(self.wizard.model)
        text = event.value.strip()
        if isinstance(ground, str) or "/" not in text or text == ground.answers.range:
            return
        found = range_problem(ground, text)
        good = line((f"✓ {text} is free", Tone.GOOD))
        self.query_one("#range-check", Lines).put(_problem(found) if found is not None else good)


def _need(ground: Ground) -> str:
    if ground.kept is not None:
        return f"Connector {one_line(ground.kept.name)} exists and keeps its range."
    size = f"A /{ground.prefix} ({1 << (32 - ground.prefix):,} addresses)"
    if ground.exactly:
        return f"{size} of {ground.network.name} for the connector."
    return f"{size} or more of {ground.network.name}."


def _map(ground: Ground, told: Addresses, *, rows: int, cells: int) -> AddressMap:
    offered = [o.range for o in told.offers if o.key == "range" and not o.chosen and not o.refused]
    return address_map(ground.taken, chosen=told.range, offered=offered, most=rows, cells=cells)


def _id(offer: Offer) -> str:
    return f"{offer.key}:{offer.value}"


def _item(offer: Offer) -> Item:
    return Item(
        id=_id(offer),
        title=offer.title,
        detail=(one_line(offer.words), Tone.GOOD if offer.value == AUTO else Tone.MUTED),
        note=one_line(offer.why),
        refused=one_line(offer.refused),
        mark=("●", Tone.CHOSEN) if offer.chosen else "✗" if offer.refused else "○",
    )


def _problem(problem: Problem | None) -> Content:
    if problem is None:
        return line()
    glyph, tone = ("✗", Tone.BAD) if problem.fatal else ("!", Tone.WARN)
    return line((f"{glyph} {one_line(problem.message)}; {one_line(problem.fix)}", tone))
