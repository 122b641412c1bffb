"""A run as it is watched: rows, times and words, from the state alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.state import RunState, StepState
from wizard.guide.running import (
    elapsed,
    headline,
    label,
    log_lines,
    of_interest,
    progress,
    scale,
    step_rows,
    what_next,
)
from wizard.records import ProbeResult

AT = "2026-08-20T09:12:44.000000Z"
LATER = "2026-08-20T10:12:44.000000Z"
BEGAN = 1787217164.0
S = StepStatus


def step(id_: str, status: S = S.DONE, **more: object) -> StepState:
    base = StepState(id=id_, op="create", status=status, started="" if status is S.PLANNED else AT, usual=30.0)
    return replace(base, **more)


def run(*steps: StepState, status: RunStatus = RunStatus.RUNNING, phase: Phase = Phase.APPLY) -> RunState:
    return RunState(run="r-1", status=status, phase=phase, started=AT, since=AT, steps=steps)


def back(*steps: StepState, status: RunStatus = RunStatus.RUNNING) -> RunState:
    """A run that was applied at `AT` and is taken back an hour later."""
    return replace(run(*steps, status=status, phase=Phase.UNDO), since=LATER)


def test_time_runs_only_for_what_is_under_way() -> None:
    state = run(step("subnet/a", seconds=12.0), step("connector/b", S.RUNNING), step("probe/c", S.PLANNED))
    rows = step_rows(state, BEGAN + 72)
    assert [row.seconds for row in rows] == [12.0, 72.0, None]
    assert [row.over for row in rows] == [True, False, False]
    assert (progress(rows), scale(rows), elapsed(state, BEGAN + 72)) == ((1, 3), 72.0, 72.0)


def test_a_clock_that_is_behind_shows_no_negative_time() -> None:
    state = run(step("connector/b", S.RUNNING))
    assert step_rows(state, BEGAN - 5)[0].seconds == 0.0
    assert elapsed(state, BEGAN - 5) == 0.0


def test_a_run_that_ended_takes_no_more_time() -> None:
    ended = replace(run(step("subnet/a"), status=RunStatus.DONE), ended="2026-08-20T09:15:44.000000Z")
    assert elapsed(ended, BEGAN + 99999) == 180.0
    assert elapsed(RunState(), BEGAN) == 0.0


def test_without_steps_there_is_no_scale() -> None:
    assert (step_rows(RunState(), BEGAN), scale(()), progress(()), of_interest(())) == ((), 0.0, (0, 0), "")


@pytest.mark.parametrize(
    ("id_", "shown"),
    [
        ("subnet/my-subnet", "subnet my-subnet"),
        ("probe/runvpc-before-t0k3n", "live test before"),
        ("probe/runvpc-probe-t0k3n", "live test"),
        ("probe-cleanup/runvpc-probe-t0k3n", "removal of test"),
        ("odd", "odd "),
    ],
)
def test_labels(id_: str, shown: str) -> None:
    assert label(id_) == shown


def test_what_failed_is_looked_at_first_then_what_is_under_way_then_what_is_left() -> None:
    steps = [step("a/1", S.LEFT), step("b/2", S.RUNNING), step("c/3", S.FAILED)]
    for wanted in ("c/3", "b/2", "a/1"):
        assert of_interest(step_rows(run(*steps), BEGAN)) == wanted
        steps.pop()


def test_while_it_is_taken_back_what_was_made_waits_its_turn_the_last_one_first() -> None:
    state = back(
        step("api/a", S.LEFT, op="reuse", observed="not created by this run: enabled"),
        step("subnet/b"),
        step("connector/c", S.FAILED, operation="operation-7", error="quota"),
        step("firewall/d", S.FAILED, error="denied"),
        step("probe-cleanup/e"),
        step("service/f", S.SKIPPED),
        step("traffic/g", S.UNDONE, op="change", seconds=3.0, started=LATER),
    )
    rows = step_rows(state, BEGAN)
    assert [(row.id, row.status) for row in rows] == [
        ("traffic/g", "undone"),
        ("connector/c", "planned"),
        ("subnet/b", "planned"),
        ("api/a", "left"),
    ]
    assert progress(rows) == (2, 4)
    assert {row.usual for row in rows} == {0.0}, "what is usual is known of making only"


def test_a_failure_to_take_back_is_shown() -> None:
    state = back(step("subnet/b", S.FAILED, started=LATER, error="denied"), status=RunStatus.FAILED)
    (row,) = step_rows(state, BEGAN)
    assert (row.status, row.error) == ("failed", "denied")


def test_when_all_is_taken_back_nothing_waits() -> None:
    state = back(step("probe-cleanup/e"), step("connector/c", S.FAILED, error="x"), status=RunStatus.UNDONE)
    assert step_rows(state, BEGAN) == ()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (run(), "applying the plan"),
        (back(), "taking back what it made"),
        (run(status=RunStatus.DONE), "everything is as planned"),
        (run(status=RunStatus.STOPPED), "what was made so far is still there"),
        (back(status=RunStatus.STOPPED), "what is not taken back yet is still there"),
        (back(status=RunStatus.FAILED), "what is not taken back yet is still there"),
        (back(step("subnet/a", S.UNDONE), status=RunStatus.UNDONE), "everything that this run made is gone"),
        (
            back(step("api/a", S.LEFT, observed="cannot be taken back"), status=RunStatus.UNDONE),
            "what can be taken back is gone",
        ),
        (back(step("api/a", S.LEFT, op="reuse"), status=RunStatus.UNDONE), "everything that this run made is gone"),
    ],
)
def test_headlines(state: RunState, said: str) -> None:
    assert headline(state) == said


def test_a_pause_and_a_stop_are_said() -> None:
    assert headline(run(), paused=True) == "paused; what is in flight goes on"
    assert headline(run(), stopping=True, paused=True) == "stopping after the call in flight"


def test_every_target_connected_is_only_said_when_it_is_true() -> None:
    good, bad = ProbeResult(target="a:1", verdict="connected"), ProbeResult(target="b:1", verdict="timeout")
    for results, said in (((good,), "every target connected"), ((good, bad), "everything is as planned")):
        assert headline(replace(run(status=RunStatus.DONE), probes=(("probe/x", results),))) == said


def test_what_next() -> None:
    failed_test = step("probe/x", S.FAILED, code="not_connected")
    untouched = run(failed_test, step("service/w", S.SKIPPED), status=RunStatus.FAILED)
    assert what_next(untouched).startswith("The service was not changed. Connectivity says")
    moved = run(failed_test, step("service/w"), status=RunStatus.FAILED)
    assert "not changed" not in what_next(moved)
    assert "undo takes back" in what_next(run(status=RunStatus.STOPPED))
    assert "undo" not in what_next(back(status=RunStatus.STOPPED))
    assert what_next(run()) == what_next(back(status=RunStatus.UNDONE)) == ""
    held = step("subnet/a", S.LEFT, error="in use by serverless-ipv4-1")
    assert "1 to 2 hours" in what_next(back(held, status=RunStatus.WAITING))
    other = step("router/a", S.LEFT, error="in use")
    assert "1 to 2 hours" not in what_next(back(other, status=RunStatus.WAITING))


def test_the_log_is_in_the_order_of_time_and_leaves_nothing_out() -> None:
    state = run(
        step("connector/b", S.RUNNING, started=LATER, reason="none", operation="op-2", notes=("first", "second")),
        step("subnet/a", observed="10.8.0.0/28"),
        step("probe/c", S.SKIPPED, started="", error="not started"),
        step("service/d", S.PLANNED),
    )
    assert log_lines(state) == (
        "09:12:44 subnet/a: create",
        "         10.8.0.0/28",
        "10:12:44 connector/b: create, none",
        "         operation op-2",
        "         first",
        "         second",
        "         probe/c: create",
        "         not started",
    )


@given(
    st.lists(st.tuples(st.sampled_from(S), st.sampled_from(["create", "reuse", "delete", "?"]))),
    st.sampled_from(RunStatus),
    st.sampled_from(Phase),
)
def test_no_state_is_without_words(steps: list[tuple[S, str]], status: RunStatus, phase: Phase) -> None:
    made = tuple(step(f"subnet/{n}", s, op=op) for n, (s, op) in enumerate(steps))
    state = run(*made, status=status, phase=phase)
    rows = step_rows(state, BEGAN)
    done, count = progress(rows)
    assert headline(state)
    assert 0 <= done <= count == len(rows) <= len(steps)
    assert of_interest(rows) in {"", *(row.id for row in rows)}
    assert all(row.seconds is None or row.seconds >= 0 for row in rows)
