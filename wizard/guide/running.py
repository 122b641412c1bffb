"""A run as it is watched: a row for each step with its time against what is usual, and how it stands as a whole."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState
from wizard.wording import short_names

BASELINE = "runvpc-before-"
"""How the names of the jobs begin that test before any change."""

UNFINISHED = frozenset({RunStatus.STOPPED, RunStatus.FAILED, RunStatus.WAITING})
OVER = frozenset({StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED, StepStatus.UNDONE, StepStatus.LEFT})
_ALL_BACK = frozenset({RunStatus.UNDONE, RunStatus.WAITING})
MADE = frozenset({"create", "change", "replace"})
"""What a step does that leaves something of this run behind."""

_NOTHING_MADE = frozenset({StepStatus.PLANNED, StepStatus.SKIPPED, StepStatus.REUSED})


class StepRow(Struct, frozen=True, kw_only=True):
    """`seconds` it has taken so far, None before it began; `usual` seconds, 0 when nobody knows.

    `label` is short enough for a table, `title` a line. `over`: nothing remains to be done about it.
    """

    id: str
    label: str
    title: str
    status: str
    op: str
    reason: str = ""
    seconds: float | None = None
    usual: float = 0.0
    operation: str = ""
    notes: tuple[str, ...] = ()
    observed: str = ""
    error: str = ""
    fix: str = ""
    over: bool = False


def step_rows(state: RunState, now: float) -> tuple[StepRow, ...]:
    """The steps at the time `now` (seconds since the epoch); while a run is taken back, those that made something."""
    if state.phase is Phase.APPLY:
        return tuple(_row(step, now) for step in state.steps)
    return tuple(row for step in reversed(state.steps) if (row := _row_back(step, state, now)) is not None)


def _row(step: StepState, now: float) -> StepRow:
    seconds = step.seconds
    if step.status is StepStatus.RUNNING and step.started:
        seconds = max(0.0, now - epoch(step.started))
    return StepRow(
        id=step.id,
        label=label(step.id),
        title=step.title,
        status=step.status.value,
        op=step.op,
        reason=step.reason,
        seconds=None if step.status in (StepStatus.PLANNED, StepStatus.SKIPPED) else seconds,
        usual=step.usual,
        operation=step.operation,
        notes=step.notes,
        observed=step.observed,
        error=short_names(step.error),
        fix=step.fix,
        over=step.status in OVER and not (step.status is StepStatus.LEFT and step.error),
    )


def _row_back(step: StepState, state: RunState, now: float) -> StepRow | None:
    """The usual time is that of making, not of taking back, so it is left out. None: nothing to be taken back."""
    row = _row(step, now)
    if step.status is StepStatus.DONE or _failed_before(step, state):
        waits = state.status not in _ALL_BACK and not step.id.startswith("probe-cleanup/")
        made = step.status is StepStatus.DONE or bool(step.operation)
        return StepRow(id=row.id, label=row.label, title="", status="planned", op="") if waits and made else None
    if step.status in _NOTHING_MADE:
        return None
    return StepRow(
        id=row.id,
        label=row.label,
        title="",
        status=row.status,
        op=row.op,
        seconds=None if step.status is StepStatus.LEFT else row.seconds,
        operation=row.operation,
        notes=row.notes,
        observed=row.observed,
        error=row.error,
        fix=row.fix,
        over=row.over,
    )


def _failed_before(step: StepState, state: RunState) -> bool:
    """Whether it failed when the run was applied, and not when it was taken back."""
    if step.status is not StepStatus.FAILED:
        return False
    return state.status in _ALL_BACK or (bool(step.started) and step.started < state.since)


_INVERSES = ("-delete", "-restore", "-return")
"""How the kinds of steps end that take another one back."""


def label(id_: str) -> str:
    """`kind name` of a step's id; jobs of the live test have names that say nothing to people."""
    kind, _, name = id_.partition("/")
    if kind == "probe":
        return "live test before" if name.startswith(BASELINE) else "live test"
    if kind == "probe-cleanup":
        return "removal of test before" if name.startswith(BASELINE) else "removal of test"
    for inverse in _INVERSES:
        kind = kind.removesuffix(inverse)
    return f"{kind.replace('-', ' ')} {name}"


def epoch(at: str) -> float:
    """Seconds since the epoch of RFC 3339 text."""
    return datetime.fromisoformat(at).timestamp()


