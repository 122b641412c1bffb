"""The JSON documents of the command line (a contract: design, JSON)."""

from __future__ import annotations

from wizard.apply.state import RunState, run_document
from wizard.plan.plan import Plan


def plan_document(plan: Plan) -> dict[str, object]:
    """The plan as `{"steps", "findings", "cost"}`."""
    steps = [
        {
            "id": p.id,
            "kind": p.step.kind,
            "op": p.change.op.value,
            "resource": str(p.step.ref),
            "reason": p.change.reason,
            "depends_on": list(p.depends_on),
            "reversible": p.step.reversible,
            "gcloud": p.step.gcloud(),
        }
        for p in plan.ordered()
    ]
    findings = [
        {"severity": f.severity.value, "code": f.code, "message": f.message, "fix": f.fix} for f in plan.findings
    ]
    cost = plan.cost
    amounts = {"monthly_usd_min": cost.monthly_usd_min, "monthly_usd_max": cost.monthly_usd_max, "basis": cost.basis}
    return {"steps": steps, "findings": findings, "cost": amounts}


def whole_document(plan: Plan | None, state: RunState | None) -> dict[str, object]:
    """Plan, run and probe; the run is absent when nothing was applied."""
    document: dict[str, object] = {"plan": plan_document(plan)} if plan is not None else {}
    return {**document, **(run_document(state) if state is not None else {"probe": []})}
