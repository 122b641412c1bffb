"""The record of a migration for a change ticket: what was, what was done to each service, and how to take it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard.apply.events import GroupStatus, StepStatus
from wizard.apply.state import GroupState, RunState
from wizard.export.markdown import findings, table, text
from wizard.plan.plan import Plan, Planned
from wizard.plan.steps._service_words import vpc_words
from wizard.plan.steps.job import PatchJob
from wizard.plan.steps.probe import RunProbe
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.traffic_shape import ShapeTraffic
from wizard.plan.steps.traffic_stage import StageTraffic

_WORDS = {
    GroupStatus.WAITING: "not begun",
    GroupStatus.MOVING: "under way",
    GroupStatus.MOVED: "moved",
    GroupStatus.TAKING_BACK: "being taken back",
    GroupStatus.TAKEN_BACK: "taken back",
    GroupStatus.STUCK: "could not be taken back altogether",
}


def render(plan: Plan, state: RunState | None = None) -> str:
    """Markdown: with a run's state what became of the plan, without one what is going to be done."""
    what = "Migration record" if state is not None else "Migration plan"
    parts = [f"# {what}: {text(plan.project)}, {text(plan.region)}"]
    if state is not None:
        parts.append(_run(state))
    parts.append(_groups(plan, state))
    shared = plan.group("")
    if shared:
        parts += ["## Shared by all, made first", _steps(shared, state)]
    parts += ["## Order", _order(plan)]
    if plan.findings:
        parts += ["## Findings", findings(plan)]
    parts += ["## Changes before and after", _changes(plan)]
    if state is not None:
        parts += ["## Live tests", _probes(plan, state)]
    parts += ["## Taking it back", _back(state)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _run(state: RunState) -> str:
    lines = [f"Run `{text(state.run)}`: **{state.status.value}**", f"Begun {_time(state.started)}"]
    if state.ended:
        lines.append(f"ended {_time(state.ended)}")
    return ", ".join(lines) + "."


def _time(at: str) -> str:
    return f"{at[:19].replace('T', ' ')} UTC" if at else "-"


def _groups(plan: Plan, state: RunState | None) -> str:
    """One line for each service and job."""
    rows = []
    for name in plan.groups:
        after, stages = _after(plan.group(name)), _stages(plan.group(name))
        became = _became(state, name) if state is not None else ()
        rows.append((text(name), text(after), stages, *became))
    head = ("Service or job", "Gets", "Traffic in steps", *(("Became", "Begun", "Ended") if state else ()))
    return table(head, rows)


def _after(steps: Sequence[Planned]) -> str:
    return next((vpc_words(p.step.vpc) for p in steps if isinstance(p.step, PatchService | PatchJob)), "-")


def _stages(steps: Sequence[Planned]) -> str:
    percents = [f"{p.step.percent} %" for p in steps if isinstance(p.step, StageTraffic) and p.step.percent]
    return ", ".join(percents) or "-"


def _became(state: RunState, name: str) -> tuple[str, str, str]:
    group = next((group for group in state.groups if group.name == name), GroupState(name=name))
    why = f": {text(group.error)}" if group.error else ""
    return (_WORDS.get(group.status, group.status.value) + why, _time(group.started), _time(group.ended))


def _steps(steps: Sequence[Planned], state: RunState | None) -> str:
    became = {step.id: step.status.value for step in state.steps} if state is not None else {}
    rows = [(p.change.op.value, text(p.step.title), text(p.change.reason), became.get(p.id, "planned")) for p in steps]
    return table(("What", "Step", "Why", "Status"), rows)


def _order(plan: Plan) -> str:
    rollout = plan.rollout
    lines = []
    for number, wave in enumerate(rollout.waves, 1):
        when = f", not before {text(wave.not_before)}" if wave.not_before else ""
        lines.append(f"{number}. {', '.join(map(text, wave.groups))}{when}")
    stop = "a failure stops what has not begun" if rollout.stop_on_failure else "after a failure the others go on"
    lines.append(f"\nAt most {rollout.concurrency} at once; {stop}.")
    return "\n".join(lines)


def _changes(plan: Plan) -> str:
    """Fields of services and jobs as they are now and as they will be; revision names are those before."""
    rows = [
        (text(p.group or "shared"), text(field.field), text(field.before), text(field.after))
        for p in plan.steps
        for field in p.change.fields
        if not isinstance(p.step, StageTraffic | ShapeTraffic)
    ]
    return table(("Of", "Field", "Before", "After"), rows) if rows else "None."


def _probes(plan: Plan, state: RunState) -> str:
    groups = {p.id: p.group for p in plan.steps if isinstance(p.step, RunProbe)}
    rows = [
        (text(groups.get(id_, "-")), text(result.target), result.verdict, result.layer)
        for id_, results in state.probes
        for result in results
    ]
    return table(("Of", "Target", "Verdict", "Layer"), rows) if rows else "None was run."


def _back(state: RunState | None) -> str:
    run = state.run if state is not None else "RUN"
    lines = [
        "Until the connector is deleted every service goes back at once, to the definition it had:",
        "",
        f"- one of them: `runvpc undo {run} --group NAME`",
        f"- everything: `runvpc undo {run}`",
        "",
        "Once the connector is deleted it has to be created again first, which takes minutes.",
    ]
    return "\n".join([*lines, *_left(state)] if state is not None else lines)


def _left(state: RunState) -> Iterator[str]:
    left = [step for step in state.steps if step.status is StepStatus.LEFT]
    if left:
        yield ""
        yield "Left as it is:"
        yield ""
        yield from (f"- {text(step.id)}: {text(step.observed or step.error)}" for step in left)