def elapsed(state: RunState, now: float) -> float:
    """Seconds since the run began, was resumed or is being taken back, or that this took."""
    if not state.since:
        return 0.0
    return max(0.0, (epoch(state.ended) if state.ended else now) - epoch(state.since))


def scale(rows: tuple[StepRow, ...]) -> float:
    """Seconds of the longest bar, so that the bars of all steps are on one scale; 0 when there is nothing to draw."""
    return max((max(row.usual, row.seconds or 0.0) for row in rows), default=0.0)


def progress(rows: tuple[StepRow, ...]) -> tuple[int, int]:
    """Steps that are over, and all."""
    return sum(row.over for row in rows), len(rows)


def of_interest(rows: tuple[StepRow, ...]) -> str:
    """The id of the step to look at: one that failed, else one under way, else one that was left; else empty."""
    for status in (StepStatus.FAILED, StepStatus.RUNNING, StepStatus.LEFT):
        for row in rows:
            if row.status == status.value:
                return row.id
    return ""


def headline(state: RunState, *, stopping: bool = False, paused: bool = False) -> str:
    """What is going on, or how it ended: what stands beside the word of the state."""
    back = state.phase is Phase.UNDO
    if state.status is RunStatus.RUNNING:
        doing = "taking back what it made" if back else "applying the plan"
        if stopping:
            return "stopping after the call in flight"
        return "paused; what is in flight goes on" if paused else doing
    there = "what is not taken back yet is still there" if back else "what was made so far is still there"
    return {
        RunStatus.DONE: "every target connected" if _all_connected(state) else "everything is as planned",
        RunStatus.UNDONE: _taken_back(state),
        RunStatus.FAILED: there,
        RunStatus.STOPPED: there,
        RunStatus.WAITING: "a part is still in use; the rest is gone",
    }[state.status]


def _all_connected(state: RunState) -> bool:
    return bool(state.probe) and all(result.connected for result in state.probe)


def _taken_back(state: RunState) -> str:
    if any(step.status is StepStatus.LEFT and step.op in MADE for step in state.steps):
        return "what can be taken back is gone"
    return "everything that this run made is gone"


def what_next(state: RunState) -> str:
    """What the person can do now; empty while the run is under way, and when nothing is left to be done."""
    match state.status:
        case RunStatus.RUNNING | RunStatus.UNDONE:
            return ""
        case RunStatus.DONE:
            return "Next shows what the live test met." if state.probes else ""
        case RunStatus.WAITING:
            return _when_free(state)
        case RunStatus.STOPPED | RunStatus.FAILED if state.phase is Phase.UNDO:
            return "Resume goes on taking it back; what is gone is not looked for again."
        case RunStatus.STOPPED | RunStatus.FAILED:
            return f"{_test_failed(state)}Resume goes on where it ended; undo takes back what it made."


def _when_free(state: RunState) -> str:
    """Google's page on Direct VPC egress says how long Cloud Run keeps the addresses of a subnet."""
    waiting = [step for step in state.steps if step.status is StepStatus.LEFT and step.error]
    if any(step.id.startswith("subnet/") for step in waiting):
        return "Cloud Run gives a subnet back 1 to 2 hours after its last user is gone; resume then."
    return "Resume tries again when it is free."


def _test_failed(state: RunState) -> str:
    """The live test is there so that a service is not moved onto a path that does not lead to its targets."""
    failed = any(step.code == "not_connected" for step in state.steps)
    moved = any(step.id.startswith("service/") and step.status is StepStatus.DONE for step in state.steps)
    return (
        "The service was not changed. Connectivity says what to do about each target. " if failed and not moved else ""
    )


def log_lines(state: RunState) -> tuple[str, ...]:
    """Everything that was said, by the time (UTC) at which each step began."""
    begun = [step for step in state.steps if step.status is not StepStatus.PLANNED]
    said: list[str] = []
    for step in sorted(begun, key=lambda step: step.started or "~"):
        said.append(f"{step.started[11:19] or '        '} {step.id}: {', '.join(filter(None, (step.op, step.reason)))}")
        rest = [f"operation {step.operation}" if step.operation else "", *step.notes, step.observed, step.error]
        said += [f"         {text}" for text in rest if text]
    return tuple(said)
