"""A run as it is watched: a row for each step with its time against what is usual, and how it stands as a whole."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState

LIVE = frozenset({StepStatus.RUNNING})
OVER = frozenset({StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED, StepStatus.UNDONE, StepStatus.LEFT})


class StepRow(Struct, frozen=True, kw_only=True):
    """`seconds` it has taken so far, None before it began; `usual` seconds, 0 when nobody knows."""

    id: str
    status: str
    op: str
    seconds: float | None
    usual: float
    operation: str
    note: str
    error: str
    fix: str


def step_rows(state: RunState, now: float) -> tuple[StepRow, ...]:
    """Every step at the time `now` (seconds since the epoch)."""
    return tuple(_row(step, now) for step in state.steps)


def _row(step: StepState, now: float) -> StepRow:
    seconds = step.seconds
    if step.status in LIVE and step.started:
        seconds = max(0.0, now - epoch(step.started))
    return StepRow(
        id=step.id,
        status=step.status.value,
        op=step.op,
        seconds=seconds,
        usual=step.usual,
        operation=step.operation,
        note=step.notes[-1] if step.notes else step.observed,
        error=step.error,
        fix=step.fix,
    )


def epoch(at: str) -> float:
    """Seconds since the epoch of RFC 3339 text."""
    return datetime.fromisoformat(at).timestamp()


def elapsed(state: RunState, now: float) -> float:
    """Seconds since the run began, or that it took."""
    if not state.started:
        return 0.0
    return max(0.0, (epoch(state.ended) if state.ended else now) - epoch(state.started))


def progress(state: RunState) -> tuple[int, int]:
    """Steps that are over, and all."""
    return sum(step.status in OVER for step in state.steps), len(state.steps)


def headline(state: RunState, *, stopping: bool, paused: bool) -> str:
    """What is going on, in a line."""
    doing = "taking back" if state.phase is Phase.UNDO else "applying"
    if state.status is RunStatus.RUNNING:
        if stopping:
            return f"{doing}: stopping after the call in flight"
        return f"{doing}: paused, the steps in flight go on" if paused else doing
    return {
        RunStatus.DONE: "done: every target connected" if _all_connected(state) else "done",
        RunStatus.UNDONE: "undone: everything that this run made is gone",
        RunStatus.FAILED: "failed: what was made so far is still there",
        RunStatus.STOPPED: "stopped in good order: what was made so far is still there",
        RunStatus.WAITING: "waiting for somebody else to let go",
    }[state.status]


def _all_connected(state: RunState) -> bool:
    return bool(state.probe) and all(result.connected for result in state.probe)


def what_next(state: RunState) -> str:
    """What the person can do now; empty while the run is under way."""
    match state.status:
        case RunStatus.RUNNING | RunStatus.UNDONE:
            return ""
        case RunStatus.DONE:
            return "Next shows what the live test met."
        case RunStatus.WAITING:
            return "Cloud Run gives a subnet back 1 to 2 hours after its last user is gone; resume then."
        case RunStatus.STOPPED | RunStatus.FAILED:
            return "Resume goes on where it ended, undo takes back what it made; nothing is made twice."


def log_lines(state: RunState) -> tuple[str, ...]:
    """Everything that was said, step by step."""
    said: list[str] = []
    for step in state.steps:
        if step.status is StepStatus.PLANNED:
            continue
        said.append(f"{step.id}: {step.op}, {step.reason}")
        if step.operation:
            said.append(f"{step.id}: operation {step.operation}")
        said += [f"{step.id}: {note}" for note in step.notes]
        if step.observed:
            said.append(f"{step.id}: {step.observed}")
        if step.error:
            said.append(f"{step.id}: {step.error}")
    return tuple(said)
