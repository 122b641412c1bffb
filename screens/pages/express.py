"""All recommendations at once: take them, or look at every page."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from screens.findings import finding_lines
from screens.language import Tone, line, lines
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.express import Recommendation, recommendations
from wizard.guide.outlook import outlook
from wizard.guide.review import costs
from wizard.plan.plan import Severity

TAKE, ALL = "take", "all"


class ExpressPage(WizardPage):
    PAGE = Page.EXPRESS
    HEADING = "What we would do"
    LEAD = "Take all of it, change a row, or see every page."
    WHY = (
        "Most set-ups need no more than this. Every row is what the plan does with your answers so far; Enter on a row "
        "goes to the page that asks about it.\n\n"
        "Nothing is changed yet: the review shows every step before it is made."
    )

    def body(self) -> ComposeResult:
        yield FilterList(id="ways")
        yield Lines(id="cost")
        yield Lines(id="findings")
        yield Section("Row by row", id="rows-heading")
        yield FilterList(empty="the plan is not there yet", id="rows")

    def on_mount(self) -> None:
        super().on_mount()
        ways = self.query_one("#ways", FilterList)
        ways.put(
            [
                Item(id=TAKE, title="Take all of it", detail=("go to the review", Tone.MUTED), mark="▸"),
                Item(
                    id=ALL, title="See every page", detail=("network, egress path, addresses …", Tone.MUTED), mark="▸"
                ),
            ]
        )
        ways.focus_list()

    def show(self, model: Model) -> None:
        self.query_one("#rows", FilterList).put([_item(n, row) for n, row in enumerate(recommendations(model))])
        plan = model.plan
        if plan is None:
            return
        self.query_one("#cost", Lines).put(line(("costs  ", Tone.MUTED), costs(plan)))
        serious = [finding for finding in plan.findings if finding.severity is not Severity.INFO]
        self.query_one("#findings", Lines).put(lines([line(), *finding_lines(serious)]) if serious else line())

    def words(self, model: Model) -> list[list[str]]:
        found = outlook(model.plan)
        steps = [found.subnet, found.connector, *found.firewalls, found.nat, found.service]
        return [argv for planned in steps if planned is not None for argv in planned.step.gcloud()]

    def next_label(self, model: Model) -> str:
        return "Take all of it"

    def go_on(self) -> None:
        self.wizard.choose_express(True)
        super().go_on()

    @on(FilterList.Chosen, "#ways")
    def _way(self, event: FilterList.Chosen) -> None:
        event.stop()
        if event.item == TAKE:
            self.action_next_page()
        else:
            self.wizard.choose_express(False)
            self.wizard.go(Page.NETWORK)

    @on(FilterList.Chosen, "#rows")
    def _row(self, event: FilterList.Chosen) -> None:
        event.stop()
        row = recommendations(self.wizard.model)[int(event.item)]
        self.wizard.choose_express(False)
        self.wizard.go(row.page)


def _item(number: int, row: Recommendation) -> Item:
    mark = ("●", Tone.STRONG) if row.own else ("○", Tone.MUTED)
    return Item(id=str(number), title=row.name, detail=row.value, note=row.reason, mark=mark)
