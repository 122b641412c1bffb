"""What a run came to: what exists now because of it, what was left as it is, and the commands to type later."""

from __future__ import annotations

import shlex

from msgspec import Struct

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState

_MADE = frozenset({"create", "change", "replace"})


class Part(Struct, frozen=True, kw_only=True):
    """A resource, with the word for what happened to it and what is to be said of it."""

    id: str
    word: str
    note: str


def made(state: RunState) -> tuple[Part, ...]:
    """What this run created or changed and is there now."""
    return tuple(
        Part(id=step.id, word=step.op, note=step.observed)
        for step in state.steps
        if step.status is StepStatus.DONE and step.op in _MADE and not _passing(step)
    )


def reused(state: RunState) -> tuple[Part, ...]:
    """What was there already and is used; undo leaves it."""
    return tuple(
        Part(id=step.id, word="reuse", note=step.observed or step.reason)
        for step in state.steps
        if step.status is StepStatus.REUSED
    )


def left(state: RunState) -> tuple[Part, ...]:
    """What undo left, and why."""
    return tuple(
        Part(id=step.id, word="left", note=step.observed or step.error)
        for step in state.steps
        if step.status is StepStatus.LEFT
    )


def undone(state: RunState) -> tuple[Part, ...]:
    """What undo took back."""
    return tuple(
        Part(id=step.id, word="undone", note=step.observed) for step in state.steps if step.status is StepStatus.UNDONE
    )


def _passing(step: StepState) -> bool:
    """The job of a live test is gone again."""
    return step.id.startswith(("probe/", "probe-cleanup/"))


def can_undo(state: RunState) -> bool:
    """Whether there is something to take back."""
    return state.phase is Phase.APPLY and state.status is not RunStatus.RUNNING


def commands(state: RunState, service: str, scenario: str) -> tuple[tuple[str, str], ...]:
    """Commands for later, each with what it does."""
    again = f" --sandbox {shlex.quote(scenario)}" if scenario else ""
    place = "" if scenario else f" --project {shlex.quote(state.project)} --region {shlex.quote(state.region)}"
    rows = [
        (f"runvpc status {shlex.quote(service)}{again}{place}", "how the service is connected"),
        (f"runvpc probe {shlex.quote(service)}{again}{place}", "the live test once more"),
    ]
    if can_undo(state):
        rows.append((f"runvpc undo {state.run}{again}", "take all of it back"))
    if state.status in (RunStatus.WAITING, RunStatus.STOPPED, RunStatus.FAILED):
        rows.append((f"runvpc resume {state.run}{again}", "go on with it"))
    return tuple(rows)
