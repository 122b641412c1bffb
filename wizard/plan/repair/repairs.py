"""The smallest change after which a dropped packet is delivered: found step by step, each tried on the facts."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from wizard.network.path import trace as traced
from wizard.network.topology import Topology
from wizard.network.tracing import ABORT, Origin, Trace
from wizard.plan.repair.cannot import cannot_fix
from wizard.plan.repair.firewall import open_firewall
from wizard.plan.repair.model import CannotFix, Change, Fix, Repairs
from wizard.plan.repair.settings import change_settings

_MOST = 8
"""Changes in a row; a path has one firewall on the way out, a few machines behind an address, and one way outside."""


def repairs(topology: Topology, trace: Trace, others: Iterable[Origin] = ()) -> Repairs:
    """What turns this trace, made from this topology, into DELIVER; nothing for one that delivers.

    Each change is tried on the facts, and the packet traced again: `verified` says that the last trace delivers.
    `others` are the other services and jobs, to tell who gains by a change as well.
    """
    siblings, fixes = tuple(others), list[Fix]()
    for _ in range(_MOST):
        if trace.delivered:
            return Repairs(fixes=tuple(fixes), verified=bool(fixes))
        change = _next(topology, trace, siblings)
        if isinstance(change, CannotFix):
            return Repairs(cannot_fix=change)
        fixes.append(change.fix)
        if change.topology is None:
            return Repairs(fixes=tuple(fixes))
        topology = change.topology
        trace = traced(topology, change.origin or trace.origin, trace.goal)
    return Repairs(cannot_fix=cannot_fix(topology, trace))


def _next(topology: Topology, trace: Trace, siblings: tuple[Origin, ...]) -> Change | CannotFix:
    """The change for what stops the packet first."""
    if trace.verdict == ABORT:
        return cannot_fix(topology, trace)
    return (
        open_firewall(topology, trace, siblings)
        or change_settings(topology, trace, siblings)
        or cannot_fix(topology, trace)
    )


def repairs_document(found: Repairs) -> dict[str, object]:
    """`fixes`, or `cannot_fix`, as the command line's JSON has them (a contract)."""
    if found.cannot_fix is not None:
        return {"cannot_fix": structs.asdict(found.cannot_fix)}
    return {"fixes": [_fix_document(fix) for fix in found.fixes], "fixes_verified": found.verified}


def _fix_document(fix: Fix) -> dict[str, object]:
    document: dict[str, object] = {
        "step": fix.step.id if fix.step is not None else None,
        "title": fix.title,
        "gcloud": [list(command) for command in fix.gcloud],
        "runvpc": list(fix.runvpc),
        "also": list(fix.also),
    }
    if fix.proof is not None:
        document["proof"] = {
            "verdicts": fix.proof.total,
            "compared": fix.proof.compared,
            "holds": fix.proof.holds,
            "changed": [structs.asdict(change) for change in fix.proof.changed],
        }
    return document
