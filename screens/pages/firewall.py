"""The firewall: each target now and after the plan, the rules that are added, and those that come by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button

from screens.commands import in_footer
from screens.language import Tone, heading, line, lines, state
from screens.page import WizardPage
from screens.widgets.choices import Choice, Choices
from screens.widgets.text import Lines
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.firewall import FirewallView, TargetVerdict, firewall_view, rule_words
from wizard.guide.outlook import outlook
from wizard.records import FirewallRule

_CHOICES = (
    Choice(value="add", title="Add the rules that are missing", note="the fewest that are needed, and no others"),
    Choice(value="leave", title="Leave the firewall as it is", note="a closed target then fails the live test"),
)


class FirewallPage(WizardPage):
    PAGE = Page.FIREWALL
    HEADING = "Firewall"
    WHY = (
        "Packets come from the range of the connector or of the subnet. The rule with the lowest priority number that "
        "matches decides; with the same number a deny wins.\n\n"
        "New rules name that range, the exact addresses and ports, and open nothing else. A connector brings rules of "
        "its own, which cannot be changed."
    )
    BINDINGS = in_footer("trace")

    def body(self) -> ComposeResult:
        yield Choices("firewall")
        yield Button("Trace the whole path …", id="trace-path", action="app.trace", compact=True, classes="trace-path")
        yield Lines(id="view")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Choices).focus()

    def show(self, model: Model) -> None:
        self.query_one(Choices).put(_CHOICES, model.answers.firewall)
        view = firewall_view(model)
        nothing = "The plan does not know yet where packets come from: see the pages before this one."
        self.query_one("#view", Lines).put(_view(view) if view is not None else line(("\n" + nothing, Tone.MUTED)))

    def words(self, model: Model) -> list[list[str]]:
        return [argv for planned in outlook(model.plan).firewalls for argv in planned.step.gcloud()]


def _view(view: FirewallView) -> Content:
    made: list[Content] = [line(), line(("From  ", Tone.MUTED), view.source)]
    for verdict in view.verdicts:
        made += _target(verdict)
    for url in view.by_name:
        made += [line(), line((url, Tone.STRONG)), line(("  its address is known only inside the network", Tone.MUTED))]
    made += _rules("New rules", view.new)
    made += _rules("Come with the connector (automatic)", view.automatic)
    return lines(made)


def _target(verdict: TargetVerdict) -> list[Content]:
    made = [line(), line((verdict.target, Tone.STRONG))]
    made += [line(("  now    ", Tone.MUTED), state(verdict.now)), line((f"         {verdict.decided_by}", Tone.MUTED))]
    made.append(line(("  after  ", Tone.MUTED), state(verdict.after), (f"  {_by(verdict)}", Tone.MUTED)))
    return [*made, line((f"  {verdict.cannot}", Tone.BAD))] if verdict.cannot else made


def _by(verdict: TargetVerdict) -> str:
    return f"by {', '.join(verdict.new_rules)}" if verdict.new_rules else ""


def _rules(name: str, rules: Sequence[FirewallRule]) -> list[Content]:
    if not rules:
        return []
    made = [line(), line(heading(name))]
    for rule in rules:
        made += [line(rule.name), line((f"  {rule_words(rule)}", Tone.MUTED))]
    return made
