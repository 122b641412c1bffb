"""The state of a run as a fold over its events: what every presenter shows and the JSON output is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce as fold

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from wizard.apply.events import (
    AboutGroup,
    AboutStep,
    Event,
    GroupEnded,
    GroupRecalled,
    GroupStarted,
    GroupStatus,
    Phase,
    ProbeReported,
    RunEnded,
    RunStarted,
    RunStatus,
    StepDecided,
    StepEnded,
    StepNote,
    StepOperation,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.records import ProbeResult

RECALLED = "recalled"
"""The code of a group that somebody wanted back."""


class StepState(Struct, frozen=True, kw_only=True):
    """One step as it stands. `seconds` is None until it has ended; `started` is RFC 3339 text or empty."""

    id: str
    title: str = ""
    op: str = ""
    reason: str = ""
    usual: float = 0.0
    depends_on: tuple[str, ...] = ()
    status: StepStatus = StepStatus.PLANNED
    started: str = ""
    seconds: float | None = None
    operation: str = ""
    error: str = ""
    code: str = ""
    fix: str = ""
    observed: str = ""
    notes: tuple[str, ...] = ()
    group: str = ""


class GroupState(Struct, frozen=True, kw_only=True):
    """One service or job of a migration. `step`, `error`, `code` and `fix` say why it is, or was, taken back."""

    name: str
    status: GroupStatus = GroupStatus.WAITING
    started: str = ""
    ended: str = ""
    step: str = ""
    error: str = ""
    code: str = ""
    fix: str = ""

    @property
    def as_wished(self) -> bool:
        """Moved, or taken back because somebody asked for it."""
        called_back = self.status is GroupStatus.TAKEN_BACK and self.code == RECALLED
        return called_back or self.status is GroupStatus.MOVED


class RunState(Struct, frozen=True, kw_only=True):
    """A run as it stands; `steps` in the order of the plan, `probes` by step id in the order of their reports."""

    run: str = ""
    phase: Phase = Phase.APPLY
    flow: str = ""
    project: str = ""
    region: str = ""
    environment: str = ""
    status: RunStatus = RunStatus.RUNNING
    started: str = ""
    since: str = ""
    ended: str = ""
    steps: tuple[StepState, ...] = ()
    groups: tuple[GroupState, ...] = ()
    probes: tuple[tuple[str, tuple[ProbeResult, ...]], ...] = ()

    def step(self, id_: str) -> StepState:
        """The step `id_`; KeyError when the plan has none."""
        for step in self.steps:
            if step.id == id_:
                return step
        raise KeyError(id_)

    def group(self, name: str) -> GroupState:
        """The group `name`; KeyError when the run has none."""
        for group in self.groups:
            if group.name == name:
                return group
        raise KeyError(name)

    @property
    def as_wished(self) -> bool:
        """Whether every group has moved, or was taken back because somebody asked for it."""
        return all(group.as_wished for group in self.groups)

    @property
    def probe(self) -> tuple[ProbeResult, ...]:
        """The results of the latest live test, empty when there was none."""
        return self.probes[-1][1] if self.probes else ()


def reduce(state: RunState, event: Event) -> RunState:
    """The state after `event`. Pure; an event about a step that the run does not have changes nothing."""
    match event:
        case RunStarted():
            return _started(state, event)
        case RunEnded():
            return _ended(state, event)
        case ProbeReported():
            others = tuple(pair for pair in state.probes if pair[0] != event.id)
            return replace(state, probes=(*others, (event.id, event.results)))
        case GroupStarted() | GroupRecalled() | GroupEnded():
            return replace(
                state, groups=tuple(_group_after(g, event) if g.name == event.group else g for g in state.groups)
            )
        case StepStarted() | StepDecided() | StepOperation() | StepNote() | StepEnded():
            return _edit(state, event.id, lambda step: _step_after(step, event))


def replay(events: Iterable[Event]) -> RunState:
    """The state that a run's events lead to."""
    return fold(reduce, events, RunState())


def run_document(state: RunState) -> dict[str, object]:
    """The JSON contract: `{"run": {"id", "status", "steps": […]}, "probe": […]}`; of a migration also `groups`."""
    steps = [
        {
            "id": s.id,
            "status": s.status.value,
            "seconds": s.seconds,
            "operation": s.operation,
            "error": s.error,
            "code": s.code,
            "fix": s.fix,
            "observed": s.observed,
        }
        for s in state.steps
    ]
    groups = [
        {"name": g.name, "status": g.status.value, "step": g.step, "error": g.error, "code": g.code, "fix": g.fix}
        for g in state.groups
    ]
    moved = {"groups": groups} if groups else {}
    run = {"id": state.run, "status": state.status.value, "steps": steps, **moved}
    return {"run": run, "probe": [to_builtins(result) for result in state.probe]}


def _started(state: RunState, event: RunStarted) -> RunState:
    """A first start lists the steps; a later one keeps what is known of those that ended."""
    known = {step.id: step for step in state.steps if step.status is not StepStatus.RUNNING}
    return replace(
        state,
        run=event.run,
        phase=event.phase,
        flow=event.flow,
        project=event.project,
        region=event.region,
        environment=event.environment,
        status=RunStatus.RUNNING,
        started=state.started or event.at,
        since=event.at,
        ended="",
        steps=tuple(known.get(summary.id) or _planned(summary) for summary in event.steps),
        groups=state.groups or tuple(GroupState(name=name) for name in _groups(event)),
    )


def _ended(state: RunState, event: RunEnded) -> RunState:
    """A run that is undone altogether has taken back every group."""
    groups = state.groups
    if event.status is RunStatus.UNDONE:
        groups = tuple(replace(group, status=GroupStatus.TAKEN_BACK) for group in groups)
    return replace(state, status=event.status, ended=event.at, groups=groups)


def _groups(event: RunStarted) -> dict[str, None]:
    return dict.fromkeys(summary.group for summary in event.steps if summary.group)


def _group_after(group: GroupState, event: AboutGroup) -> GroupState:
    match event:
        case GroupStarted():
            return replace(group, status=GroupStatus.MOVING, started=group.started or event.at)
        case GroupRecalled():
            why = {"step": event.step, "error": event.error, "code": event.code, "fix": event.fix}
            return replace(group, status=GroupStatus.TAKING_BACK, **why)
        case GroupEnded():
            return replace(group, status=event.status, ended=event.at)


def _planned(summary: StepSummary) -> StepState:
    return StepState(
        id=summary.id,
        title=summary.title,
        op=summary.op,
        reason=summary.reason,
        usual=summary.usual,
        depends_on=summary.depends_on,
        group=summary.group,
    )


def _edit(state: RunState, id_: str, edit: Callable[[StepState], StepState]) -> RunState:
    return replace(state, steps=tuple(edit(step) if step.id == id_ else step for step in state.steps))


def _step_after(step: StepState, event: AboutStep) -> StepState:
    match event:
        case StepStarted():
            fresh = StepState(
                id=step.id,
                title=step.title,
                op=step.op,
                reason=step.reason,
                usual=step.usual,
                depends_on=step.depends_on,
                group=step.group,
            )
            return replace(fresh, status=StepStatus.RUNNING, started=event.at)
        case StepDecided():
            return replace(step, op=event.change.op.value, reason=event.change.reason)
        case StepOperation():
            return replace(step, operation=event.operation)
        case StepNote():
            return replace(step, notes=(*step.notes, event.text))
        case StepEnded():
            return replace(
                step,
                status=event.status,
                seconds=event.seconds,
                operation=event.operation or step.operation,
                error=event.error,
                code=event.code,
                fix=event.fix,
                observed=event.observed,
            )
