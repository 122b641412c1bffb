"""Runs as they may stand, made from events as a runner would tell them, at fixed times."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.apply.events import (
    Event,
    Phase,
    ProbeReported,
    RunEnded,
    RunStarted,
    RunStatus,
    StepEnded,
    StepOperation,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.apply.state import RunState, replay
from wizard.plan.plan import Plan
from wizard.records import ProbeAttempt, ProbeResult

BEGAN = "2026-08-20T09:12:44.000000Z"
NOW = 1787217236.0
"""72 seconds later."""

URLS = ("redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80")


def result(
    url: str, verdict: str = "connected", layer: str = "protocol", *, waited: float | None = None
) -> ProbeResult:
    """A target tested twice with the same end."""
    latency = 1.2 if verdict == "connected" else None
    attempt = ProbeAttempt(verdict=verdict, layer=layer, latency_ms=latency, start_delay_s=waited)
    return ProbeResult(target=url, verdict=verdict, layer=layer, latency_ms=latency, attempts=(attempt, attempt))


def started(plan: Plan, phase: Phase = Phase.APPLY) -> RunStarted:
    """The run of a plan begins."""
    steps = tuple(
        StepSummary(
            id=p.id,
            title=p.step.title,
            op=p.change.op.value,
            reason=p.change.reason,
            usual=p.step.usual,
            depends_on=p.depends_on,
        )
        for p in plan.steps
    )
    return RunStarted(
        run="r-k3f9", at=BEGAN, phase=phase, flow="setup", project=plan.project, region=plan.region, steps=steps
    )


def ended(id_: str, status: StepStatus = StepStatus.DONE, **words: str) -> list[Event]:
    return [StepStarted(id=id_, at=BEGAN), StepEnded(id=id_, status=status, seconds=12.0, **words)]


def under_way(plan: Plan) -> RunState:
    """The second step is under way, the first is done."""
    first, second = plan.steps[0].id, plan.steps[1].id
    operation = "vpcaccess:projects/demo-project/locations/us-central1/operations/5f0c4a4e-9d2b-4c57-9a51-3d1f6a2b7c88"
    events: list[Event] = [started(plan), *ended(first), StepStarted(id=second, at=BEGAN)]
    return replay([*events, StepOperation(id=second, operation=operation)])


def whole(plan: Plan, status: RunStatus, steps: Iterable[Event], probes: Iterable[Event] = ()) -> RunState:
    return replay([started(plan), *steps, *probes, RunEnded(status=status, at="2026-08-20T09:15:44.000000Z")])


def done(plan: Plan, *, baseline: bool = True) -> RunState:
    """Everything is done and connected; before, nothing was."""
    steps = [event for p in plan.steps for event in ended(p.id)]
    before = tuple(result(url, "timeout", "tcp") for url in URLS)
    probes: list[Event] = [ProbeReported(id="probe/runvpc-before-t0k3n", results=before)] if baseline else []
    after = tuple(result(url, waited=62.0) for url in URLS)
    return whole(plan, RunStatus.DONE, steps, [*probes, ProbeReported(id="probe/runvpc-probe-t0k3n", results=after)])


def failed(plan: Plan) -> RunState:
    """The live test failed for two of three targets; the service was not touched."""
    steps: list[Event] = []
    for planned in plan.steps:
        if planned.id.startswith("probe/"):
            words = {"error": "10.0.0.3:6379: timeout [/x]", "code": "not_connected", "fix": "look at the firewall"}
            steps += ended(planned.id, StepStatus.FAILED, **words)
        elif planned.id.startswith(("service/", "traffic/")):
            steps.append(StepEnded(id=planned.id, status=StepStatus.SKIPPED, error="not started", code="dependency"))
        else:
            steps += ended(planned.id)
    results = (result(URLS[0], "timeout", "tcp"), result(URLS[1], "refused", "tcp"), result(URLS[2]))
    return whole(plan, RunStatus.FAILED, steps, [ProbeReported(id="probe/runvpc-probe-t0k3n", results=results)])


def stopped(plan: Plan) -> RunState:
    """The person stopped it after the first step."""
    return whole(plan, RunStatus.STOPPED, ended(plan.steps[0].id))


def undone(plan: Plan, *, waiting: bool = False) -> RunState:
    """Taken back; or all but the subnet, which Cloud Run still holds."""
    forward = [*[event for p in plan.steps for event in ended(p.id)], RunEnded(status=RunStatus.DONE, at=BEGAN)]
    back: list[Event] = [started(plan, Phase.UNDO)]
    for planned in plan.steps:
        held = waiting and planned.id.startswith("subnet/")
        words = {"error": "held by serverless-ipv4-1", "code": "waiting"} if held else {}
        back += ended(planned.id, StepStatus.LEFT if held else StepStatus.UNDONE, **words)
    status = RunStatus.WAITING if waiting else RunStatus.UNDONE
    return replay([started(plan), *forward, *back, RunEnded(status=status, at="2026-08-20T09:15:44.000000Z")])
