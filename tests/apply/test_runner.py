"""The runner: order, overlap, failure, stop, and what it refuses to do."""

from __future__ import annotations

import asyncio
from graphlib import CycleError
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import (
    access,
    api,
    attach,
    begin,
    clean,
    connector,
    firewall,
    go,
    plan_of,
    planned,
    probe,
    service,
    settings,
    setup_plan,
    start_world,
    subnet,
    traffic,
)
from wizard.apply.events import Event, Phase, RunStatus, StepDecided, StepEnded, StepNote, StepStarted, StepStatus
from wizard.apply.record import RunRecord
from wizard.apply.resume import resume
from wizard.apply.state import RunState, replay, run_document
from wizard.apply.undo import AlreadyUndone, left_behind, undo
from wizard.plan.plan import Planned
from wizard.plan.step import Change, FieldChange, Op
from wizard.plan.steps.connector import DeleteConnector
from wizard.plan.steps.subnet import DeleteSubnet
from wizard.records import Connector, Job, Literal, Ref, SecretRef, Service, Subnet

S = StepStatus


@pytest.fixture
def cloud(tmp_path: Path) -> FakeCloud:
    made = FakeCloud(tmp_path / "cloud")
    start_world(made)
    return made


def statuses(state: RunState) -> dict[str, StepStatus]:
    return {step.id: step.status for step in state.steps}


async def test_a_setup_from_start_to_end(tmp_path: Path, cloud: FakeCloud) -> None:
    events: list[Event] = []
    state = await go(begin(tmp_path, setup_plan(cloud)), cloud, emit=events.append)
    assert state.status is RunStatus.DONE
    assert set(statuses(state).values()) == {S.DONE}
    assert [result.verdict for result in state.probe] == ["connected"]
    assert clean.ref not in cloud.world.resources
    web = cloud.world.resources[service.ref]
    assert isinstance(web, Service)
    assert web.latest_ready == "web-00002"
    assert web.env["PASSWORD"] == Literal("hunter2")
    assert replay(events) == state
    ended = [event.id for event in events if isinstance(event, StepEnded)]
    assert ended.index(connector.id) < ended.index(probe.id) < ended.index(service.id) < ended.index(traffic.id)


async def test_the_document_keeps_its_contract(tmp_path: Path, cloud: FakeCloud) -> None:
    document = run_document(await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud))
    run = document["run"]
    assert isinstance(run, dict)
    assert (run["status"], len(run["id"]), document["probe"]) == ("done", 8, [])
    (step,) = run["steps"]
    assert {"id", "status", "seconds", "operation", "error"} <= step.keys()
    assert (step["id"], step["status"], step["operation"], step["error"]) == ("subnet/s", "done", "operation-0", "")


