"""The plan of a migration as it is reviewed: what all share, then each service and job, and what is in the way."""

from __future__ import annotations

from msgspec import Struct

from wizard.guide.running import label
from wizard.plan.plan import Finding, Plan, Planned, Severity
from wizard.plan.steps.traffic_stage import StageTraffic

SHARED = "what all share"
_ORDER = (Severity.BLOCK, Severity.WARN, Severity.INFO)


class PlanPart(Struct, frozen=True, kw_only=True):
    """A service or job (`name` as in the plan), or what all share. `usual` in seconds; `steps`: op, name, reason."""

    name: str
    title: str
    does: str
    wave: str = ""
    room: str = ""
    usual: float = 0.0
    steps: tuple[tuple[str, str, str], ...] = ()


def plan_parts(plan: Plan) -> tuple[PlanPart, ...]:
    """What all share first, then the groups in the order of the waves."""
    by_group: dict[str, list[Planned]] = {}
    for planned in plan.steps:
        by_group.setdefault(planned.group, []).append(planned)
    waves = {group: number for number, wave in enumerate(plan.rollout.waves, 1) for group in wave.groups}
    many = len(plan.rollout.waves) > 1
    order = sorted((g for g in by_group if g), key=lambda g: waves.get(g, len(waves) + 1))
    parts = [_part(SHARED, SHARED, by_group[""])] if "" in by_group else []
    for group in order:
        weight = plan.rollout.weights.get(group, 0)
        wave = f"wave {waves[group]}" if many and group in waves else ""
        parts.append(
            _part(group, group, by_group[group], wave, f"{weight} address{'es' * (weight != 1)}" if weight else "")
        )
    return tuple(parts)


def _part(name: str, title: str, steps: list[Planned], wave: str = "", room: str = "") -> PlanPart:
    writes = [p for p in steps if p.change.op.writes]
    percents = [f"{p.step.percent}" for p in steps if isinstance(p.step, StageTraffic) and p.step.percent]
    does = f"{' → '.join(percents)} %" if percents else f"{len(writes)} of {len(steps)} steps write"
    return PlanPart(
        name=name,
        title=title,
        does=does,
        wave=wave,
        room=room,
        usual=sum(p.step.usual for p in writes),
        steps=tuple((p.change.op.value, label(p.id), p.change.reason) for p in steps),
    )


def ordered_findings(plan: Plan) -> tuple[Finding, ...]:
    """The blocking ones first."""
    return tuple(sorted(plan.findings, key=lambda found: _ORDER.index(found.severity)))


def in_the_way(plan: Plan | None, *, reading: str = "", running: bool = False, read_only: bool = False) -> str:
    """Why the plan cannot be applied; empty when it can."""
    if running:
        return "a run is under way"
    if reading or plan is None:
        return reading or "nothing is planned"
    if plan.blocked:
        return "something is in the way"
    if not any(planned.change.op.writes for planned in plan.steps):
        return "nothing is to be done"
    return "--read-only: nothing is written" if read_only else ""
