"""The stage board of a migration: one row for each service and job, with its stage and its traffic."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from wizard.apply.events import GroupStatus, Phase, StepStatus
from wizard.apply.state import GroupState, RunState, StepState
from wizard.guide.outcome import can_resume
from wizard.guide.running import StepRow, epoch, label, step_rows
from wizard.plan.plan import Plan
from wizard.records import ProbeResult
from wizard.wording import short_names

SHARED = ""
"""The name of the row of what all share."""

WORDS = {
    GroupStatus.WAITING: "waiting",
    GroupStatus.MOVING: "moving",
    GroupStatus.MOVED: "moved",
    GroupStatus.TAKING_BACK: "taking back",
    GroupStatus.TAKEN_BACK: "taken back",
    GroupStatus.STUCK: "stuck",
}
_ORDER = ("moved", "moving", "waiting", "taking back", "taken back", "stuck")

_WELL = frozenset({StepStatus.DONE, StepStatus.REUSED})
_MET = frozenset({StepStatus.DONE, StepStatus.REUSED, StepStatus.SKIPPED, StepStatus.UNDONE, StepStatus.LEFT})
_STAGE = "traffic-stage"
_NAMES = {
    "probe": "live test",
    "probe-cleanup": "live test",
    "traffic-pin": "pin",
    "service": "new revision",
    "traffic-shape": "shape",
    "job": "update",
}


class BoardRow(Struct, frozen=True, kw_only=True):
    """A service or job (`group` as in the plan; empty for what all share) as it stands.

    `percent` of its traffic is on the new revision, None where there is no traffic to be moved. `seconds` since it
    began, or that it took; None before. `doing` is what is under way, `why` and `fix` why it was taken back.
    """

    group: str
    word: str
    stage: str = ""
    percent: int | None = None
    seconds: float | None = None
    doing: str = ""
    why: str = ""
    fix: str = ""
    code: str = ""

    @property
    def name(self) -> str:
        return self.group or "what all share"

    @property
    def can_go_back(self) -> bool:
        """Whether asking for it back makes sense."""
        return bool(self.group) and self.word in ("waiting", "moving", "moved", "stuck")


def board(state: RunState, plan: Plan | None, now: float) -> tuple[BoardRow, ...]:
    """A row for what all share, when that writes anything, and one for each group, at `now` (seconds since the epoch).

    `plan` says from when a wave may begin.
    """
    waits = {g: w.not_before for w in plan.rollout.waves for g in w.groups if w.not_before} if plan is not None else {}
    shared = tuple(step for step in state.steps if not step.group)
    rows = [_shared(state, shared, now)] if shared else []
    by_group: dict[str, list[StepState]] = {}
    for step in state.steps:
        by_group.setdefault(step.group, []).append(step)
    rows += [_row(state, group, by_group.get(group.name, []), waits.get(group.name, ""), now) for group in state.groups]
    return tuple(rows)


def summary(rows: tuple[BoardRow, ...]) -> str:
    """`3 moved, 1 moving, 5 waiting`."""
    words = [row.word for row in rows if row.group]
    return ", ".join(f"{words.count(word)} {word}" for word in _ORDER if word in words)


def can_go_on(state: RunState) -> bool:
    """Whether resuming would do anything: what was taken back stays so."""
    over = all(group.status in (GroupStatus.MOVED, GroupStatus.TAKEN_BACK) for group in state.groups)
    open_ = any(not step.group and step.status not in _MET for step in state.steps)
    return can_resume(state) and (state.phase is Phase.UNDO or not state.groups or not over or open_)


def rows_of(state: RunState, group: str, now: float) -> tuple[StepRow, ...]:
    """The steps of one group, as the page of a run shows them."""
    return step_rows(replace(state, steps=tuple(step for step in state.steps if step.group == group)), now)


def probe_of(state: RunState, group: str) -> tuple[ProbeResult, ...]:
    """What the live test of a group met last."""
    mine = {step.id for step in state.steps if step.group == group}
    found = [results for id_, results in state.probes if id_ in mine]
    return found[-1] if found else ()


def of_interest(rows: tuple[BoardRow, ...]) -> str:
    """The group to look at while nobody has chosen one: what goes back or is stuck, else what moves."""
    for words in (("taking back", "stuck"), ("moving",), ("running",), ("taken back",)):
        for row in rows:
            if row.word in words:
                return row.group
    return rows[0].group if rows else ""


def _shared(state: RunState, steps: tuple[StepState, ...], now: float) -> BoardRow:
    over = sum(step.status in _MET for step in steps)
    bad = next((step for step in steps if step.status is StepStatus.FAILED), None)
    busy = next((step for step in steps if step.status is StepStatus.RUNNING), None)
    begun = [epoch(step.started) for step in steps if step.started]
    word = "failed" if bad else "running" if busy else "done" if over == len(steps) else "planned"
    if word == "done" and state.phase is Phase.UNDO:
        word = "undone"
    ends = [epoch(step.started) + (step.seconds or 0.0) for step in steps if step.started]
    until = now if busy is not None else max(ends, default=now)
    return BoardRow(
        group=SHARED,
        word=word,
        stage=f"{over} of {len(steps)} steps",
        seconds=max(0.0, until - min(begun)) if begun else None,
        doing=label(busy.id) if busy is not None else "",
        why=short_names(bad.error) if bad is not None else "",
        fix=bad.fix if bad is not None else "",
    )


def _row(state: RunState, group: GroupState, steps: list[StepState], not_before: str, now: float) -> BoardRow:
    word = WORDS[group.status]
    if state.phase is Phase.UNDO and group.status is not GroupStatus.TAKEN_BACK:
        word = "taking back" if group.started else word
    current = _current(steps)
    waits = f"not before {not_before[:16].replace('T', ' ')}" if word == "waiting" and not_before else ""
    return BoardRow(
        group=group.name,
        word=word,
        stage=_stage(word, steps, current),
        percent=_percent(group, steps),
        seconds=_seconds(state, group, now),
        doing=waits or _doing(current),
        why=short_names(group.error),
        fix=group.fix,
        code=group.code,
    )


def _seconds(state: RunState, group: GroupState, now: float) -> float | None:
    if not group.started:
        return None
    over = group.ended or state.ended
    return max(0.0, (epoch(over) if over else now) - epoch(group.started))


def _current(steps: list[StepState]) -> StepState | None:
    """The step that is under way."""
    return next((step for step in steps if step.status is StepStatus.RUNNING), None)


def _doing(step: StepState | None) -> str:
    return "" if step is None else step.notes[-1] if step.notes else step.title or label(step.id)


def _stage(word: str, steps: list[StepState], current: StepState | None) -> str:
    """How far it is, or had come, in a word or two."""
    if word in ("waiting", "moved", "taken back"):
        return ""
    reached = current or next((s for s in reversed(steps) if s.status in _WELL), None)
    return stage_name(reached) if reached is not None else ""


def stage_name(step: StepState) -> str:
    """`live test`, `new revision`, `10 %`, `soak`, `shape`."""
    kind = step.id.partition("/")[0]
    if kind != _STAGE:
        return _NAMES.get(kind, kind.replace("-", " "))
    percent = _share(step)
    soaks = percent == 100 and step.status is StepStatus.RUNNING and bool(step.operation)
    return "soak" if soaks else f"{percent} %"


def _share(step: StepState) -> int:
    """Percent of the stage that a step is; 0 when its id does not say."""
    text = step.id.rpartition("-")[2]
    return int(text) if text.isascii() and text.isdigit() else 0


def _percent(group: GroupState, steps: list[StepState]) -> int | None:
    """What is on the new revision now. What is taken back goes back all at once, with the last stage first."""
    stages = [step for step in steps if step.id.startswith(f"{_STAGE}/")]
    if not stages:
        return None
    back = group.status in (GroupStatus.TAKING_BACK, GroupStatus.TAKEN_BACK)
    if back and any(s.status is StepStatus.UNDONE for s in stages):
        return 0
    reached = [s for s in stages if s.status in _WELL or (s.operation and s.status is not StepStatus.UNDONE)]
    return 0 if group.status is GroupStatus.TAKEN_BACK else max((_share(step) for step in reached), default=0)
