"""What the journal knows of a run: its plan, and for each step every attempt to write and how it ended.

A step may be attempted more than once (a failure, then `resume`). Each attempt is kept, because undo takes back what
the *first* write of ours changed.
"""

from __future__ import annotations

from msgspec import Struct

from wizard.apply import stored
from wizard.apply.events import Phase, RunStatus, StepEnded
from wizard.plan.plan import Plan
from wizard.plan.step import Change, Op
from wizard.ports import Operation
from wizard.records import AnyResource


class Attempt(Struct, frozen=True, kw_only=True):
    """One intent to write. `operation` is set once the cloud accepted it, `settled` once its outcome is known.

    `absent_before`: the resource was not there when read just before; `kept` is the resource as it was then
    (`stored.encode`); `at` is the time of the intent, RFC 3339.
    """

    request_id: str
    change: Change
    absent_before: bool
    at: str
    kept: str = ""
    operation: Operation | None = None
    settled: bool = False

    @property
    def before(self) -> AnyResource | None:
        return stored.decode(self.kept)

    @property
    def ours(self) -> bool:
        """Whether what is there now is this write's work: accepted, and for a creation nothing was there before."""
        if self.operation is None:
            return False
        return self.absent_before or self.change.op is not Op.CREATE


class StepRecord(Struct, frozen=True, kw_only=True):
    """All that is recorded of one step in one phase."""

    attempts: tuple[Attempt, ...] = ()
    ended: StepEnded | None = None

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def owned(self) -> Attempt | None:
        """The first attempt that changed the cloud: the one to take back."""
        return next((attempt for attempt in self.attempts if attempt.ours), None)

    @property
    def unsettled(self) -> Attempt | None:
        """The last attempt when nobody knows yet what became of it."""
        return self.last if self.last is not None and not self.last.settled else None

    @property
    def final(self) -> bool:
        """Whether the step ended well, so that there is nothing left to do for it."""
        return self.ended is not None and self.ended.well and self.unsettled is None


NOTHING = StepRecord()


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run as the journal has it. `steps` by phase and step id; a step that was never begun is not in it."""

    id: str
    environment: str
    created: str
    phase: Phase
    status: RunStatus
    plan: Plan
    steps: dict[Phase, dict[str, StepRecord]]

    def step(self, phase: Phase, id_: str) -> StepRecord:
        return self.steps.get(phase, {}).get(id_, NOTHING)


class RunRow(Struct, frozen=True, kw_only=True):
    """A run in a list. `alive`: a process is working on it now; a run that is `running` and not alive was cut off."""

    id: str
    created: str
    flow: str
    project: str
    region: str
    environment: str
    phase: Phase
    status: RunStatus
    alive: bool

    @property
    def shown(self) -> RunStatus:
        """The status as people should see it: a run that was cut off is stopped."""
        cut_off = self.status is RunStatus.RUNNING and not self.alive
        return RunStatus.STOPPED if cut_off else self.status
