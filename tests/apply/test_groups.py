"""Groups of a run: stages, order, what becomes of one that fails, is recalled or runs out of time, and resuming."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.moves import FAST, LATEST, NEW, OLD, TARGET, add_job, add_service, job_ref, plan_for, service_ref
from tests.apply.plans import PACE, attach, begin, go, recorded, settings, statuses
from wizard.apply.events import (
    Event,
    GroupEnded,
    GroupStarted,
    GroupStatus,
    RunStatus,
    StepEnded,
    StepStarted,
    StepStatus,
)
from wizard.apply.handle import RunHandle
from wizard.apply.resume import resume
from wizard.apply.rollback import take_back
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.undo import undo, undo_plan
from wizard.apply.work import Emit, Recall
from wizard.fleet.answers import StageAnswers
from wizard.plan.plan import Rollout, Wave
from wizard.ports import Cloud
from wizard.records import Service, Traffic

G = GroupStatus


@pytest.fixture
def cloud(tmp_path: Path) -> FakeCloud:
    made = FakeCloud(tmp_path / "world")
    for name in ("web", "orders", "mailer"):
        add_service(made, name)
    add_job(made, "nightly")
    return made


def service_of(cloud: FakeCloud, name: str) -> Service:
    found = cloud.world.resources[service_ref(name)]
    assert isinstance(found, Service)
    return found


def group_statuses(state: RunState) -> dict[str, GroupStatus]:
    return {group.name: group.status for group in state.groups}


async def test_a_service_moves_by_stages_and_keeps_its_shape(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_for(cloud, "web", "job:nightly")
    seen: list[dict[str, int]] = []

    def watch(event: Event) -> None:
        if isinstance(event, StepEnded) and event.id.startswith("traffic-stage/"):
            seen.append({t.revision: t.percent for t in service_of(cloud, "web").traffic})

    state = await go(begin(tmp_path, plan), cloud, emit=watch)
    assert (state.status, group_statuses(state)) == (RunStatus.DONE, {"web": G.MOVED, "job:nightly": G.MOVED})
    first, second = "web-00001", "web-00002"
    assert seen == [{first: 100, second: 0}, {first: 90, second: 10}, {first: 50, second: 50}, {second: 100}]
    after = service_of(cloud, "web")
    assert (after.vpc, after.traffic, after.latest_ready) == (NEW, LATEST, second)
    job = cloud.world.resources[job_ref("nightly")]
    assert getattr(job, "vpc", None) == NEW


async def test_a_failed_probe_leaves_the_service_untouched(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_for(cloud, "web", targets=(TARGET,))
    cloud.faults.exit_code = 11
    before = settings(cloud)
    state = await go(begin(tmp_path, plan), cloud)
    assert state.status is RunStatus.FAILED
    web = state.group("web")
    assert (web.status, web.code) == (G.TAKEN_BACK, "not_connected")
    assert settings(cloud) == before
    assert not [kind for _, kind in cloud.world.sent if kind.startswith("service/")]


@pytest.mark.parametrize("at", ["traffic-pin/web", "service/web", "traffic-stage/web-10", "traffic-shape/web"])
async def test_a_failure_takes_the_group_back(tmp_path: Path, cloud: FakeCloud, at: str) -> None:
    before = settings(cloud)
    plan = plan_for(cloud, "web")
    begun: set[str] = set()

    def fail(event: Event) -> None:
        broken = isinstance(event, StepStarted) and event.id == at and at not in begun
        if isinstance(event, StepStarted):
            begun.add(event.id)
        if broken or isinstance(event, StepEnded):
            cloud.faults.fails = {("patch", "service"): ("INTERNAL", "it broke")} if broken else {}

    state = await go(begin(tmp_path, plan), cloud, emit=fail)
    assert (state.status, state.group("web").status) == (RunStatus.FAILED, G.TAKEN_BACK)
    assert (state.group("web").step, state.group("web").error) == (at, "it broke")
    assert settings(cloud) == before
    again = await go(attach(tmp_path), cloud, resume)
    assert again.group("web").status is G.TAKEN_BACK
    assert settings(cloud) == before


async def test_others_go_on_or_do_not_begin(tmp_path: Path, cloud: FakeCloud) -> None:
    theirs = service_of(cloud, "web")
    plan = plan_for(cloud, "web", "orders", rollout=Rollout(concurrency=1))
    cloud.put(service_ref("web"), _deployed(theirs))
    state = await go(begin(tmp_path, plan), cloud)
    assert group_statuses(state) == {"web": G.TAKEN_BACK, "orders": G.WAITING}
    assert state.status is RunStatus.FAILED
    assert service_of(cloud, "orders").vpc == OLD
    state = await go(attach(tmp_path), cloud, resume)
    assert group_statuses(state) == {"web": G.TAKEN_BACK, "orders": G.MOVED}
    assert service_of(cloud, "web").vpc == OLD
    assert "deployed meanwhile" in state.group("web").error


def _deployed(service: Service) -> Service:
    """As if somebody had deployed a new revision."""
    name = "web-00099"
    return replace(service, latest_ready=name, latest_created=name, etag="other")


async def test_going_on_by_choice(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_for(cloud, "web", "orders", rollout=Rollout(concurrency=1, stop_on_failure=False))
    cloud.put(service_ref("web"), _deployed(service_of(cloud, "web")))
    state = await go(begin(tmp_path, plan), cloud)
    assert group_statuses(state) == {"web": G.TAKEN_BACK, "orders": G.MOVED}


async def test_waves_and_room_keep_order(tmp_path: Path, cloud: FakeCloud) -> None:
    names = ("web", "orders", "mailer", "job:nightly")
    weights = {"orders": 60, "mailer": 60, "job:nightly": 10}
    waves = (Wave(groups=("orders",)), Wave(groups=("web", "mailer")))
    plan = plan_for(cloud, *names, rollout=Rollout(waves=waves, concurrency=4, weights=weights, room=100))
    events: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, GroupStarted | GroupEnded):
            events.append(("+" if isinstance(event, GroupStarted) else "-") + event.group)

    state = await go(begin(tmp_path, plan), cloud, emit=watch)
    assert state.status is RunStatus.DONE
    assert events[:2] == ["+orders", "-orders"]
    assert set(events[2:6]) == {"+web", "+mailer", "-web", "-mailer"}
    assert events[6:] == ["+job:nightly", "-job:nightly"]


async def recalled(handle: RunHandle, cloud: Cloud, group: str, at: str) -> RunState:
    """Run, and recall the group once the step `at` has begun to be looked at."""
    recall = Recall()

    def watch(event: Event) -> None:
        if getattr(event, "id", "") == at:
            recall.ask(group)

    with handle:
        return await run(handle, cloud, watch, asyncio.Event(), pace=PACE, recall=recall)


@pytest.mark.parametrize("at", ["service/web", "traffic-stage/web-50", "traffic-stage/web-100"])
async def test_a_recall_ends_a_soak_at_once(tmp_path: Path, cloud: FakeCloud, at: str) -> None:
    before = settings(cloud)
    long = StageAnswers(steps=(10, 50, 100), watch=0.0, soak=600.0, calls=0)
    plan = plan_for(cloud, "web", "orders", stages=long)
    handle = begin(tmp_path, plan_for(cloud, "web", stages=long) if at != "service/web" else plan_for(cloud, "web"))
    assert plan.groups == ("web", "orders")
    state = await asyncio.wait_for(recalled(handle, cloud, "web", at), 20)
    assert (state.group("web").status, state.group("web").code) == (G.TAKEN_BACK, "recalled")
    assert state.status is RunStatus.DONE, "it is as somebody wanted it"
    assert settings(cloud) == before


async def test_a_timer_runs_out(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    long = StageAnswers(steps=(100,), watch=0.0, soak=600.0, calls=0)
    plan = plan_for(cloud, "web", stages=long, rollout=Rollout(timer=0.5))
    state = await asyncio.wait_for(go(begin(tmp_path, plan), cloud), 20)
    assert (state.group("web").status, state.group("web").code) == (G.TAKEN_BACK, "timer")
    assert settings(cloud) == before


async def test_one_group_is_taken_back_after_the_run(tmp_path: Path, cloud: FakeCloud) -> None:
    before = settings(cloud)
    await go(begin(tmp_path, plan_for(cloud, "web", "orders")), cloud)

    async def flow(handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, *, pace: object) -> RunState:
        return await take_back(handle, cloud, emit, stop, "web", pace=PACE)

    state = await go(attach(tmp_path), cloud, flow)
    assert group_statuses(state) == {"web": G.TAKEN_BACK, "orders": G.MOVED}
    assert state.status is RunStatus.DONE
    assert service_of(cloud, "web").traffic == LATEST
    assert (service_of(cloud, "web").vpc, service_of(cloud, "orders").vpc) == (OLD, NEW)
    state = await go(attach(tmp_path), cloud, undo)
    assert (state.status, set(group_statuses(state).values())) == (RunStatus.UNDONE, {G.TAKEN_BACK})
    assert settings(cloud) == before
    assert statuses(state)["service/web"] is StepStatus.UNDONE


async def test_other_peoples_tags_stay(tmp_path: Path, cloud: FakeCloud) -> None:
    preview = Traffic(revision="web-00001", tag="preview")
    add_service(cloud, "web", (*LATEST, preview))
    plan = plan_for(cloud, "web", stages=FAST)
    added = Traffic(revision="web-00001", tag="mine")

    def tag(event: Event) -> None:
        if isinstance(event, StepEnded) and event.id == "traffic-stage/web-10":
            now = service_of(cloud, "web")
            cloud.put(service_ref("web"), replace(now, traffic=(*now.traffic, added), etag="tagged"))

    state = await go(begin(tmp_path, plan), cloud, emit=tag)
    assert state.status is RunStatus.DONE
    assert set(service_of(cloud, "web").traffic) == {*LATEST, preview, added}


async def test_somebody_elses_split_is_not_overwritten(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_for(cloud, "web")
    theirs = (Traffic(revision="web-00000", percent=100), Traffic(revision="web-00002", tag="runvpc-t"))

    def shift(event: Event) -> None:
        if isinstance(event, StepEnded) and event.id == "traffic-stage/web-10":
            cloud.put(service_ref("web"), replace(service_of(cloud, "web"), traffic=theirs, etag="theirs"))

    state = await go(begin(tmp_path, plan), cloud, emit=shift)
    assert state.group("web").status is G.TAKEN_BACK
    assert "somebody else has moved the traffic" in state.group("web").error
    assert {t.revision: t.percent for t in service_of(cloud, "web").traffic if t.percent} == {"web-00000": 100}
    assert service_of(cloud, "web").vpc == OLD


def test_what_one_group_is_taken_back_by_is_shown_once(tmp_path: Path, cloud: FakeCloud) -> None:
    asyncio.run(go(begin(tmp_path, plan_for(cloud, "web", "orders")), cloud))
    plan = undo_plan(recorded(tmp_path), "web")
    assert [p.id for p in plan.ordered()] == ["traffic-back/web", "service-restore/web", "traffic-unpin/web"]
