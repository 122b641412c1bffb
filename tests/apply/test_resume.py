"""Stopped or failed half-way: what is left as it is, and how resume goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import (
    access,
    attach,
    begin,
    clean,
    connector,
    go,
    plan_of,
    planned,
    probe,
    service,
    setup_plan,
    statuses,
    subnet,
)
from wizard.apply.events import (
    Event,
    RunStatus,
    StepDecided,
    StepOperation,
    StepStatus,
)
from wizard.apply.resume import resume
from wizard.errors import CloudError
from wizard.plan.plan import Planned
from wizard.plan.step import Change, Op
from wizard.ports import Operation
from wizard.records import AnyResource, Connector, Job, Ref, SecretRef, Service

S = StepStatus


async def test_without_an_answer_the_step_fails_and_resume_looks_first(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.dropped = {("create", "subnet"): 3}
    state = await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    assert (state.status, state.step(subnet.id).code) == (RunStatus.FAILED, "unavailable")
    handle = attach(tmp_path)
    assert handle.step(subnet.id).unsettled is not None
    assert (await go(handle, cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent == [("create", "subnet/s")]


async def test_stop_starts_nothing_new_and_resume_finishes(tmp_path: Path, cloud: FakeCloud) -> None:
    stop = asyncio.Event()
    state = await go(
        begin(tmp_path, setup_plan(cloud)),
        cloud,
        emit=lambda event: stop.set() if isinstance(event, StepDecided) and event.id == subnet.id else None,
        stop=stop,
    )
    assert state.status is RunStatus.STOPPED
    assert statuses(state)[subnet.id] is S.DONE, "the call in flight is finished and recorded"
    assert statuses(state)[connector.id] is S.PLANNED
    assert ("create", "connector/c") not in cloud.world.sent
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert [sent for sent in cloud.world.sent if sent[0] == "create"].count(("create", "subnet/s")) == 1


async def test_stop_does_not_wait_for_a_long_operation(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.seconds[("create", "connector")] = 1.0
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stop.set)
    state = await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud, stop=stop)
    assert (state.status, statuses(state)[connector.id]) == (RunStatus.STOPPED, S.RUNNING)
    handle = attach(tmp_path)
    assert handle.step(connector.id).last is not None
    resumed = await go(handle, cloud, resume)
    assert resumed.status is RunStatus.DONE
    assert cloud.world.sent == [("create", "connector/c")]


async def test_stop_during_the_probe_still_removes_its_job(tmp_path: Path, cloud: FakeCloud) -> None:
    class Slow(FakeCloud):
        async def execution(self, job: Ref, name: str) -> None:
            stop.set()

    stop = asyncio.Event()
    slow = Slow(tmp_path / "cloud")
    state = await go(begin(tmp_path, setup_plan(slow)), slow, stop=stop)
    assert state.status is RunStatus.STOPPED
    assert (statuses(state)[clean.id], statuses(state)[service.id]) == (S.DONE, S.PLANNED)
    assert probe.ref not in slow.world.resources
    resumed = await go(attach(tmp_path), cloud, resume)
    assert resumed.status is RunStatus.DONE
    assert not any(isinstance(resource, Job) for resource in cloud.world.resources.values())


async def test_resume_replaces_a_failed_connector_of_ours(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.fails[("create", "connector")] = ("RESOURCE_EXHAUSTED", "Insufficient CPU quota in region.")
    await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud)
    cloud.faults.fails.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert [verb for verb, _ in cloud.world.sent] == ["create", "delete", "create"]


async def test_resuming_a_run_that_is_done_does_nothing(tmp_path: Path, cloud: FakeCloud) -> None:
    state = await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    sent = cloud.world.sent
    assert await go(attach(tmp_path), cloud, resume) == state
    assert cloud.world.sent == sent


async def test_a_replacement_that_got_half_way(tmp_path: Path, cloud: FakeCloud) -> None:
    """The old connector is deleted, its successor refused: resume creates it."""
    cloud.put(connector.ref, Connector(name="c", region="r", subnet="s", state="ERROR"))
    cloud.faults.denied = {("create", "connector")}
    state = await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud)
    assert (state.status, state.step(connector.id).code) == (RunStatus.FAILED, "permission_denied")
    cloud.faults.denied.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent == [("delete", "connector/c"), ("create", "connector/c")]


async def test_an_operation_that_nobody_remembers(tmp_path: Path, cloud: FakeCloud) -> None:
    """Stopped while it ran; when the run is resumed its name is gone: the resource shows what became of it."""
    cloud.faults.seconds = {("create", "connector"): 0.6, ("patch", "subnet"): 0.6}
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stop.set)
    await go(begin(tmp_path, plan_of(planned(connector, cloud), planned(access, cloud))), cloud, stop=stop)
    await asyncio.sleep(0.4)
    world = cloud.world
    world.pending.clear()
    cloud.save(world)
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert sorted(world.sent) == [("create", "connector/c"), ("patch", "subnet/old")]
    assert cloud.world.sent == world.sent


async def test_somebody_elses_change_after_our_failure_is_not_overwritten(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.fails[("patch", "service")] = ("FAILED_PRECONDITION", "revision did not become ready")
    web = planned(service, cloud)
    await go(begin(tmp_path, plan_of(web)), cloud)
    cloud.faults.fails.clear()
    found = cloud.world.resources[service.ref]
    assert isinstance(found, Service)
    cloud.put(service.ref, replace(found, env={**found.env, "REDIS_HOST": SecretRef("theirs")}))
    state = await go(attach(tmp_path), cloud, resume)
    assert state.step(service.id).code == "changed_meanwhile"
    assert "env REDIS_HOST: planned on a literal value, now secret theirs:latest" in state.step(service.id).error


async def test_our_own_work_is_checked_and_done_when_resumed(tmp_path: Path, cloud: FakeCloud) -> None:
    class Blind(FakeCloud):
        looks = 0

        async def find(self, ref: Ref) -> AnyResource | None:
            self.looks += 1
            if self.looks == 2:
                raise CloudError("the caller may not read this", status="PERMISSION_DENIED")
            return await super().find(ref)

    blind = Blind(tmp_path / "cloud")
    failed = await go(begin(tmp_path, plan_of(planned(subnet, blind))), blind)
    assert failed.step(subnet.id).code == "permission_denied"
    resumed = await go(attach(tmp_path), cloud, resume)
    assert (resumed.step(subnet.id).status, resumed.step(subnet.id).observed) == (S.DONE, "10.8.0.0/28 in n")


async def test_an_operation_that_cannot_be_followed_is_followed_later(tmp_path: Path, cloud: FakeCloud) -> None:
    class Offline(FakeCloud):
        async def wait(self, operation: Operation) -> None:
            raise CloudError("network is unreachable", status="UNAVAILABLE")

    offline = Offline(tmp_path / "cloud")
    failed = await go(begin(tmp_path, plan_of(planned(connector, offline))), offline)
    assert failed.step(connector.id).code == "unavailable"
    handle = attach(tmp_path)
    attempt = handle.step(connector.id).unsettled
    assert attempt is not None
    assert attempt.operation is not None
    assert (await go(handle, cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent == [("create", "connector/c")]


async def test_a_job_still_being_created_at_a_stop_is_removed(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.seconds[("create", "job")] = 0.6
    stop = asyncio.Event()
    plan = plan_of(
        planned(probe, cloud),
        Planned(step=clean, change=Change(op=Op.DELETE, reason=""), depends_on=(probe.id,)),
    )

    def emit(event: Event) -> None:
        if isinstance(event, StepOperation):
            stop.set()

    await go(begin(tmp_path, plan), cloud, emit=emit, stop=stop)
    await asyncio.sleep(0.7)
    assert probe.ref not in cloud.world.resources
    assert cloud.world.sent == [("create", "job/j"), ("delete", "job/j")]
