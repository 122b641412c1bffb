"""A plan, a probe and the end of a run as lines: plain text of at most 80 columns, without escape codes."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState
from wizard.cli.group_lines import group_end_lines, group_plan_lines
from wizard.cli.table import paragraph, table
from wizard.plan.plan import Finding, Plan, Severity
from wizard.records import ProbeResult
from wizard.trace.reading import Reading
from wizard.wording import duration

WAITING = "Cloud Run gives the addresses of a subnet back 1 to 2 hours after their last user is gone; resume then."
"""Google's page on Direct VPC egress (facts: 2.2)."""

_MARK = {Severity.BLOCK: "BLOCK ", Severity.WARN: "WARN  ", Severity.INFO: "info  "}
_ORDER = (Severity.BLOCK, Severity.WARN, Severity.INFO)


def plan_lines(plan: Plan) -> list[str]:
    """Steps with what is done to each and why, findings, and what it costs."""
    lines = [f"Plan: {plan.flow}, project {plan.project}, region {plan.region}", ""]
    rows = [(p.change.op.value, p.id, p.change.reason) for p in plan.ordered() if not p.group]
    groups = group_plan_lines(plan)
    lines += table(rows, head=("DOES", "STEP", "BECAUSE")) if rows else [] if groups else ["  nothing to do"]
    fields = [(p.id, f.field, f.before, f.after) for p in plan.ordered() if not p.group for f in p.change.fields]
    if fields:
        lines += ["", *table(fields, head=("CHANGES", "FIELD", "FROM", "TO"))]
    lines += groups
    if plan.findings:
        lines += ["", "Findings", *finding_lines(plan.findings)]
    return [*lines, "", *cost_lines(plan)]


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """The blocking ones first."""
    lines: list[str] = []
    for finding in sorted(findings, key=lambda f: _ORDER.index(f.severity)):
        lines += paragraph(finding.message, mark=_MARK[finding.severity])
        first, *more = finding.fix.splitlines() or [""]
        if first:
            lines += paragraph(f"fix: {first}", indent=8)
        lines += [text for line in more for text in paragraph(line, indent=8 + _depth(line))]
    return lines


def _depth(line: str) -> int:
    """How far a line of code is indented, as far as there is room for that."""
    return min(len(line) - len(line.lstrip(" ")), 24)


def cost_lines(plan: Plan) -> list[str]:
    """US dollars a month, and what that rests on."""
    cost = plan.cost
    if not cost.monthly_usd_max:
        return paragraph(f"Cost: {cost.basis}", indent=0)
    least, most = cost.monthly_usd_min, cost.monthly_usd_max
    return paragraph(f"Cost: {least:.2f} to {most:.2f} US dollars a month ({cost.basis})", indent=0)


def probe_lines(results: Sequence[ProbeResult]) -> list[str]:
    """The table of a live test."""
    rows = [(r.target, r.verdict, r.layer, _latency(r.latency_ms), _attempts(r)) for r in results]
    return table(rows, head=("TARGET", "VERDICT", "LAYER", "LATENCY", "ATTEMPTS"))


def _latency(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.1f} ms"


def _attempts(result: ProbeResult) -> str:
    connected = sum(attempt.verdict == "connected" for attempt in result.attempts)
    delays = [a.start_delay_s for a in result.attempts if a.start_delay_s]
    waited = f", network up after {duration(max(delays))}" if delays else ""
    return f"{connected} of {len(result.attempts)}{waited}"


def reading_lines(target: str, reading: Reading) -> list[str]:
    """A failed target: the configuration and the live test side by side, and what is likely, likeliest first."""
    lines = ["", *paragraph(f"Why {target} did not connect", indent=0)]
    lines += table([("configuration", reading.configuration), ("live test", reading.met), ("", reading.summary)])
    for number, cause in enumerate(reading.causes, 1):
        lines += paragraph(cause.text, mark=f"{number}. ")
        lines += paragraph(f"check: {cause.look}", indent=5)
    return lines


def end_lines(state: RunState, again: str) -> list[str]:
    """How the run ended; unless all is well, what exists now and how to go on. `again` is `Options.again`."""
    lines = [f"Run {state.run}: {state.status.value}"]
    lines += [*_failures(state), *group_end_lines(state, again)]
    existing = [(s.id, s.op, _standing(s)) for s in state.steps if _changed(s) and not s.group]
    unfinished = state.status in {RunStatus.FAILED, RunStatus.STOPPED, RunStatus.WAITING}
    if existing and unfinished:
        lines += ["", "What this run has changed so far", *table(existing)]
    elif unfinished and state.phase is Phase.APPLY and not state.groups:
        lines += ["", "This run has changed nothing"]
    left = [(s.id, s.observed or s.error) for s in state.steps if s.status is StepStatus.LEFT]
    if left:
        lines += ["", "Left as it is", *table(left)]
    if state.status is RunStatus.WAITING:
        lines += ["", *paragraph(WAITING)]
    return [*lines, *_next(state, again, unfinished)]


def _changed(step: StepState) -> bool:
    """Whether the step's resource is, or may be, as this run made it."""
    accepted = step.status in {StepStatus.RUNNING, StepStatus.FAILED} and bool(step.operation)
    return (step.status is StepStatus.DONE or accepted) and step.op != "delete"


def _standing(step: StepState) -> str:
    if step.status is StepStatus.DONE:
        return "done"
    return "accepted by the cloud, and going on there" if step.status is StepStatus.RUNNING else "accepted, then failed"


def _failures(state: RunState) -> list[str]:
    lines: list[str] = []
    for step in (s for s in state.steps if s.status is StepStatus.FAILED):
        lines += paragraph(f"{step.id}: {step.error}", mark="FAILED ")
        if step.fix:
            lines += paragraph(f"fix: {step.fix}", indent=9)
    return lines


def _next(state: RunState, again: str, unfinished: bool) -> list[str]:
    go_on, back = f"runvpc resume {state.run}{again}", f"runvpc undo {state.run}{again}"
    if not unfinished:
        return ["", f"Take it back with: {back}"] if state.status is RunStatus.DONE else []
    lines = ["", f"Go on with:        {go_on}"]
    return lines if state.phase is Phase.UNDO else [*lines, f"Take it back with: {back}"]
