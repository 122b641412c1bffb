"""The runner: order, overlap, failure, and what it refuses to do."""

from __future__ import annotations

from graphlib import CycleError
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import (
    access,
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
    setup_plan,
    statuses,
    subnet,
    traffic,
)
from wizard.apply.events import (
    Event,
    RunStatus,
    StepEnded,
    StepNote,
    StepStatus,
)
from wizard.apply.resume import resume
from wizard.apply.state import replay, run_document
from wizard.apply.undo import undo
from wizard.plan.plan import Planned
from wizard.plan.step import Change, FieldChange, Op
from wizard.records import Connector, Literal, Ref, Service, Subnet

S = StepStatus


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


async def test_a_plan_with_a_cycle_is_refused(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_of(planned(subnet, cloud, firewall), planned(firewall, cloud, subnet))
    with pytest.raises(CycleError):
        await go(begin(tmp_path, plan), cloud)
    assert cloud.world.sent == []
