"""A trace as the JSON document of the command line (a contract: the keys are those of the design, and more)."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.network.tracing import Decided, NearMiss, Origin, RuleRow, Trace

Json = dict[str, object]


def trace_document(trace: Trace, near: Sequence[NearMiss] = (), rules: Sequence[RuleRow] = ()) -> Json:
    """Verdict, cause, hops, what decides, what looks as if it did, and how packets leave; without the repairs."""
    return {
        "service": trace.origin.resource,
        "target": trace.goal.label,
        "verdict": trace.verdict,
        "cause": trace.cause,
        "hops": [{"state": hop.state, "resource": hop.resource, "detail": hop.detail} for hop in trace.hops],
        "deciding_hop": trace.deciding,
        "decided_by": decided_document(trace.decided_by),
        "near_misses": [{"rule": miss.rule, "why_not": miss.why_not, "network": miss.network} for miss in near],
        "rules": [
            {
                "layer": row.layer,
                "rule": row.rule,
                "priority": row.priority,
                "action": row.action,
                "outcome": row.outcome,
                "why": row.why,
            }
            for row in rules
        ],
        "verify": list(trace.verify),
        "source": source_document(trace.origin),
        "address": trace.goal.address,
    }


def decided_document(decided: Decided | None) -> Json | None:
    """`kind`, `name`, `priority` and `action` of what decides."""
    if decided is None:
        return None
    found: Json = {
        "kind": decided.kind,
        "name": decided.name,
        "priority": decided.priority,
        "action": decided.action,
    }
    return found | ({"policy": decided.policy} if decided.policy else {})


def source_document(origin: Origin) -> Json:
    """Where packets come from."""
    return {
        "way": origin.way,
        "egress": origin.egress,
        "network": origin.network,
        "range": origin.range,
        "subnet": origin.subnet,
        "connector": origin.connector,
        "tags": list(origin.tags),
    }


def opinion_document(result: str, agrees: bool | None) -> Json:
    """What Google's Connectivity Test says, and whether it agrees with the trace (null: it does not decide)."""
    return {"second_opinion": {"result": result, "agrees": agrees}}
