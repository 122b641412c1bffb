"""The order in which groups move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.worlds import fleet, found, job, plan, service
from wizard.fleet.answers import MigrateAnswers, RolloutAnswers, StageAnswers, WaveAnswers
from wizard.fleet.rollout import waves

NAMES = ("a", "b", "c", "d", "job:e", "job:f")


def _waves(*lists: str) -> tuple[WaveAnswers, ...]:
    return tuple(WaveAnswers(services=tuple(text.split())) for text in lists)


def test_the_canary_alone_then_waves_then_the_rest() -> None:
    answers = MigrateAnswers(rollout=RolloutAnswers(canary="c"), wave=_waves("job:f b", "c a"))
    assert [wave.groups for wave in waves(answers, NAMES)] == [
        ("c",),
        ("job:f", "b"),
        ("a",),
        ("d", "job:e"),
    ]


def test_what_does_not_move_is_in_no_wave() -> None:
    answers = MigrateAnswers(wave=_waves("a b", "c"))
    assert [wave.groups for wave in waves(answers, ("b", "d"))] == [("b",), ("d",)]
    assert waves(answers, ()) == ()


def test_nothing_begins_before_its_time() -> None:
    late, later = "2026-12-01T22:00:00Z", "2026-12-02T22:00:00Z"
    answers = MigrateAnswers(
        rollout=RolloutAnswers(not_before=late, canary="a"),
        wave=(WaveAnswers(services=("b",), not_before=later), WaveAnswers(services=("c",))),
    )
    assert [(w.groups, w.not_before) for w in waves(answers, ("a", "b", "c", "d"))] == [
        (("a",), late),
        (("b",), later),
        (("c",), ""),
        (("d",), ""),
    ]


@pytest.mark.parametrize(
    ("start", "own", "expected"),
    [
        ("2026-12-01T22:00:00Z", "2026-12-01T22:30:00+01:00", "2026-12-01T22:00:00Z"),
        ("2026-12-01T22:00:00Z", "2026-12-01T20:30:00-02:00", "2026-12-01T20:30:00-02:00"),
        ("", "2026-12-01T22:00:00Z", "2026-12-01T22:00:00Z"),
    ],
)
def test_the_later_of_two_times_counts(start: str, own: str, expected: str) -> None:
    first = WaveAnswers(services=("a",), not_before=own)
    (wave, _) = waves(MigrateAnswers(rollout=RolloutAnswers(not_before=start), wave=(first,)), ("a", "b"))
    assert wave.not_before == expected


@given(
    groups=st.lists(st.sampled_from(NAMES), unique=True),
    canary=st.sampled_from(("", *NAMES)),
    cut=st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)),
)
def test_every_group_is_in_exactly_one_wave(groups: list[str], canary: str, cut: list[int]) -> None:
    lists = [" ".join(name for name, wave in zip(NAMES, cut, strict=True) if wave == number) for number in (1, 2, 3)]
    answers = MigrateAnswers(rollout=RolloutAnswers(canary=canary), wave=_waves(*lists))
    made = waves(answers, tuple(groups))
    assert sorted(group for wave in made for group in wave.groups) == sorted(groups)
    assert all(wave.groups for wave in made)
    if canary in groups:
        assert made[0].groups == (canary,)


def test_what_the_answers_say_of_speed_and_failures() -> None:
    there = fleet(service("a"), job("b"))
    made = plan(
        there,
        rollout=RolloutAnswers(concurrency=7, on_failure="go_on"),
        stages=StageAnswers(timer=900.0),
    ).rollout
    assert (made.concurrency, made.stop_on_failure, made.timer) == (7, False, 900.0)
    assert plan(there).rollout.stop_on_failure


def test_a_canary_that_does_not_move_is_said() -> None:
    there = fleet(service("a"), service("b", env={}))
    made = plan(there, rollout=RolloutAnswers(canary="b"), blocked="skip")
    assert "the canary b does not move" in found(made, "canary_left_out").message
