"""The firewall behind a trace, explained: the rules in their order, and those that only look as if they decided."""

from __future__ import annotations

from msgspec import Struct

from wizard.network.near_misses import near_misses
from wizard.network.rule_table import rule_rows
from wizard.network.topology import Topology
from wizard.network.tracing import Leg, NearMiss, RuleRow, Trace

ROWS = 20
"""Rules shown around the one that decides; a firewall may have thousands."""


class Explained(Struct, frozen=True, kw_only=True):
    """Of the firewall that decides, or that the packet met last (`leg`, None when it met none)."""

    leg: Leg | None = None
    near: tuple[NearMiss, ...] = ()
    rows: tuple[RuleRow, ...] = ()


def explain(topology: Topology, trace: Trace, *, rows: int | None = ROWS) -> Explained:
    """The explanation of a trace made from this topology; `rows` None gives the whole table."""
    leg = deciding_leg(trace)
    if leg is None:
        return Explained()
    ruleset = topology.ruleset_for(trace.origin, leg.network)
    across = leg.network != trace.origin.network
    near = near_misses(
        ruleset,
        topology.facts.rules,
        leg,
        topology.facts.policies.get(leg.network, ()),
        region=trace.origin.region,
        across=across,
    )
    return Explained(leg=leg, near=near, rows=rule_rows(ruleset, leg, around=rows, across=across))


def deciding_leg(trace: Trace) -> Leg | None:
    """The firewall whose rule decides, else the last one that the packet met."""
    decided = trace.decided_by
    for leg in reversed(trace.legs):
        rule = leg.verdict.decided_by
        if decided is not None and (rule.kind, rule.name, rule.policy) == (decided.kind, decided.name, decided.policy):
            return leg
    return trace.legs[-1] if trace.legs else None
