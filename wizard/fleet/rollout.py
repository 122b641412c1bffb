"""In which order the groups move: the canary alone, then the waves of the answers, then all others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.checks.addresses import Budget
from wizard.fleet.draft import MigrationDraft
from wizard.plan.plan import Rollout, Wave


def plan_rollout(draft: MigrationDraft, groups: tuple[str, ...], budget: Budget) -> Rollout:
    """The rollout of these groups. Raises InputError when a service is in two waves."""
    answers = draft.answers
    canary = answers.rollout.canary
    if canary and groups and canary not in groups:
        draft.warn("canary_left_out", f"the canary {canary} does not move: the first wave begins without a trial")
    return Rollout(
        waves=waves(answers, groups),
        concurrency=answers.rollout.concurrency,
        weights={group: budget.weights[group] for group in groups if group in budget.weights},
        room=budget.room,
        stop_on_failure=answers.rollout.on_failure == "stop",
        timer=answers.stages.timer,
    )


def waves(answers: MigrateAnswers, groups: tuple[str, ...]) -> tuple[Wave, ...]:
    """The waves that have anything in them. The time before which nothing begins counts for the first one."""
    check_waves(answers)
    left = dict.fromkeys(groups)
    found = [Wave(groups=_take(left, (answers.rollout.canary,)))]
    found += [Wave(groups=_take(left, wave.services), not_before=wave.not_before) for wave in answers.wave]
    found.append(Wave(groups=tuple(left)))
    full = [wave for wave in found if wave.groups]
    start = answers.rollout.not_before
    if full:
        full[0] = Wave(groups=full[0].groups, not_before=_later(start, full[0].not_before))
    return tuple(full)


def _later(one: str, other: str) -> str:
    """The later one of two times; empty is any time."""
    return max(filter(None, (one, other)), key=datetime.fromisoformat, default="")


def check_waves(answers: MigrateAnswers) -> None:
    """Nothing moves twice. Raises InputError."""
    seen: set[str] = set()
    for wave in answers.wave:
        for name in wave.services:
            if name in seen:
                rule = "is in two waves, or twice in one"
                raise InputError(f"{name} {rule}", field="wave.services", fix="leave it in the wave in which it moves")
            seen.add(name)


def _take(left: dict[str, None], names: Collection[str]) -> tuple[str, ...]:
    taken = tuple(name for name in names if name in left)
    for name in taken:
        del left[name]
    return taken
