"""The JSON documents of the command line (a contract: design, JSON)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import to_builtins

from wizard.apply.state import RunState, run_document
from wizard.plan.plan import Plan
from wizard.records import ProbeResult
from wizard.trace.reading import Reading, reading_document


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
            **({"group": p.group} if p.group else {}),
        }
        for p in plan.ordered()
    ]
    findings = [
        {"severity": f.severity.value, "code": f.code, "message": f.message, "fix": f.fix} for f in plan.findings
    ]
    cost = plan.cost
    amounts = {"monthly_usd_min": cost.monthly_usd_min, "monthly_usd_max": cost.monthly_usd_max, "basis": cost.basis}
    rollout = {"rollout": _rollout_document(plan)} if plan.groups else {}
    return {"steps": steps, "findings": findings, "cost": amounts, **rollout}


def _rollout_document(plan: Plan) -> dict[str, object]:
    rollout = plan.rollout
    return {
        "waves": [{"groups": list(wave.groups), "not_before": wave.not_before} for wave in rollout.waves],
        "concurrency": rollout.concurrency,
        "room": rollout.room,
        "stop_on_failure": rollout.stop_on_failure,
        "timer": rollout.timer,
    }


def whole_document(
    plan: Plan | None, state: RunState | None, readings: Mapping[str, Reading] | None = None
) -> dict[str, object]:
    """Plan, run and probe; the run is absent when nothing was applied. `readings` are by target."""
    document: dict[str, object] = {"plan": plan_document(plan)} if plan is not None else {}
    if state is None:
        return {**document, "probe": []}
    probe = [_probe_document(result, (readings or {}).get(result.target)) for result in state.probe]
    return {**document, **run_document(state), "probe": probe}


def _probe_document(result: ProbeResult, reading: Reading | None) -> dict[str, object]:
    """What a live test met; beside a failure what the configuration says of it."""
    document: dict[str, object] = to_builtins(result)
    return document | ({"reading": reading_document(reading)} if reading is not None else {})
