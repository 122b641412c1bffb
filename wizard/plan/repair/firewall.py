"""A firewall that stops the packet: the fewest new rules, and the proof that they open nothing else."""

from __future__ import annotations

from msgspec import structs

from wizard.network.connector_rules import automatic_connector_rules
from wizard.network.fewest_rules import Opening, Want, fewest_rules
from wizard.network.firewall import Action
from wizard.network.packets import CONNECTOR, VM, connector_tag
from wizard.network.proof import Asked, prove
from wizard.network.topology import Topology
from wizard.network.tracing import Leg, Origin, Trace
from wizard.plan.repair.model import CannotFix, Change, Fix, short_name, words
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.records import FirewallRule


def open_firewall(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> Change | CannotFix | None:
    """The change that lets the packet of the last leg through; None when no firewall stops it."""
    leg = trace.legs[-1] if trace.legs else None
    if leg is None or leg.verdict.action not in (Action.DENY, Action.PARTLY):
        return None
    if leg.packet.port is None:
        return CannotFix(reason="a rule is made for a port, and none was asked for", who="ask for a port")
    opening = _opening(topology, trace, leg)
    if opening.cannot_fix:
        problem = opening.cannot_fix[0]
        return CannotFix(reason=problem.reason, who=problem.who)
    made = _own_traffic(trace.origin, leg, opening)
    if not made:
        return None
    return _change(topology, trace, leg, made, siblings)


def _opening(topology: Topology, trace: Trace, leg: Leg) -> Opening:
    packet = leg.packet
    want = Want(label=trace.goal.label, destination=packet.destination, port=packet.port or 0, protocol=packet.protocol)
    return fewest_rules(
        topology.ruleset_for(trace.origin, leg.network),
        packet.source,
        (want,),
        network=leg.network,
        prefix=f"runvpc-{short_name(trace.origin)}",
        taken_names={rule.name for rule in topology.facts.rules},
        directions=(leg.direction,),
    )


def _own_traffic(origin: Origin, leg: Leg, opening: Opening) -> tuple[FirewallRule, ...]:
    """The new rules. For traffic of the connector itself it is Google's own rule once more, but stronger: for all
    machines of the connector, not for the one that stands for them in the trace."""
    if origin.way != CONNECTOR or leg.packet.source.kind != VM:
        return opening.rules
    automatic = automatic_connector_rules(origin.region, origin.connector, origin.range, leg.network)
    tag = connector_tag(origin.region, origin.connector)
    meant = [rule for rule in automatic if rule.target_tags == (tag,) and leg.packet.source.range in rule.sources]
    return tuple(
        structs.replace(
            rule,
            protocols=meant[0].protocols,
            sources=meant[0].sources,
            destinations=(),
            target_tags=(tag,),
            description=f"runvpc: what connector {origin.connector} cannot do without",
        )
        for rule in opening.rules
        if meant
    )


def _change(
    topology: Topology, trace: Trace, leg: Leg, made: tuple[FirewallRule, ...], siblings: tuple[Origin, ...]
) -> Change:
    rule, origin, packet = made[0], trace.origin, leg.packet
    asked = Asked(
        range=packet.source.range, address=packet.destination.address, port=packet.port, protocol=packet.protocol
    )
    proof = prove(topology, origin, made, asked, siblings)
    stops = leg.verdict.decided_by
    step = CreateFirewallRule(
        project=origin.project or topology.facts.project,
        rule=rule,
        why=f"opens {trace.goal.label}, closed now by {stops}",
    )
    also = tuple(label for label in proof.also(origin.resource) if not _is_connector_of(origin, label))
    return Change(
        fix=Fix(title=step.title, step=step, gcloud=words(step.gcloud()), also=also, proof=proof),
        topology=topology.replaced(rules=(*topology.facts.rules, *made)),
    )


def _is_connector_of(origin: Origin, label: str) -> bool:
    return label == f"all that use connector {origin.connector}"
