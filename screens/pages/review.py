"""The plan before anything is done: every step with its reason, findings, differences, words, and the way out."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Tab, Tabs

from screens.dialogs.confirm import GRACE_SECONDS, Confirm
from screens.dialogs.export import Export
from screens.exports import exports
from screens.findings import finding_lines
from screens.language import Tone, columns, commands, heading, line, lines, state
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.export import gcloud, terraform
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.review import Row, in_the_way, rows, summary
from wizard.plan.plan import Plan, Severity
from wizard.wording import duration

PLAN, FINDINGS, DIFF, WORDS, TERRAFORM = "plan", "findings", "diff", "gcloud", "terraform"


class ReviewPage(WizardPage):
    PAGE = Page.REVIEW
    HEADING = "Review"
    WHY = (
        "This is everything that will be written, in this order. What is reused or skipped is not touched.\n\n"
        "The service comes last, and only if the live test with the planned settings connects. Until then its traffic "
        "stays where it is.\n\n"
        "Afterwards all of it can be taken back, except what is marked as not reversible."
    )

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Tabs(
            Tab("Plan", id=PLAN),
            Tab("Findings", id=FINDINGS),
            Tab("Differences", id=DIFF),
            Tab("gcloud", id=WORDS),
            Tab("Terraform", id=TERRAFORM),
        )
        yield FilterList(empty="nothing to do", id="steps")
        yield Lines(id="detail")
        yield Lines(id="text")
        yield Button("Export …", id="export", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#steps", FilterList).focus_list()

    def show(self, model: Model) -> None:
        plan = model.plan
        self.query_one("#summary", Lines).put(line((summary(plan) if plan else f"{model.reading}…", Tone.MUTED)))
        if plan is None:
            return
        serious = [f for f in plan.findings if f.severity is not Severity.INFO]
        self.query_one("#findings", Tab).label = f"Findings ({len(serious)})" if serious else "Findings"
        self.query_one("#steps", FilterList).put([_item(row) for row in rows(plan)])
        self._draw_tab(plan)

    def _draw_tab(self, plan: Plan) -> None:
        active = self.query_one(Tabs).active or PLAN
        self.query_one("#steps").display = active == PLAN
        self.query_one("#detail").display = active == PLAN
        text = self.query_one("#text", Lines)
        match active:
            case "findings":
                text.put(_findings(plan))
            case "diff":
                text.put(_differences(plan))
            case "gcloud":
                text.put(line((gcloud.render(plan), Tone.WORDS)))
            case "terraform":
                text.put(line((terraform.render(plan), Tone.WORDS)))
            case _:
                text.put(line())
                self._draw_detail(plan)

    def _draw_detail(self, plan: Plan) -> None:
        looked = self.query_one("#steps", FilterList).looked_at
        found = next((row for row in rows(plan) if row.id == looked), None)
        self.query_one("#detail", Lines).put(_detail(found) if found is not None else line())

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
        text = lines([line((model.session.banner, Tone.STRONG)), line(), line(summary(model.plan))])
        dialog = Confirm("Apply this plan?", text, yes="Apply", grace=GRACE_SECONDS)
        self.app.push_screen(dialog, lambda yes: self.wizard.apply() if yes else None)

    @on(Tabs.TabActivated)
    def _tab(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if self.wizard.model.plan is not None:
            self._draw_tab(self.wizard.model.plan)

    @on(FilterList.Looked, "#steps")
    def _looked(self, event: FilterList.Looked) -> None:
        event.stop()
        if self.wizard.model.plan is not None:
            self._draw_detail(self.wizard.model.plan)

    @on(FilterList.Chosen, "#steps")
    def _chosen(self, event: FilterList.Chosen) -> None:
        """Enter on the plan means: go on."""
        event.stop()
        self.query_one("#next", Button).focus()

    @on(Button.Pressed, "#export")
    def _export(self, event: Button.Pressed) -> None:
        event.stop()
        model = self.wizard.model
        if model.plan is not None:
            self.app.push_screen(Export(exports(model.plan, model)))


def _item(row: Row) -> Item:
    return Item(id=row.id, title=row.id, mark=line(state(row.op), " " * (8 - len(row.op))))


def _detail(row: Row) -> Content:
    rows_ = [("does", row.title), ("usually", duration(row.usual) if row.usual else "at once")]
    rows_ += [("cost", row.cost)] if row.cost else []
    rows_ += [("waits for", ", ".join(row.waits_for))] if row.waits_for else []
    rows_ += [] if row.reversible else [("undo", "cannot be taken back")]
    table = columns([((name, Tone.MUTED), text) for name, text in rows_])
    changes = columns([(f.field, (f.before, Tone.MUTED), "→", f.after) for f in row.fields])
    return lines([line(), table, *([changes] if row.fields else []), line(), commands(row.gcloud)])


def _findings(plan: Plan) -> Content:
    if not plan.findings:
        return line(("nothing was found that you should know", Tone.MUTED))
    return lines(finding_lines(plan.findings))


def _differences(plan: Plan) -> Content:
    parts: list[Content] = []
    for row in rows(plan):
        if row.fields:
            parts.append(line(heading(row.id)))
            for field in row.fields:
                parts.append(line((f"  {field.field}", Tone.MUTED)))
                parts.append(line((f"  - {field.before}", Tone.BAD)))
                parts.append(line((f"  + {field.after}", Tone.GOOD)))
    return lines(parts) if parts else line(("no existing resource is changed", Tone.MUTED))
