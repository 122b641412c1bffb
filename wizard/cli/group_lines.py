"""A migration as lines: its plan by service and job, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.apply.events import GroupStatus
from wizard.apply.state import GroupState, RunState
from wizard.cli.table import paragraph, table
from wizard.plan.plan import Plan, Planned
from wizard.plan.step import Op
from wizard.plan.steps._service_words import vpc_words
from wizard.plan.steps.job import PatchJob
from wizard.plan.steps.probe import RunProbe
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.traffic_stage import StageTraffic
from wizard.wording import duration

STATUS_WORDS = {
    GroupStatus.WAITING: "not begun",
    GroupStatus.MOVING: "moving",
    GroupStatus.MOVED: "moved",
    GroupStatus.TAKING_BACK: "being taken back",
    GroupStatus.TAKEN_BACK: "taken back",
    GroupStatus.STUCK: "stuck on its way back",
}


def group_plan_lines(plan: Plan) -> list[str]:
    """One row for each service and job, what all of them get, and the order."""
    if not plan.groups:
        return []
    rows = [(name, _egress(steps), _proof(steps), _stages(steps)) for name, steps in _by_group(plan)]
    lines = ["", f"Each in its own stages ({len(rows)})"]
    lines += table(rows, head=("MOVES", "TO", "LIVE TEST", "TRAFFIC IN STEPS"))
    return [*lines, "", *_order(plan)]


def _by_group(plan: Plan) -> Iterator[tuple[str, tuple[Planned, ...]]]:
    steps: dict[str, list[Planned]] = {}
    for planned in plan.steps:
        if planned.group:
            steps.setdefault(planned.group, []).append(planned)
    return ((name, tuple(found)) for name, found in steps.items())


def _egress(steps: tuple[Planned, ...]) -> str:
    vpc = next((p.step.vpc for p in steps if isinstance(p.step, PatchService | PatchJob)), None)
    return vpc_words(vpc) if vpc is not None else "-"


def _proof(steps: tuple[Planned, ...]) -> str:
    count = next((len(p.step.targets) for p in steps if isinstance(p.step, RunProbe)), 0)
    return f"{count} target{'s' * (count != 1)}" if count else "none"


def _stages(steps: tuple[Planned, ...]) -> str:
    percents = [str(p.step.percent) for p in steps if isinstance(p.step, StageTraffic) and p.change.op is not Op.SKIP]
    return " ".join([*percents, "%"]) if percents else "from its next execution"


def _order(plan: Plan) -> list[str]:
    rollout = plan.rollout
    lines: list[str] = []
    if len(rollout.waves) > 1 or any(wave.not_before for wave in rollout.waves):
        for number, wave in enumerate(rollout.waves, 1):
            when = f" (not before {wave.not_before})" if wave.not_before else ""
            lines += paragraph(f"{', '.join(wave.groups)}{when}", mark=f"wave {number}: ")
    stop = "after a failure no further one begins" if rollout.stop_on_failure else "after a failure the others go on"
    timer = f"; what is not through after {duration(rollout.timer)} is taken back" if rollout.timer else ""
    return [*lines, *paragraph(f"at most {rollout.concurrency} at once; {stop}{timer}")]


def group_end_lines(state: RunState, again: str) -> list[str]:
    """What became of each service and job, unless all of them have moved."""
    if not state.groups:
        return []
    counts = {word: sum(group.status is status for group in state.groups) for status, word in STATUS_WORDS.items()}
    lines = ["", ", ".join(f"{count} {word}" for word, count in counts.items() if count)]
    bad = [group for group in state.groups if group.status is not GroupStatus.MOVED]
    lines += table((group.name, STATUS_WORDS.get(group.status, group.status.value), _why(group)) for group in bad)
    moved = [group.name for group in state.groups if group.status is GroupStatus.MOVED]
    if moved:
        lines += ["", f"Take one back with: runvpc undo {state.run} --group {moved[0]}{again}"]
    return lines


def _why(group: GroupState) -> str:
    return f"{group.step}: {group.error}" if group.step else group.error
