"""Undo: back to the start, what is left and why, and waiting for whoever still holds something."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import (
    access,
    api,
    attach,
    begin,
    connector,
    firewall,
    go,
    plan_of,
    planned,
    recorded,
    service,
    settings,
    setup_plan,
    statuses,
    subnet,
    traffic,
)
from wizard.apply.events import (
    Event,
    Phase,
    RunStatus,
    StepStarted,
    StepStatus,
)
from wizard.apply.resume import resume
from wizard.apply.undo import AlreadyUndone, left_behind, undo
from wizard.plan.steps.connector import DeleteConnector
from wizard.plan.steps.subnet import DeleteSubnet
from wizard.ports import Operation
from wizard.records import Connector, Literal, Ref, Service, Subnet

S = StepStatus


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
    assert [left.id for left in left_behind(recorded(tmp_path))] == [first.id]
    cloud.faults.held.clear()
    assert (await go(attach(tmp_path), cloud, resume)).status is RunStatus.DONE
    assert cloud.world.sent.count(("delete", "connector/c")) == 1


async def test_a_failed_second_try_does_not_disown_the_first(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    cloud.faults.fails[("create", "connector")] = ("RESOURCE_EXHAUSTED", "Insufficient CPU quota in region.")
    await go(begin(tmp_path, plan_of(planned(connector, cloud))), cloud)
    cloud.faults.denied = {("delete", "connector")}
    assert (await go(attach(tmp_path), cloud, resume)).step(connector.id).code == "permission_denied"
    cloud.faults.denied.clear()
    assert (await go(attach(tmp_path), cloud, undo)).status is RunStatus.UNDONE
    assert settings(cloud) == before


async def test_a_deletion_is_proven(tmp_path: Path, cloud: FakeCloud) -> None:
    class Forgetful(FakeCloud):
        async def delete(self, ref: Ref, *, etag: str, request_id: str) -> Operation:
            return Operation(name="", ref=ref, done=True)

    forgetful = Forgetful(tmp_path / "cloud")
    await go(begin(tmp_path, plan_of(planned(subnet, cloud))), cloud)
    state = await go(attach(tmp_path), forgetful, undo)
    assert (state.status, state.step(subnet.id).code) == (RunStatus.FAILED, "not_deleted")
