"""A pause: no further step starts, those in flight go on, and a stop ends it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import (
    PACE,
    Flow,
    attach,
    begin,
    clean,
    connector,
    firewall,
    go,
    plan_of,
    planned,
    probe,
    setup_plan,
    statuses,
    subnet,
)
from wizard.apply.events import Event, RunStatus, StepEnded, StepStarted, StepStatus
from wizard.apply.handle import RunHandle
from wizard.apply.resume import resume
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.undo import undo
from wizard.apply.work import Hold

S = StepStatus


class Going:
    """A flow under way, with everything it told so far. `puts_on` is the step whose end puts the pause on."""

    def __init__(self, handle: RunHandle, cloud: FakeCloud, flow: Flow = run, *, puts_on: str = "") -> None:
        self.hold, self.stop = Hold(), asyncio.Event()
        self.ended: list[str] = []
        self.started: list[str] = []
        self._puts_on = puts_on
        self.task = asyncio.ensure_future(self._go(handle, cloud, flow))

    async def _go(self, handle: RunHandle, cloud: FakeCloud, flow: Flow) -> RunState:
        with handle:
            return await flow(handle, cloud, self._emit, self.stop, pace=PACE, hold=self.hold)

    def _emit(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self.started.append(event.id)
        elif isinstance(event, StepEnded):
            self.ended.append(event.id)
            if event.id == self._puts_on:
                self.hold.put_on()

    async def until_ended(self, id_: str) -> None:
        while id_ not in self.ended:
            assert not self.task.done()
            await asyncio.sleep(0.005)


def two_steps(cloud: FakeCloud) -> tuple[str, str]:
    cloud.faults.seconds = {("create", "subnet"): 0.05}
    return subnet.id, connector.id


async def test_a_run_that_begins_paused_sends_nothing_until_it_may(tmp_path: Path, cloud: FakeCloud) -> None:
    going = Going(begin(tmp_path, setup_plan(cloud)), cloud)
    going.hold.put_on()
    await asyncio.sleep(0.05)
    assert (going.started, cloud.world.sent) == ([], [])
    assert not going.task.done()
    going.hold.take_off()
    assert (await going.task).status is RunStatus.DONE


async def test_the_step_in_flight_goes_on_and_the_next_one_waits(tmp_path: Path, cloud: FakeCloud) -> None:
    first, second = two_steps(cloud)
    going = Going(begin(tmp_path, plan_of(planned(subnet, cloud), planned(connector, cloud, subnet))), cloud)
    await asyncio.sleep(0.02)
    assert going.started == [first]
    going.hold.put_on()
    await going.until_ended(first)
    await asyncio.sleep(0.05)
    assert (going.started, going.hold.on) == ([first], True)
    going.hold.take_off()
    state = await going.task
    assert statuses(state) == {first: S.DONE, second: S.DONE}


async def test_a_stop_ends_a_pause(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_of(planned(subnet, cloud), planned(connector, cloud, subnet))
    going = Going(begin(tmp_path, plan), cloud, puts_on=subnet.id)
    await going.until_ended(subnet.id)
    going.stop.set()
    state = await going.task
    assert state.status is RunStatus.STOPPED
    assert statuses(state) == {subnet.id: S.DONE, connector.id: S.PLANNED}
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE


async def test_a_pause_leaves_no_live_test_behind(tmp_path: Path, cloud: FakeCloud) -> None:
    """The removal of its job belongs to the test: it does not wait."""
    going = Going(begin(tmp_path, setup_plan(cloud)), cloud, puts_on=probe.id)
    await going.until_ended(clean.id)
    assert probe.ref not in cloud.world.resources
    assert going.hold.on
    going.hold.take_off()
    assert (await going.task).status is RunStatus.DONE


async def test_taking_back_can_be_paused(tmp_path: Path, cloud: FakeCloud) -> None:
    await go(begin(tmp_path, plan_of(planned(subnet, cloud), planned(connector, cloud, subnet))), cloud)
    going = Going(attach(tmp_path), cloud, undo, puts_on=connector.id)
    await going.until_ended(connector.id)
    await asyncio.sleep(0.03)
    assert subnet.ref in cloud.world.resources
    going.hold.take_off()
    assert (await going.task).status is RunStatus.UNDONE
    assert subnet.ref not in cloud.world.resources


@pytest.mark.parametrize("times", [1, 3])
async def test_pausing_and_going_on_often_is_the_same_as_once(tmp_path: Path, cloud: FakeCloud, times: int) -> None:
    going = Going(begin(tmp_path, plan_of(planned(firewall, cloud))), cloud)
    for _ in range(times):
        going.hold.put_on()
    for _ in range(times):
        going.hold.take_off()
    assert (await going.task).status is RunStatus.DONE