async def test_independent_steps_overlap(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.seconds = {("create", "subnet"): 0.1, ("create", "firewall"): 0.1, ("create", "connector"): 0.1}
    plan = plan_of(planned(subnet, cloud), planned(firewall, cloud), planned(connector, cloud))
    await go(begin(tmp_path, plan), cloud)
    assert cloud.most_running == 3


async def test_what_depends_on_a_failure_is_skipped(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.fails[("create", "connector")] = ("RESOURCE_EXHAUSTED", "Insufficient CPU quota in region.")
    state = await go(begin(tmp_path, setup_plan(cloud)), cloud)
    assert state.status is RunStatus.FAILED
    assert state.step(connector.id).error == "Insufficient CPU quota in region."
    assert state.step(connector.id).code == "resource_exhausted"
    assert statuses(state)[firewall.id] is S.DONE
    assert {statuses(state)[step.id] for step in (probe, clean, service, traffic)} == {S.SKIPPED}
    assert state.step(probe.id).error == f"not started, because of {connector.id}"
    assert state.step(clean.id).observed == "nothing to clean up"


async def test_a_failed_probe_is_cleaned_up_and_the_service_untouched(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.exit_code = 20
    before = cloud.world.resources[service.ref]
    state = await go(begin(tmp_path, setup_plan(cloud)), cloud)
    assert state.status is RunStatus.FAILED
    assert state.step(probe.id).code == "not_connected"
    assert [result.verdict for result in state.probe] == ["refused"]
    assert statuses(state)[clean.id] is S.DONE
    assert probe.ref not in cloud.world.resources
    assert cloud.world.resources[service.ref] == before
    cloud.faults.exit_code = 0
    again = await go(attach(tmp_path), cloud, resume)
    assert again.status is RunStatus.DONE
    assert [result.verdict for result in again.probe] == ["connected"]
    assert probe.ref not in cloud.world.resources


async def test_what_exists_already_is_adopted_and_left(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = setup_plan(cloud)
    theirs = Subnet(name="s", network="n", region="r", range="10.8.0.0/28")
    cloud.put(subnet.ref, theirs)
    state = await go(begin(tmp_path, plan), cloud)
    assert (state.status, statuses(state)[subnet.id]) == (RunStatus.DONE, S.REUSED)
    undone = await go(attach(tmp_path), cloud, undo)
    assert undone.status is RunStatus.UNDONE
    assert undone.step(subnet.id).status is S.LEFT
    assert "not created by this run" in undone.step(subnet.id).observed
    assert cloud.world.resources[subnet.ref] == theirs


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (Subnet(name="s", network="n", region="r", range="10.99.0.0/28"), "range: now 10.99.0.0/28"),
        (Subnet(name="s", network="other", region="r", range="10.8.0.0/28"), "network: now other"),
    ],
)
async def test_nothing_is_written_when_the_cloud_has_changed(
    tmp_path: Path, cloud: FakeCloud, theirs: Subnet, said: str
) -> None:
    plan = plan_of(planned(subnet, cloud), planned(connector, cloud, subnet))
    cloud.put(subnet.ref, theirs)
    state = await go(begin(tmp_path, plan), cloud)
    assert state.step(subnet.id).code == "changed_meanwhile"
    assert said in state.step(subnet.id).error
    assert cloud.world.sent == []


async def test_another_difference_than_the_one_shown_is_refused(tmp_path: Path, cloud: FakeCloud) -> None:
    shown = Change(op=Op.CHANGE, reason="", fields=(FieldChange("private_google_access", "unknown", "on"),))
    state = await go(begin(tmp_path, plan_of(Planned(step=access, change=shown))), cloud)
    assert state.step(access.id).error.endswith("private_google_access: planned on unknown, now off")
    assert cloud.world.sent == []


async def test_a_blocked_step_fails_with_its_reason(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.remove(access.ref)
    state = await go(begin(tmp_path, plan_of(planned(access, cloud))), cloud)
    assert (state.status, state.step(access.id).code) == (RunStatus.FAILED, "blocked")
    assert "there is no subnet old in r" in state.step(access.id).error


async def test_it_waits_for_what_somebody_else_is_doing(tmp_path: Path, cloud: FakeCloud) -> None:
    theirs = Connector(name="c", region="r", subnet="s", state="CREATING")
    cloud.put(connector.ref, theirs)

    def emit(event: Event) -> None:
        if isinstance(event, StepNote):
            cloud.put(connector.ref, replace(theirs, state="READY"))

    state = await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud, emit=emit)
    assert (state.step(connector.id).status, cloud.world.sent) == (S.REUSED, [])
    assert state.step(connector.id).notes == ("waiting: it is CREATING",)


async def test_a_connector_in_error_is_replaced_as_shown(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.put(connector.ref, Connector(name="c", region="r", subnet="s", state="ERROR"))
    state = await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud)
    assert state.status is RunStatus.DONE
    assert cloud.world.sent == [("delete", "connector/c"), ("create", "connector/c")]
    await go(attach(tmp_path), cloud, undo)
    assert connector.ref not in cloud.world.resources


async def test_a_lost_reply_is_looked_up_not_repeated(tmp_path: Path, cloud: FakeCloud) -> None:
    kinds = ("subnet", "connector", "firewall", "job", "api")
    cloud.faults.lost = {("create", kind): 1 for kind in kinds} | {("patch", "service"): 2, ("delete", "job"): 1}
    state = await go(begin(tmp_path, setup_plan(cloud)), cloud)
    assert state.status is RunStatus.DONE
    assert len(cloud.world.sent) == len(set(cloud.world.sent)) + 1, "the service alone is written twice: patch, traffic"
    undone = await go(attach(tmp_path), cloud, undo)
    assert undone.status is RunStatus.UNDONE
    assert subnet.ref not in cloud.world.resources
    assert connector.ref not in cloud.world.resources


async def test_a_request_that_never_arrived_is_sent_again(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.dropped = {("create", "subnet"): 2}
    state = await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    assert (state.status, cloud.world.sent) == (RunStatus.DONE, [("create", "subnet/s")])


async def test_without_an_answer_the_step_fails_and_resume_looks_first(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.dropped = {("create", "subnet"): 3}
    state = await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    assert (state.status, state.step(subnet.id).code) == (RunStatus.FAILED, "unavailable")
    handle = attach(tmp_path)
    assert handle.step(subnet.id).unsettled is not None
    assert (await go(handle, cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent == [("create", "subnet/s")]


async def test_a_change_of_another_field_meanwhile_is_kept(tmp_path: Path, cloud: FakeCloud) -> None:
    """The etag has moved, what we set has not: read again, write on the fresh message."""

    class Racing(FakeCloud):
        raced = False

        async def find(self, ref: Ref) -> Subnet | None:
            found = self.world.resources.get(ref)
            assert isinstance(found, Subnet)
            if not self.raced:
                self.raced = True
                self.put(ref, replace(found, etag="newer", stack_type="IPV4_IPV6"))
                return replace(found, etag="older")
            return found

    racing = Racing(tmp_path / "cloud")
    state = await go(begin(tmp_path, plan_of(planned(access, racing))), racing)
    after = racing.world.resources[access.ref]
    assert isinstance(after, Subnet)
    assert (state.status, after.private_google_access, after.stack_type) == (RunStatus.DONE, True, "IPV4_IPV6")
    assert racing.world.refused == [("patch", "subnet/old")]


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


async def test_undo_returns_to_the_start(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    assert settings(cloud) != before
    events: list[Event] = []
    state = await go(attach(tmp_path), cloud, undo, emit=events.append)
    assert (state.status, state.phase) == (RunStatus.UNDONE, Phase.UNDO)
    assert settings(cloud) == before
    assert statuses(state)[api.id] is S.LEFT
    assert {statuses(state)[s.id] for s in (subnet, connector, firewall, access, service, traffic)} == {S.UNDONE}
    started = [event.id for event in events if isinstance(event, StepStarted)]
    assert started.index(traffic.id) < started.index(service.id) < started.index(connector.id)
    assert started.index(connector.id) < started.index(subnet.id)


async def test_a_failed_connector_of_ours_is_removed(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    cloud.faults.fails[("create", "connector")] = ("INVALID_ARGUMENT", "It conflicts with an existing subnetwork.")
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    left = cloud.world.resources[connector.ref]
    assert isinstance(left, Connector)
    assert left.state == "ERROR"
    undone = await go(attach(tmp_path), cloud, undo)
    assert undone.status is RunStatus.UNDONE
    assert settings(cloud) == before


async def test_resume_replaces_a_failed_connector_of_ours(tmp_path: Path, cloud: FakeCloud) -> None:
    cloud.faults.fails[("create", "connector")] = ("RESOURCE_EXHAUSTED", "Insufficient CPU quota in region.")
    await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud)
    cloud.faults.fails.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert [verb for verb, _ in cloud.world.sent] == ["create", "delete", "create"]


async def test_a_held_subnet_makes_the_run_wait(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    cloud.faults.held = {"subnet"}
    waiting = await go(attach(tmp_path), cloud, undo)
    assert waiting.status is RunStatus.WAITING
    assert "already being used by 'addresses/serverless-ipv4-1'" in waiting.step(subnet.id).error
    assert (waiting.step(subnet.id).status, waiting.step(subnet.id).code) == (S.LEFT, "in_use")
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.WAITING
    cloud.faults.held.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.UNDONE
    assert settings(cloud) == before


async def test_what_others_changed_since_is_not_undone(tmp_path: Path, cloud: FakeCloud) -> None:
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    web = cloud.world.resources[service.ref]
    assert isinstance(web, Service)
    cloud.put(service.ref, replace(web, env={**web.env, "REDIS_HOST": Literal("theirs")}))
    assert (await go(attach(tmp_path), cloud, undo)).status is RunStatus.UNDONE
    after = cloud.world.resources[service.ref]
    assert isinstance(after, Service)
    assert (after.env["REDIS_HOST"], after.vpc.kind) == (Literal("theirs"), "none")


async def test_an_undone_run_stays_undone(tmp_path: Path, cloud: FakeCloud) -> None:
    await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    await go(attach(tmp_path), cloud, undo)
    for flow in (undo, resume):
        with pytest.raises(AlreadyUndone, match="is undone already"):
            await go(attach(tmp_path), cloud, flow)


async def test_resuming_a_run_that_is_done_does_nothing(tmp_path: Path, cloud: FakeCloud) -> None:
    state = await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    sent = cloud.world.sent
    assert await go(attach(tmp_path), cloud, resume) == state
    assert cloud.world.sent == sent


async def test_a_plan_with_a_cycle_is_refused(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_of(planned(subnet, cloud, firewall), planned(firewall, cloud, subnet))
    with pytest.raises(CycleError):
        await go(begin(tmp_path, plan), cloud)
    assert cloud.world.sent == []


async def test_a_deletion_that_has_to_wait_for_its_holder(tmp_path: Path, cloud: FakeCloud) -> None:
    """A clean-up flow: what cannot be deleted yet makes the run wait; what is deleted cannot be undone."""
    there = Subnet(name="s", network="n", region="r", range="10.8.0.0/28")
    cloud.put(subnet.ref, there)
    cloud.put(connector.ref, Connector(name="c", region="r", subnet="s"))
    first = DeleteConnector(project="p", region="r", name="c")
    then = DeleteSubnet(project="p", region="r", name="s", range="10.8.0.0/28")
    cloud.faults.held = {"subnet"}
    waiting = await go(begin(tmp_path, plan_of(planned(first, cloud), planned(then, cloud, first))), cloud)
    assert (waiting.status, waiting.step(then.id).code) == (RunStatus.WAITING, "in_use")
    assert [left.id for left in left_behind(attach_record(tmp_path))] == [first.id]
    cloud.faults.held.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent.count(("delete", "connector/c")) == 1


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


def attach_record(tmp_path: Path) -> RunRecord:
    with attach(tmp_path) as handle:
        return handle.record()
