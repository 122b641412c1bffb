"""The network: every one with what it holds of the targets, the recommended one first."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList

from screens.findings import finding_lines
from screens.language import Tone, columns, commands, heading, line, lines
from screens.page import WizardPage
from screens.widgets.field import Field
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from screens.wizard import Wizard
from wizard.flow.model import Model
from wizard.flow.pages import Page, page_of_finding
from wizard.guide.networks import (
    NetworkChoice,
    NetworkDetail,
    NetworkRow,
    Obstacle,
    choice,
    detail,
    obstacle,
    to_be_named,
)
from wizard.inventory import Inventory
from wizard.records import Subnet, Target
from wizard.wording import one_line

MOST_SUBNETS = 6


class NetworkPage(WizardPage):
    CSS_PATH = "network.tcss"
    PAGE = Page.NETWORK
    HEADING = "Which network?"
    LEAD = "The one that holds the targets, or leads to them."
    WHY = (
        "A connector or Direct VPC egress leads into one network. What that network's routes and peerings lead to can "
        "be reached, nothing else: peering does not carry on to a third network.\n\n"
        "A target's network is found by its address: a VM or a load balancer with that address, else the subnet, the "
        "range of managed services, the peering or the route that holds it."
    )

    def __init__(self, wizard: Wizard) -> None:
        super().__init__(wizard)
        self._known: tuple[Inventory, tuple[Target, ...], NetworkChoice] | None = None
        self._drawn: tuple[NetworkChoice, str] | None = None

    def body(self) -> ComposeResult:
        yield Lines(id="reason")
        yield FilterList(empty="", id="networks")
        yield Lines(id="obstacle")
        yield Field("network", label="or type its name")
        yield Lines(id="found")
        yield Lines(id="detail")

    def on_mount(self) -> None:
        super().on_mount()
        start = self.query_one("#networks > OptionList", OptionList)
        (start if start.option_count else self.query_one("#field-network Input")).focus(scroll_visible=False)

    def show(self, model: Model) -> None:
        facts = model.inventory
        choosing = self._choice(model)
        networks = self.query_one("#networks", FilterList)
        networks.display = choosing is not None and bool(choosing.rows)
        if choosing is not None:
            self._put(networks, choosing, model)
        missing = obstacle(facts) if facts is not None else None
        self.query_one("#reason", Lines).put(_reason(model, choosing))
        self.query_one("#obstacle", Lines).put(_obstacle(missing) if missing is not None else line())
        self.query_one("#found", Lines).put(lines(_findings(model)))
        self._draw_detail(model)

    def _put(self, networks: FilterList, choosing: NetworkChoice, model: Model) -> None:
        """The rows, made again only when something in them changed: there may be thousands."""
        drawn = (choosing, model.answers.network or choosing.recommended)
        if self._drawn is None or drawn[0] is not self._drawn[0] or drawn[1] != self._drawn[1]:
            self._drawn = drawn
            networks.put([_item(row, drawn[1], model.answers.region) for row in choosing.rows])

    def _choice(self, model: Model) -> NetworkChoice | None:
        """The rows for the facts as they are; made again only when those changed."""
        facts = model.inventory
        if facts is None:
            return None
        known = self._known
        if known is None or known[0] is not facts or known[1] != model.targets:
            known = self._known = (facts, model.targets, choice(facts, model.targets))
        return known[2]

    def _draw_detail(self, model: Model) -> None:
        name = self.query_one("#networks", FilterList).looked_at
        facts, choosing = model.inventory, self._choice(model)
        found = detail(facts, name) if facts is not None and name else None
        row = next((row for row in choosing.rows if row.name == name), None) if choosing is not None else None
        drawn = _detail(found, row, facts.region) if found and row and facts else line()
        self.query_one("#detail", Lines).put(drawn)

    def ready(self, model: Model) -> str:
        choosing = self._choice(model)
        if model.answers.network or (choosing is not None and choosing.recommended):
            return super().ready(model)
        return f"{model.reading}…" if model.reading else "choose a network"

    def words(self, model: Model) -> list[list[str]]:
        choosing = self._choice(model)
        name = model.answers.network or (choosing.recommended if choosing is not None else "")
        if not name:
            return [["gcloud", "compute", "networks", "list", f"--project={model.answers.project}"]]
        project = f"--project={model.answers.project}"
        subnets = ["gcloud", "compute", "networks", "subnets", "list", f"--network={name}"]
        return [
            ["gcloud", "compute", "networks", "describe", name, project],
            [*subnets, f"--regions={model.answers.region}", project],
        ]

    def leave(self) -> bool:
        """Nothing chosen means the recommended one; where the plan would not find it by itself, it is named."""
        model = self.wizard.model
        choosing = self._choice(model)
        name = to_be_named(choosing, model.plan) if choosing is not None else ""
        return bool(model.answers.network) or not name or not self.wizard.answer("network", name)

    @on(FilterList.Looked, "#networks")
    def _looked(self, event: FilterList.Looked) -> None:
        event.stop()
        self._draw_detail(self.wizard.model)

    @on(FilterList.Chosen, "#networks")
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.edit("network", event.item, then=self.go_on)


def _item(row: NetworkRow, chosen: str, region: str) -> Item:
    return Item(
        id=row.name,
        title=one_line(row.name),
        detail=(_size(row, region), Tone.MUTED),
        note=_note(row),
        refused=row.refused,
        mark=("✗", Tone.MUTED) if row.refused else ("●", Tone.STRONG) if row.name == chosen else "○",
    )


def _size(row: NetworkRow, region: str) -> str:
    """`custom, 2 subnets in us-central1`."""
    where = f"in {one_line(region)}" if row.here or not row.elsewhere else "in other regions"
    count = row.here or row.elsewhere
    return f"{one_line(row.mode)}, {count or 'no'} {'subnet' if count == 1 else 'subnets'} {where}"


def _note(row: NetworkRow) -> str:
    said = ["recommended"] if row.recommended else []
    said += [f"holds {_first(row.holds)}"] if row.holds else []
    said += [f"leads to {_first(row.leads_to)}"] if row.leads_to else []
    said += [row.remark] if row.remark else []
    return "; ".join(said) + (";" if said and row.refused else "")


def _first(urls: tuple[str, ...]) -> str:
    more = f" and {len(urls) - 1} more" if len(urls) > 1 else ""
    return f"{one_line(urls[0])}{more}"


def _reason(model: Model, choosing: NetworkChoice | None) -> Content:
    if choosing is None or (not choosing.rows and model.reading):
        return line((f"{model.reading}…" if model.reading else "the project has not been read yet: F5", Tone.MUTED))
    if not choosing.reason:
        return line()
    glyph = ("✓ ", Tone.GOOD) if choosing.recommended else ("! ", Tone.WARN)
    return line(glyph, choosing.reason)


def _obstacle(found: Obstacle) -> Content:
    words = [line(), commands([found.words])] if found.words else []
    return lines([line((f"! {found.message}", Tone.WARN)), line(f"  {found.fix}"), *words])


def _findings(model: Model) -> list[Content]:
    """What the plan finds about this page; that no network was chosen is said by the page itself."""
    found = model.plan.findings if model.plan is not None else ()
    here = (f for f in found if page_of_finding(f.code) is Page.NETWORK and f.code != "network_ambiguous")
    return list(finding_lines(here)) if model.answers.network else []


def _detail(found: NetworkDetail, row: NetworkRow, region: str) -> Content:
    made = [heading(one_line(found.name))]
    if found.subnets:
        made.append(columns([_subnet(subnet) for subnet in found.subnets[:MOST_SUBNETS]]))
        rest = len(found.subnets) - MOST_SUBNETS
        made += [line((f"and {rest} more", Tone.MUTED))] if rest > 0 else []
    else:
        made.append(line((f"no subnet in {one_line(region)} yet", Tone.MUTED)))
    for what, names in (
        ("targets in it:", row.holds),
        ("targets behind it:", row.leads_to),
        ("also in", found.other_regions),
        ("connectors:", found.connectors),
        ("peerings:", found.peers),
    ):
        if names:
            more = f" and {len(names) - MOST_SUBNETS} more" if len(names) > MOST_SUBNETS else ""
            made.append(line((f"{what} {', '.join(map(one_line, names[:MOST_SUBNETS]))}{more}", Tone.MUTED)))
    return lines(made)


def _subnet(subnet: Subnet) -> list[tuple[str, Tone]]:
    free = f"{subnet.free:,} free" if subnet.free is not None else ""
    purpose = "" if subnet.purpose == "PRIVATE" else one_line(subnet.purpose)
    said = ", ".join(filter(None, (free, purpose)))
    return [(one_line(subnet.name), Tone.PLAIN), (one_line(subnet.range), Tone.PLAIN), (said, Tone.MUTED)]
