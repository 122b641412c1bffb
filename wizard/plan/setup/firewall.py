"""The firewall rules that are needed, and no others."""

from __future__ import annotations

from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.fewest_rules import Opening, Want, fewest_rules
from wizard.network.firewall import Action
from wizard.network.intervals import holds
from wizard.network.packets import Destination, Source
from wizard.network.ruleset import Ruleset, compile_rules
from wizard.plan.setup.draft import Draft, Egress
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.ports import EffectiveFirewalls
from wizard.records import FirewallRule, Target


def plan_firewall(draft: Draft, egress: Egress, ready: tuple[str, ...]) -> tuple[str, ...]:
    """Steps for the fewest rules that let the egress source reach every target; their ids."""
    opening = find_opening(draft, egress)
    _report_names(draft)
    for problem in opening.cannot_fix:
        draft.block(
            "firewall_cannot_fix",
            f"{problem.label} stays closed: {problem.reason}",
            f"ask {problem.who}",
        )
    if draft.answers.firewall == "leave":
        _report_closed(draft, opening)
        return ()
    return tuple(
        draft.add(CreateFirewallRule(project=draft.project, rule=rule, why=_why(rule, opening)), None, after=ready)
        for rule in opening.rules
    )


def find_opening(draft: Draft, egress: Egress) -> Opening:
    """What the firewall says of each target now, and the fewest rules that would let all be reached."""
    return fewest_rules(
        _ruleset(draft, egress),
        Source(range=egress.range, kind=egress.kind, tags=egress.tags),
        tuple(_want(draft, egress, target) for target in draft.targets if target.address),
        network=egress.network.name,
        prefix=f"runvpc-{draft.answers.service}",
        taken_names=[rule.name for rule in draft.inventory.firewalls],
    )


def automatic_rules(draft: Draft, egress: Egress) -> tuple[FirewallRule, ...]:
    """The rules that Google adds with the connector; none for Direct VPC egress."""
    if not egress.connector:
        return ()
    return automatic_connector_rules(draft.region, egress.connector, egress.range, egress.network.name)


def _ruleset(draft: Draft, egress: Egress) -> Ruleset:
    """The rules in force on the network, with those that Google will add for a connector."""
    facts = draft.inventory
    listed = tuple(r for r in facts.firewalls if r.network == egress.network.name)
    effective = facts.effective.get(egress.network.name, EffectiveFirewalls(rules=listed))
    return compile_rules(
        egress.network,
        listed or effective.rules,
        effective.policies,
        automatic=automatic_rules(draft, egress),
        region=draft.region,
        project=facts.project,
    )


def _want(draft: Draft, egress: Egress, target: Target) -> Want:
    return Want(label=target.url, destination=destination_of(draft, egress, target.address), port=target.port)


def destination_of(draft: Draft, egress: Egress, address: str) -> Destination:
    """The receiver at an address: its VM's tags and service accounts, or a managed service behind a peering."""
    machine = next(
        (i for i in draft.inventory.instances if (i.address, i.network) == (address, egress.network.name)), None
    )
    if machine is not None:
        return Destination(address=address, tags=machine.tags, service_accounts=machine.service_accounts)
    return Destination(address=address, managed=_is_managed(draft, egress, address))


def _is_managed(draft: Draft, egress: Egress, address: str) -> bool:
    """Whether the address lies in a private services range or behind an imported peering route."""
    facts, network = draft.inventory, egress.network.name
    ranges = [a.range for a in facts.addresses if a.network == network and a.purpose == "VPC_PEERING"]
    ranges += [r.range for r in facts.peering_routes if r.network == network and r.imported]
    return any(holds(range_, address) for range_ in ranges)


def _report_names(draft: Draft) -> None:
    named = [t.url for t in draft.targets if not t.address]
    if named:
        draft.info(
            "target_by_name",
            f"firewall not checked for {', '.join(named)}: the address behind a name is known only inside the network",
            "the probe tells; or give the address",
        )


def _report_closed(draft: Draft, opening: Opening) -> None:
    for item in opening.explained:
        if item.before.action is not Action.ALLOW:
            draft.warn(
                "firewall_closed",
                f"{item.label} is closed by {item.before.decided_by}",
                "--firewall add creates the rule that is needed",
            )


def _why(rule: FirewallRule, opening: Opening) -> str:
    """What the rule opens, and which rule closes it now."""
    opened = [item for item in opening.explained if rule.name in item.rules]
    targets = ", ".join(item.label for item in opened)
    closers = dict.fromkeys(str(item.before.decided_by) for item in opened)
    return f"opens {targets}, closed now by {', '.join(closers)}"
