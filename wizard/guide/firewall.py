"""What the firewall says of each target now and after the plan, and the rules that are added or come by themselves."""

from __future__ import annotations

from msgspec import Struct

from wizard.flow.model import Model
from wizard.guide.outlook import Outlook, outlook
from wizard.network.fewest_rules import Explained, Opening
from wizard.network.firewall import Action, Decider
from wizard.network.packets import CONNECTOR, DIRECT
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.setup.firewall import automatic_rules, find_opening
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import FirewallRule, Network


class TargetVerdict(Struct, frozen=True, kw_only=True):
    """`now` and `after` are `open`, `closed`, `partly` or `unknown`; `decided_by` is the rule that decides now."""

    target: str
    now: str
    after: str
    decided_by: str
    new_rules: tuple[str, ...]
    cannot: str = ""


class FirewallView(Struct, frozen=True, kw_only=True):
    """`source` is the range that packets come from. `by_name` are targets whose address is not known here."""

    source: str
    verdicts: tuple[TargetVerdict, ...]
    new: tuple[FirewallRule, ...]
    automatic: tuple[FirewallRule, ...]
    by_name: tuple[str, ...]
    left: bool


_WORDS = {Action.ALLOW: "open", Action.DENY: "closed", Action.PARTLY: "partly", Action.UNKNOWN: "unknown"}


def firewall_view(model: Model) -> FirewallView | None:
    """The view for the plan of these answers; None while the plan does not know where packets come from."""
    facts = model.inventory
    if facts is None or model.plan is None:
        return None
    draft = Draft(inventory=facts, answers=model.answers, targets=model.targets, token="view")
    egress = _egress(model, outlook(model.plan))
    if egress is None:
        return None
    opening = find_opening(draft, egress)
    return FirewallView(
        source=egress.range,
        verdicts=tuple(_verdict(opening, item, left=model.answers.firewall == "leave") for item in opening.explained),
        new=() if model.answers.firewall == "leave" else opening.rules,
        automatic=automatic_rules(draft, egress),
        by_name=tuple(target.url for target in model.targets if not target.address),
        left=model.answers.firewall == "leave",
    )


def _egress(model: Model, parts: Outlook) -> Egress | None:
    """Where packets will come from, read from the plan's steps and from what exists."""
    network = next((n for n in _networks(model) if n.name == parts.network), None)
    range_ = _range(model, parts)
    if network is None or not range_:
        return None
    if parts.path == "connector":
        name = parts.connector.step.ref.name if parts.connector is not None else parts.vpc.connector.rsplit("/", 1)[-1]
        return Egress(network=network, kind=CONNECTOR, range=range_, connector=name)
    return Egress(network=network, kind=DIRECT, range=range_, tags=parts.vpc.tags)


def _networks(model: Model) -> tuple[Network, ...]:
    return model.inventory.networks if model.inventory is not None else ()


def _range(model: Model, parts: Outlook) -> str:
    if parts.subnet is not None and isinstance(parts.subnet.step, CreateSubnet):
        return parts.subnet.step.range
    name = parts.vpc.subnet.rsplit("/", 1)[-1]
    if parts.connector is not None and isinstance(parts.connector.step, CreateConnector):
        if parts.connector.step.range:
            return parts.connector.step.range
        name = parts.connector.step.subnet
    subnets = model.inventory.subnets if model.inventory is not None else ()
    return next((s.range for s in subnets if s.name == name and s.region == model.answers.region), "")


def _verdict(opening: Opening, item: Explained, *, left: bool) -> TargetVerdict:
    cannot = next((c for c in opening.cannot_fix if c.label == item.label), None)
    after = item.before if left else item.after
    return TargetVerdict(
        target=item.label,
        now=_WORDS[item.before.action],
        after=_WORDS[after.action],
        decided_by=_words(item.before.decided_by),
        new_rules=() if left else item.rules,
        cannot=f"{cannot.reason}: ask {cannot.who}" if cannot is not None else "",
    )


def _words(decider: Decider) -> str:
    return str(decider)


def rule_words(rule: FirewallRule) -> str:
    """`ingress allow 1000, tcp:6379, from 10.8.0.0/28 to 10.0.0.3/32`."""
    ports = " ".join(
        f"{entry.protocol}:{','.join(entry.ports)}" if entry.ports else entry.protocol for entry in rule.protocols
    )
    sources = ", ".join((*rule.sources, *rule.source_tags))
    to = ", ".join((*rule.destinations, *rule.target_tags))
    parts = [f"{rule.direction.lower()} {rule.action} {rule.priority}", ports or "all"]
    parts += [f"from {sources}"] if sources else []
    parts += [f"to {to}"] if to else []
    return ", ".join(parts)
