"""All recommendations on one page: what the plan would do, a row for each question, with the reason."""

from __future__ import annotations

from msgspec import Struct

from wizard.answers import Answers
from wizard.flow.model import Model
from wizard.flow.pages import KEYS, Page
from wizard.guide.outlook import Outlook, outlook
from wizard.plan.plan import Finding, Plan
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.subnet import CreateSubnet

WAYS = {"connector": "Serverless VPC Access connector", "direct": "Direct VPC egress", "": "not known yet"}


class Recommendation(Struct, frozen=True, kw_only=True):
    """One row: the page that asks it, what is planned, and why. `own`: the person answered it."""

    page: Page
    name: str
    value: str
    reason: str
    own: bool


def recommendations(model: Model) -> tuple[Recommendation, ...]:
    """A row for each question after the targets, as the plan of these answers has it."""
    plan, answers = model.plan, model.answers
    if plan is None:
        return ()
    parts = outlook(plan)
    rows = (
        (Page.NETWORK, "Network", *_network(parts)),
        (Page.EGRESS, "Way in", *_way(plan, parts)),
        (Page.EGRESS, "Egress mode", *_mode(answers)),
        (Page.ADDRESSES, "Addresses", *_addresses(parts)),
        (Page.SIZE, "Size", *_size(parts)),
        (Page.FIREWALL, "Firewall", *_firewall(answers, parts)),
        (Page.EGRESS, "Cloud NAT", *_nat(answers, parts)),
        (Page.ENVIRONMENT, "Environment", *_environment(answers)),
    )
    return tuple(
        Recommendation(page=page, name=name, value=value, reason=reason, own=_own(model, page, name))
        for page, name, value, reason in rows
    )


_UNKNOWN = ("not known yet", "see the findings")
_OF_ROW = {"Way in": "egress_path", "Egress mode": "egress", "Cloud NAT": "nat"}


def _own(model: Model, page: Page, name: str) -> bool:
    keys = (_OF_ROW[name],) if name in _OF_ROW else KEYS[page]
    return any(key in model.answered for key in keys)


def _network(parts: Outlook) -> tuple[str, str]:
    return (parts.network, "the targets are in it") if parts.network else _UNKNOWN


def _way(plan: Plan, parts: Outlook) -> tuple[str, str]:
    finding = _finding(plan, "egress_path")
    reason = finding.message.partition(": ")[2].partition(";")[0] if finding is not None else "as you chose"
    return WAYS[parts.path], reason


def _mode(answers: Answers) -> tuple[str, str]:
    if answers.egress == "all-traffic":
        return answers.egress, "everything goes through the network; the internet then needs Cloud NAT"
    return answers.egress, "private addresses go through the network, the internet as before"


def _addresses(parts: Outlook) -> tuple[str, str]:
    if parts.subnet is not None and isinstance(parts.subnet.step, CreateSubnet):
        return f"{parts.subnet.step.range}, subnet {parts.subnet.step.name}", parts.subnet.change.reason
    if parts.connector is not None and isinstance(parts.connector.step, CreateConnector):
        step = parts.connector.step
        return step.subnet or step.range, parts.connector.change.reason
    subnet = parts.vpc.subnet.rsplit("/", 1)[-1]
    return (f"subnet {subnet}", "exists") if subnet else _UNKNOWN


def _size(parts: Outlook) -> tuple[str, str]:
    if parts.connector is not None and isinstance(parts.connector.step, CreateConnector):
        step = parts.connector.step
        return (
            f"{step.machine_type}, {step.min_instances} to {step.max_instances} instances",
            "grows under load and never shrinks",
        )
    if parts.path == "direct":
        return "no machines", "the service's own instances are in the subnet"
    return _UNKNOWN


def _firewall(answers: Answers, parts: Outlook) -> tuple[str, str]:
    rules = [planned.step.rule for planned in parts.firewalls if isinstance(planned.step, CreateFirewallRule)]
    if rules:
        word = "rule" if len(rules) == 1 else "rules"
        return f"{len(rules)} new {word}", "the fewest that let the targets be reached"
    if answers.firewall == "leave":
        return "left as it is", "as you chose"
    return "no new rule", "what is there lets the targets be reached"


def _nat(answers: Answers, parts: Outlook) -> tuple[str, str]:
    if parts.nat is not None:
        return f"new, on router {parts.nat.step.ref.name}", "so that the internet stays reachable"
    return "none made", "not needed" if answers.egress != "all-traffic" else "there already, or left as it is"


def _environment(answers: Answers) -> tuple[str, str]:
    count = len(answers.env) + len(answers.secrets)
    if not count:
        return "unchanged", "every variable stays as it is"
    return f"{count} set", ", ".join((*answers.env, *answers.secrets))


def _finding(plan: Plan, code: str) -> Finding | None:
    return next((finding for finding in plan.findings if finding.code == code), None)
