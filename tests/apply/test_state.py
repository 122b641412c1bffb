"""The state as a fold over events, and what undo shows before it acts."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apply import plans
from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import begin, go, open_journal, setup_plan, start_world
from wizard.apply.events import (
    Event,
    Phase,
    RunEnded,
    RunStarted,
    RunStatus,
    StepDecided,
    StepEnded,
    StepNote,
    StepOperation,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.apply.record import Attempt
from wizard.apply.state import RunState, reduce, replay
from wizard.apply.stop import stop_on_signals
from wizard.apply.undo import left_behind, undo_plan
from wizard.plan.step import Change, Op
from wizard.ports import Operation

STARTED = RunStarted(run="r", at="t0", steps=(StepSummary(id="a", title="A", op="create", usual=5.0),))


def test_one_step_from_planned_to_done() -> None:
    events: list[Event] = [
        STARTED,
        StepStarted(id="a", at="t1"),
        StepDecided(id="a", change=Change(op=Op.CREATE, reason="free")),
        StepNote(id="a", text="waiting"),
        StepOperation(id="a", operation="op-1"),
        StepEnded(id="a", status=StepStatus.DONE, seconds=1.5, observed="READY"),
        RunEnded(status=RunStatus.DONE, at="t2"),
    ]
    seen = [reduce(RunState(), STARTED)]
    for event in events[1:]:
        seen.append(reduce(seen[-1], event))
    assert [state.step("a").status for state in seen[:2]] == [StepStatus.PLANNED, StepStatus.RUNNING]
    step = seen[-1].step("a")
    assert (step.operation, step.seconds, step.notes, step.usual) == ("op-1", 1.5, ("waiting",), 5.0)
    assert (step.reason, step.observed, seen[-1].status, seen[-1].ended) == ("free", "READY", RunStatus.DONE, "t2")


def test_going_on_forgets_a_failure_and_keeps_what_is_done() -> None:
    failed = StepEnded(id="a", status=StepStatus.FAILED, error="no quota", code="quota", fix="ask")
    state = replay([STARTED, StepStarted(id="a", at="t1"), failed, RunEnded(status=RunStatus.FAILED, at="t2"), STARTED])
    assert (state.status, state.ended, state.step("a").error) == (RunStatus.RUNNING, "", "no quota")
    again = reduce(state, StepStarted(id="a", at="t3"))
    assert (again.step("a").error, again.step("a").status, again.step("a").title) == ("", StepStatus.RUNNING, "A")


def test_a_step_that_was_cut_off_is_planned_again() -> None:
    state = replay([STARTED, StepStarted(id="a", at="t1"), STARTED])
    assert state.step("a").status is StepStatus.PLANNED


def test_the_phase_of_an_undo_is_seen() -> None:
    assert replay([STARTED, msgspec.structs.replace(STARTED, phase=Phase.UNDO)]).phase is Phase.UNDO


@given(st.text(), st.sampled_from(StepStatus), st.floats(0, 1e6))
def test_events_survive_json(text: str, status: StepStatus, seconds: float) -> None:
    for event in (STARTED, StepNote(id="a", text=text), StepEnded(id="a", status=status, seconds=seconds, error=text)):
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


@given(st.text(min_size=1).filter(lambda id_: id_ != "a"))
def test_an_event_about_an_unknown_step_changes_nothing(id_: str) -> None:
    state = replay([STARTED])
    assert reduce(state, StepEnded(id=id_, status=StepStatus.DONE)) == state
    with pytest.raises(KeyError):
        state.step(id_)


async def test_undo_is_a_plan_in_the_opposite_order(tmp_path: Path) -> None:
    cloud = FakeCloud(tmp_path / "cloud")
    start_world(cloud)
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    record = open_journal(tmp_path).load("last")
    plan = undo_plan(record)
    order = [planned.id for planned in plan.ordered()]
    assert set(order) == {
        "traffic-return/web",
        "service-restore/web",
        "probe-cleanup/j",
        "private-google-access/old",
        "firewall-delete/f",
        "connector-delete/c",
        "subnet-delete/s",
    }
    expected = ["traffic-return/web", "service-restore/web", "connector-delete/c", "subnet-delete/s"]
    assert [id_ for id_ in order if id_ in expected] == expected
    assert plan.step("private-google-access/old").change.fields[0].after == "off"
    assert msgspec.json.decode(msgspec.json.encode(plan), type=type(plan)) == plan
    assert [left.id for left in left_behind(record)] == [plans.api.id]


async def test_the_order_holds_across_what_is_left(tmp_path: Path) -> None:
    """The firewall rule between the two was there before: the connector still goes before the subnet."""
    cloud = FakeCloud(tmp_path / "cloud")
    cloud.put(plans.firewall.ref, plans.firewall.rule)
    first, then = plans.planned(plans.subnet, cloud), plans.planned(plans.firewall, cloud, plans.subnet)
    await go(begin(tmp_path, plans.plan_of(first, then, plans.planned(plans.connector, cloud, plans.firewall))), cloud)
    plan = undo_plan(open_journal(tmp_path).load("last"))
    assert plan.step("subnet-delete/s").depends_on == ("connector-delete/c",)


def test_what_was_there_before_is_never_our_creation() -> None:
    operation = Operation(name="op", ref=plans.subnet.ref)
    change = Change(op=Op.CREATE, reason="")
    made = Attempt(request_id="1", change=change, absent_before=True, at="t", operation=operation)
    assert made.ours
    assert not msgspec.structs.replace(made, absent_before=False).ours
    assert not msgspec.structs.replace(made, operation=None).ours


async def test_a_run_that_did_nothing_has_nothing_to_undo(tmp_path: Path) -> None:
    cloud = FakeCloud(tmp_path / "cloud")
    start_world(cloud)
    with begin(tmp_path, setup_plan(cloud)) as handle:
        assert undo_plan(handle.record()).steps == ()
        assert left_behind(handle.record()) == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signals_mean_stop(number: signal.Signals) -> None:
    stop, told = asyncio.Event(), asyncio.Queue[str]()
    with stop_on_signals(stop, told.put_nowait):
        os.kill(os.getpid(), number)
        assert (await asyncio.wait_for(told.get(), 5)).startswith("stopping")
        assert stop.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        assert (await asyncio.wait_for(told.get(), 5)).startswith("still finishing")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
