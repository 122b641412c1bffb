"""What a run came to: what exists now because of it, what was left as it is, and the commands to type later."""

from __future__ import annotations

import shlex

from msgspec import Struct

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState
from wizard.guide.running import MADE, UNFINISHED, label
from wizard.wording import short_names

_STARTED = frozenset({StepStatus.FAILED, StepStatus.RUNNING})
_BACK = {"delete": "gone", "change": "as it was before"}


class Part(Struct, frozen=True, kw_only=True):
    """A resource, with the word for what happened to it and what is to be said of it; `fix` is what to do."""

    label: str
    word: str
    note: str = ""
    fix: str = ""


def made(state: RunState) -> tuple[Part, ...]:
    """What this run created or changed and is there now, or may be: the cloud had accepted it."""
    if state.phase is Phase.UNDO:
        return ()
    return tuple(
        Part(label=label(step.id), word=step.op, note=_standing(step))
        for step in state.steps
        if step.op in MADE and not _passing(step) and (step.status is StepStatus.DONE or _accepted(step))
    )


def failed(state: RunState) -> tuple[Part, ...]:
    """What did not work, with what to do about it."""
    return tuple(
        Part(label=label(step.id), word="failed", note=short_names(step.error), fix=step.fix)
        for step in state.steps
        if step.status is StepStatus.FAILED and state.status not in (RunStatus.UNDONE, RunStatus.WAITING)
    )


def reused(state: RunState) -> tuple[Part, ...]:
    """What was there already and is used; undo leaves it."""
    if state.phase is Phase.UNDO:
        return ()
    return tuple(
        Part(label=label(step.id), word="reuse", note=step.observed or step.reason)
        for step in state.steps
        if step.status is StepStatus.REUSED
    )


def undone(state: RunState) -> tuple[Part, ...]:
    """What equals the start again."""
    return tuple(
        Part(label=label(step.id), word="undone", note=step.observed or _BACK.get(step.op, ""))
        for step in state.steps
        if step.status is StepStatus.UNDONE and not _passing(step)
    )


def waiting(state: RunState) -> tuple[Part, ...]:
    """What undo could not take back yet, in the cloud's own words, with short names; they say who holds it."""
    return tuple(
        Part(label=label(step.id), word="waiting", note=short_names(step.error), fix=step.fix)
        for step in state.steps
        if step.status is StepStatus.LEFT and step.error
    )


def left(state: RunState) -> tuple[Part, ...]:
    """What undo leaves for good, and why."""
    return tuple(
        Part(label=label(step.id), word="left", note=step.observed)
        for step in state.steps
        if step.status is StepStatus.LEFT and not step.error
    )


def _standing(step: StepState) -> str:
    """As a run's end is told on the command line."""
    if step.status is StepStatus.DONE:
        return step.observed
    return "accepted by the cloud, then failed" if step.status is StepStatus.FAILED else "accepted, and going on there"


def _accepted(step: StepState) -> bool:
    return step.status in _STARTED and bool(step.operation)


def _passing(step: StepState) -> bool:
    """The job of a live test is gone again."""
    return step.id.startswith(("probe/", "probe-cleanup/"))


def can_undo(state: RunState) -> bool:
    """Whether there is, or may be, something to take back."""
    if state.phase is Phase.UNDO or state.status is RunStatus.RUNNING:
        return False
    return bool(made(state)) or any(step.status in _STARTED and step.op in MADE for step in state.steps)


def can_resume(state: RunState) -> bool:
    """Whether the run can go on, forward or back."""
    return state.status in UNFINISHED


def service_of(state: RunState) -> str:
    """The service that the run is about; empty when its steps name none."""
    kinds = ("service", "service-create", "traffic")
    return next((name for kind, _, name in (s.id.partition("/") for s in state.steps) if kind in kinds), "")


def commands(state: RunState, service: str, scenario: str) -> tuple[tuple[str, str], ...]:
    """Commands for later, each with what it does. Those that a run is given to know its cloud by themselves."""
    again = f" --sandbox {shlex.quote(scenario)}" if scenario else ""
    place = again or f" --project {shlex.quote(state.project)} --region {shlex.quote(state.region)}"
    rows: list[tuple[str, str]] = []
    if can_resume(state):
        rows.append((f"runvpc resume {state.run}{again}", "go on with it"))
    if can_undo(state):
        rows.append((f"runvpc undo {state.run}{again}", "take all of it back"))
    rows.append((f"runvpc status {shlex.quote(service)}{place}", "how the service is connected"))
    if state.phase is Phase.APPLY and state.status is RunStatus.DONE:
        rows.append((f"runvpc probe {shlex.quote(service)}{place}", "the live test once more"))
    return tuple(rows)
