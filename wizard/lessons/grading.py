"""Grading: each criterion of a lesson on the state and the packets of its sandbox, with the hint that is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from wizard.lessons.criteria_state import Base
from wizard.lessons.ports import Packets, State


class Graded(Struct, frozen=True, kw_only=True):
    """One criterion. `found` is what was seen, `hint` what to look at; both are empty when it is met."""

    text: str
    met: bool
    found: str = ""
    hint: str = ""


def grade(
    criteria: Sequence[Base], state: State, packets: Packets, missed: Mapping[str, int] | None = None
) -> tuple[Graded, ...]:
    """Judge every criterion. `missed` says by position how often it was missing before: hints grow stronger by it."""
    before = missed or {}
    return tuple(_graded(one, state, packets, before.get(str(number), 0)) for number, one in enumerate(criteria))


def _graded(criterion: Base, state: State, packets: Packets, times: int) -> Graded:
    judged = criterion.judge(state, packets)
    if judged.met:
        return Graded(text=criterion.text, met=True)
    hint = criterion.hints[min(times, len(criterion.hints) - 1)]
    return Graded(text=criterion.text, met=False, found=judged.found, hint=hint)


def missing(grades: Sequence[Graded]) -> tuple[int, ...]:
    """The positions of the criteria that are not met."""
    return tuple(number for number, graded in enumerate(grades) if not graded.met)
