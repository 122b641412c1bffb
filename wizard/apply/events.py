"""What happens during a run, as frozen values: the journal keeps them, presenters draw from them.

Times are RFC 3339 text in UTC, durations seconds. A step is named by its id in the run's plan; while a run is undone,
the events still carry those ids.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from wizard.plan.step import Change
from wizard.records import ProbeResult


class StepStatus(StrEnum):
    """Where a step stands (a contract: these words appear in the JSON output)."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    REUSED = "reused"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDONE = "undone"
    LEFT = "left"


class RunStatus(StrEnum):
    """Where a run stands (a contract). `waiting`: something is still held by somebody else; `resume` tries again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDONE = "undone"
    WAITING = "waiting"


class Phase(StrEnum):
    """Whether a run applies its plan or takes it back."""

    APPLY = "apply"
    UNDO = "undo"


class StepSummary(Struct, frozen=True, kw_only=True):
    """A step as a presenter needs it before it starts; `usual` in seconds."""

    id: str
    title: str
    op: str
    reason: str = ""
    usual: float = 0.0
    depends_on: tuple[str, ...] = ()
    group: str = ""


class GroupStatus(StrEnum):
    """Where a group of steps stands. `stuck`: it could not be taken back altogether; `resume` tries again."""

    WAITING = "waiting"
    MOVING = "moving"
    MOVED = "moved"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"
    STUCK = "stuck"


class RunStarted(Struct, frozen=True, kw_only=True, tag="run-started"):
    """A run begins, is resumed, or begins to be undone."""

    run: str
    at: str
    phase: Phase = Phase.APPLY
    flow: str = ""
    project: str = ""
    region: str = ""
    environment: str = ""
    steps: tuple[StepSummary, ...] = ()


class StepStarted(Struct, frozen=True, kw_only=True, tag="step-started"):
    id: str
    at: str


class StepDecided(Struct, frozen=True, kw_only=True, tag="step-decided"):
    """What the step does about the resource as it was just read."""

    id: str
    change: Change


class StepOperation(Struct, frozen=True, kw_only=True, tag="step-operation"):
    """The cloud accepted the call; `operation` is the name to follow, empty when the call was immediate."""

    id: str
    operation: str


class StepNote(Struct, frozen=True, kw_only=True, tag="step-note"):
    """A line for people about a step that is under way."""

    id: str
    text: str


class StepEnded(Struct, frozen=True, kw_only=True, tag="step-ended"):
    """How a step ended. `error` empty means that steps depending on it may start."""

    id: str
    status: StepStatus
    seconds: float = 0.0
    operation: str = ""
    error: str = ""
    code: str = ""
    fix: str = ""
    observed: str = ""

    @property
    def well(self) -> bool:
        return not self.error


class ProbeReported(Struct, frozen=True, kw_only=True, tag="probe-reported"):
    """What the live test `id` met."""

    id: str
    results: tuple[ProbeResult, ...]


class GroupStarted(Struct, frozen=True, kw_only=True, tag="group-started"):
    """A group may begin: its wave is open, and there is room for it."""

    group: str
    at: str


class GroupRecalled(Struct, frozen=True, kw_only=True, tag="group-recalled"):
    """A group is taken back from here on, because `step` failed, its time ran out (`timer`) or somebody asked
    (`recalled`): the word is in `code`."""

    group: str
    at: str
    step: str = ""
    error: str = ""
    code: str = ""
    fix: str = ""


class GroupEnded(Struct, frozen=True, kw_only=True, tag="group-ended"):
    """All steps of a group have ended: `moved`, `taken_back` or `stuck`."""

    group: str
    at: str
    status: GroupStatus


class RunEnded(Struct, frozen=True, kw_only=True, tag="run-ended"):
    status: RunStatus
    at: str


AboutGroup = GroupStarted | GroupRecalled | GroupEnded
AboutStep = StepStarted | StepDecided | StepOperation | StepNote | StepEnded
Event = RunStarted | AboutStep | ProbeReported | AboutGroup | RunEnded


def timestamp() -> str:
    """Now, as RFC 3339 in UTC with microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
