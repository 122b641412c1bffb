"""The plan before anything is done: every step with its reason, findings, differences, words, and the way out."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Tab, Tabs

from screens.dialogs.apply import ApplyPlan
from screens.dialogs.export import Export
from screens.exports import exports
from screens.language import Tone, line
from screens.page import WizardPage
from screens.pages.review_texts import concern_items, details, differences, facts
from screens.widgets.facts import Facts
from screens.widgets.filter_list import FilterList
from screens.widgets.plan_tree import PlanTree
from screens.widgets.text import Lines
from wizard.export import gcloud, terraform
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.review import Row, concerns, in_the_way, rows
from wizard.plan.plan import Plan, Severity

PLAN, FINDINGS, DIFF, WORDS, TERRAFORM = "plan", "findings", "diff", "gcloud", "terraform"


class ReviewPage(WizardPage):
    PAGE = Page.REVIEW
    HEADING = "Review"
    CSS_PATH = "review.tcss"
    WHY = (
        "This is everything that will be written. Steps of one turn run side by side; each turn waits for the one "
        "before. What is reused or skipped is not touched.\n\n"
        "The service comes last, and only if the live test with the planned settings connects. Until then its traffic "
        "stays where it is.\n\n"
        "Afterwards all of it can be taken back, except what is marked as not reversible."
    )
    BINDINGS = [
        Binding("left", "view(-1)", "View before", show=False, tooltip="The view before: plan, findings, differences"),
        Binding("right", "view(1)", "View after", show=False, tooltip="The next view: plan, findings, differences"),
    ]

    def body(self) -> ComposeResult:
        yield Facts(id="summary")
        yield Tabs(
            Tab("Plan", id=PLAN),
            Tab("Findings", id=FINDINGS),
            Tab("Differences", id=DIFF),
            Tab("gcloud", id=WORDS),
            Tab("Terraform", id=TERRAFORM),
        )
        yield PlanTree(id="steps")
        yield Lines(id="step-title")
        yield Facts(id="step-facts")
        yield Lines(id="step-words")
        yield FilterList(empty="nothing was found that you should know", id="concerns")
        yield Lines(id="text")
        yield Button("Export …", id="export", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        plan = self.wizard.model.plan
        if plan is not None and plan.blocked:
            self.query_one(Tabs).active = FINDINGS
            self.query_one("#concerns", FilterList).focus_list()
        else:
            self.query_one(PlanTree).focus_list()

    def show(self, model: Model) -> None:
        plan = model.plan
        self.query_one("#export").display = plan is not None
        self.query_one(Tabs).display = plan is not None
        self.query_one("#summary", Facts).tell(facts(model))
        if plan is None:
            for name in ("#steps", "#concerns", "#step-title", "#step-facts", "#step-words"):
                self.query_one(name).display = False
            self.query_one("#text", Lines).put(line((in_the_way(model), Tone.MUTED)))
            return
        self.query_one(f"#{FINDINGS}", Tab).label = _findings_label(plan)
        self.query_one(PlanTree).put(self._rows(model))
        self.query_one("#concerns", FilterList).put(concern_items(concerns(plan)))
        self._draw_view(plan)

    def _rows(self, model: Model) -> tuple[Row, ...]:
        granted = model.inventory.granted if model.inventory is not None else None
        return rows(model.plan, granted) if model.plan is not None else ()

    def _draw_view(self, plan: Plan) -> None:
        active = self.query_one(Tabs).active or PLAN
        for name in ("#steps", "#step-title", "#step-facts", "#step-words"):
            self.query_one(name).display = active == PLAN
        self.query_one("#concerns").display = active == FINDINGS
        text = self.query_one("#text", Lines)
        text.display = active not in (PLAN, FINDINGS)
        match active:
            case "diff":
                text.put(differences(self._rows(self.wizard.model)))
            case "gcloud":
                text.put(line((gcloud.render(plan), Tone.WORDS)))
            case "terraform":
                text.put(line((terraform.render(plan), Tone.WORDS)))
            case _:
                self._draw_detail()

    def _draw_detail(self) -> None:
        row = self.query_one(PlanTree).looked_at
        title, told, words = details(row)
        self.query_one("#step-title", Lines).put(title)
        self.query_one("#step-facts", Facts).tell(told)
        self.query_one("#step-words", Lines).put(words)

    def ready(self, model: Model) -> str:
        return in_the_way(model)

    def next_label(self, model: Model) -> str:
        return "Apply …"

    def words(self, model: Model) -> list[list[str]]:
        plan = model.plan
        return [argv for p in plan.ordered() if p.change.op.writes for argv in p.step.gcloud()] if plan else []

    def go_on(self) -> None:
        model = self.wizard.model
        if model.plan is None or model.session is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.wizard.apply()

        self.app.push_screen(ApplyPlan(model.plan, model.session), answered)

    def action_view(self, by: int) -> None:
        """Another view of the plan; its first thing gets the focus, so that arrows go on from there."""
        names = (PLAN, FINDINGS, DIFF, WORDS, TERRAFORM)
        tabs = self.query_one(Tabs)
        if tabs.display:
            tabs.active = names[(names.index(tabs.active or PLAN) + by) % len(names)]
            tabs.focus()

    @property
    def has_filter(self) -> bool:
        """What can be filtered are the findings."""
        return any(tabs.active == FINDINGS for tabs in self.query(Tabs))

    @on(Tabs.TabActivated)
    def _tab(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if self.wizard.model.plan is not None:
            self._draw_view(self.wizard.model.plan)
        self.refresh_bindings()

    @on(PlanTree.Looked)
    def _looked(self, event: PlanTree.Looked) -> None:
        event.stop()
        self._draw_detail()

    @on(PlanTree.Chosen)
    def _chosen(self, event: PlanTree.Chosen) -> None:
        """Enter on the plan means: go on."""
        event.stop()
        self.query_one("#next", Button).focus()

    @on(FilterList.Chosen, "#concerns")
    def _solve(self, event: FilterList.Chosen) -> None:
        """Go where something can be done about it."""
        event.stop()
        plan = self.wizard.model.plan
        page = concerns(plan)[int(event.item)].page if plan is not None else None
        if page is not None:
            why = self.wizard.go(page)
            if why:
                self.notify(why, markup=False)

    @on(Button.Pressed, "#export")
    def _export(self, event: Button.Pressed) -> None:
        event.stop()
        model = self.wizard.model
        if model.plan is not None:
            self.app.push_screen(Export(exports(model.plan, model)))


def _findings_label(plan: Plan) -> str:
    serious = sum(1 for concern in concerns(plan) if concern.severity is not Severity.INFO)
    return f"Findings ({serious})" if serious else "Findings"
