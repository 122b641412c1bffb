"""What stands in the way and what is good to know, the plan by services, and the way to apply it."""

from __future__ import annotations

from textwrap import wrap

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Tab, Tabs

from screens.commands import bindings
from screens.dialogs.apply import ApplyPlan
from screens.dialogs.confirm import Confirm
from screens.language import Tone, fit, line, lines, state
from screens.migrate.commands import FILTER, FINDINGS, WAY
from screens.migrate.frame import MigratePage
from screens.migrate.model import MoveModel, Stage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.guide.fleet_table import choose, chosen, groups_in
from wizard.guide.move_plan import PlanPart, in_the_way, ordered_findings, plan_parts
from wizard.guide.remedies import Remedy, remedy
from wizard.guide.review import expected_seconds, summary
from wizard.plan.plan import Finding, Plan, Severity
from wizard.wording import duration, one_line

FOUND, PLAN = "found", "plan"


class FindingsPage(MigratePage):
    STAGE = Stage.FINDINGS
    BINDINGS = bindings([*FINDINGS, FILTER, *WAY])
    ABOUT = (
        "One line for each cause, with every service that it concerns; what blocks stands first. Enter does what the "
        "fix proposes, where the answers can say it; x leaves out the services that are named.\n\n"
        "The plan: what all share comes first, then each service and job in its own stages, so many at once. Traffic "
        "moves to a new revision only after it was tested from cold instances, and goes back by itself when a look "
        "at it fails."
    )

    def body(self) -> ComposeResult:
        yield Tabs(Tab("Findings", id=FOUND), Tab("Plan", id=PLAN))
        yield FilterList(empty="nothing was found that you should know", id="findings")
        yield FilterList(empty="nothing is to be done", id="parts")
        with VerticalScroll(id="part", classes="detail"):
            yield Lines(id="part-text")

    def on_mount(self) -> None:
        super().on_mount()
        plan = self.sitting.model.plan
        if plan is not None and not plan.findings:
            self.query_one(Tabs).active = PLAN
        self._focus()

    @property
    def _active(self) -> str:
        return self.query_one(Tabs).active or FOUND

    def _focus(self) -> None:
        self.query_one("#parts" if self._active == PLAN else "#findings", FilterList).focus_list()

    # --- drawing

    def heading(self, model: MoveModel) -> Content:
        plan = model.plan
        if plan is None:
            return line((f"{model.reading}…" if model.reading else "", Tone.MUTED))
        if plan.blocked:
            count = sum(found.severity is Severity.BLOCK for found in plan.findings)
            return line(_about(model), (f"✗ {count} in the way", Tone.BAD))
        said = summary(plan)
        return line(_about(model), f"{said.does}; usually {duration(expected_seconds(plan))}")

    def show(self, model: MoveModel) -> None:
        active, plan = self._active, model.plan
        self.query_one("#findings").display = active == FOUND and plan is not None
        self.query_one("#parts").display = active == PLAN and plan is not None
        self.query_one("#part").display = active == PLAN
        if plan is None:
            return
        serious = sum(found.severity is not Severity.INFO for found in plan.findings)
        self.query_one(f"#{FOUND}", Tab).label = f"Findings ({serious})" if serious else "Findings"
        self.query_one(f"#{PLAN}", Tab).label = f"Plan ({len(plan.groups)})" if plan.groups else "Plan"
        width = self.app.size.width - 8
        found = ordered_findings(plan)
        self.query_one("#findings", FilterList).put(
            [_item(str(n), f, remedy(f, model.answers), width) for n, f in enumerate(found)]
        )
        self.query_one("#parts", FilterList).put([_part(part) for part in plan_parts(plan)])
        self._draw_part(plan)

    def _draw_part(self, plan: Plan) -> None:
        at = self.query_one("#parts", FilterList).looked_at
        part = next((part for part in plan_parts(plan) if part.name == at), None)
        self.query_one("#part-text", Lines).put(_steps(part, self.app.size.width - 4) if part is not None else line())

    def ready(self, model: MoveModel) -> str:
        return in_the_way(model.plan, reading=model.reading, running=model.running, read_only=model.read_only)

    def next_label(self, model: MoveModel) -> str:
        return "Apply …"

    # --- what happens

    def go_on(self) -> None:
        model = self.sitting.model
        if model.plan is None or model.session is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.sitting.apply()

        self.app.push_screen(ApplyPlan(model.plan, model.session), answered)

    def action_view(self) -> None:
        tabs = self.query_one(Tabs)
        tabs.active = FOUND if self._active == PLAN else PLAN

    @on(Tabs.TabActivated)
    def _tab(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self.show(self.sitting.model)
        self._focus()
        self.refresh_bindings()

    @on(FilterList.Looked)
    def _looked(self, event: FilterList.Looked) -> None:
        event.stop()
        if self.sitting.model.plan is not None:
            self._draw_part(self.sitting.model.plan)
        self.refresh_bindings()

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.action_solve()

    @property
    def _finding(self) -> Finding | None:
        """The finding under the cursor."""
        plan, at = self.sitting.model.plan, self.query_one("#findings", FilterList).looked_at
        return ordered_findings(plan)[int(at)] if plan is not None and at and self._active == FOUND else None

    def action_solve(self) -> None:
        finding = self._finding
        found = remedy(finding, self.sitting.model.answers) if finding is not None else None
        if found is None:
            return

        def agreed(yes: bool | None) -> None:
            if yes:
                self.tell(self.sitting.answer(found.answers))

        self.app.push_screen(Confirm("Shall it be so?", line(one_line(found.does)), yes="Yes", no="No"), agreed)

    def action_leave_out(self) -> None:
        fleet, finding, answers = self.sitting.model.fleet, self._finding, self.sitting.model.answers
        if fleet is None or finding is None:
            return
        named = groups_in(finding.message, chosen(fleet, answers))
        if not named:
            self.tell("it names no service or job")
            return

        def agreed(yes: bool | None) -> None:
            if yes:
                self.tell(self.sitting.answer(choose(fleet, answers, named, False)))

        text = line(f"These stay as they are: {one_line(', '.join(named))}")
        self.app.push_screen(Confirm("Leave them out?", text, yes="Leave out", no="Keep"), agreed)

    def possible(self, action: str) -> bool | None:
        if action in ("solve", "leave_out"):
            return True if self._finding is not None and not self.sitting.model.finishing else None
        return True


def _about(model: MoveModel) -> Content:
    """The end is not to be taken for a move."""
    return line(("the end of the connector  ", Tone.WARN)) if model.finishing else line()


def _item(id_: str, finding: Finding, solves: Remedy | None, width: int) -> Item:
    """A finding with its whole text; what may be long (somebody's code) is wrapped line by line."""
    said = "".join(f"\n  {row}" for row in wrap(one_line(finding.message), width, break_on_hyphens=False))
    rows = [row for text in finding.fix.splitlines() for row in wrap(text, width, drop_whitespace=False) or [""]]
    fix = "".join(f"\n  {row}" for row in rows)
    does = (
        (f"Enter: {fit(one_line(solves.does), width - 18)}", Tone.CHOSEN)
        if solves is not None
        else (finding.code, Tone.MUTED)
    )
    return Item(id=id_, title="", mark=state(finding.severity.value), detail=line(does, said, (fix, Tone.MUTED)))


def _part(part: PlanPart) -> Item:
    takes = f"usually {duration(part.usual)}" if part.usual else ""
    words = ", ".join(filter(None, (part.wave, part.does, takes, part.room)))
    return Item(id=part.name, title=part.title, detail=(words, Tone.MUTED))


def _steps(part: PlanPart, width: int) -> Content:
    """Every step; a reason that does not fit beside it stands below it."""
    rows = [line((part.title, Tone.STRONG))]
    for op, name, reason in part.steps:
        first, said = line(state(op), f"  {one_line(name)}"), wrap(one_line(reason), width - 4)
        if len(said) == 1 and first.cell_length + len(said[0]) + 2 <= width:
            rows.append(line(first, (f"  {said[0]}", Tone.MUTED)))
        else:
            rows += [first, *(line((f"    {text}", Tone.MUTED)) for text in said)]
    return lines(rows)
