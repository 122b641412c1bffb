"""The steps that move a service's traffic: what each decides on what it finds, and what it would send."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wizard.plan.step import Op
from wizard.plan.steps.job import PatchJob, RestoreJob
from wizard.plan.steps.service import PatchService, RestoreService
from wizard.plan.steps.traffic_pin import PinTraffic, UnpinTraffic
from wizard.plan.steps.traffic_shape import ShapeTraffic
from wizard.plan.steps.traffic_stage import ReturnToBase, StageTraffic
from wizard.records import Condition, Job, Service, StartupProbe, Traffic, VpcAccess

OLD = VpcAccess(connector="projects/p/locations/r/connectors/legacy", egress="all-traffic")
NEW = VpcAccess(network="n", subnet="run", egress="all-traffic")
HOLD = "runvpc-t"
WHERE: dict[str, Any] = {"project": "p", "region": "r", "name": "web"}
LATEST = (Traffic(percent=100),)
BASE = (Traffic(revision="web-1", percent=100),)
SERVICE = Service(
    name="web",
    region="r",
    vpc=NEW,
    image="shop:1",
    latest_ready="web-2",
    latest_created="web-2",
    ready=Condition(state="SUCCEEDED"),
)

stage_0 = StageTraffic(**WHERE, base=BASE, hold=HOLD, percent=0, vpc=NEW, image="shop:1")
stage_10 = StageTraffic(**WHERE, base=BASE, hold=HOLD, percent=10, start=0, vpc=NEW)
shape = ShapeTraffic(**WHERE, to=LATEST, base=BASE, hold=HOLD, vpc=NEW)


def at(percent: int, **changes: Any) -> Service:
    """The service with this share on the new revision, under our tag."""
    rest = (Traffic(revision="web-1", percent=100 - percent),) if percent < 100 else ()
    held = Traffic(revision="web-2", percent=percent, tag=HOLD)
    return replace(SERVICE, **{"traffic": (*rest, held), **changes})


WAITING = replace(SERVICE, traffic=(*BASE, Traffic(tag=HOLD)))
THEIRS = (Traffic(revision="web-0", percent=100), Traffic(revision="web-2", tag=HOLD))


@pytest.mark.parametrize(
    ("step", "found", "op", "reason"),
    [
        (stage_0, WAITING, Op.CHANGE, "tried alone"),
        (stage_0, at(0), Op.REUSE, "already"),
        (stage_0, replace(WAITING, image="shop:2"), Op.BLOCK, "another image"),
        (stage_10, at(0), Op.CHANGE, "answers"),
        (stage_10, at(10), Op.REUSE, "already"),
        (stage_10, at(50), Op.BLOCK, "somebody else"),
        (stage_10, at(0, traffic=THEIRS), Op.BLOCK, "somebody else"),
        (stage_10, at(0, traffic=BASE), Op.BLOCK, "tag runvpc-t is gone"),
        (stage_10, at(0, latest_created="web-3"), Op.BLOCK, "web-3 was deployed meanwhile"),
        (stage_10, None, Op.BLOCK, "no service"),
        (shape, at(100), Op.CHANGE, "later deploy"),
        (shape, at(50), Op.BLOCK, "somebody else"),
        (shape, at(100, latest_created="web-3"), Op.BLOCK, "web-3 was deployed"),
        (shape, replace(SERVICE, traffic=LATEST), Op.REUSE, "already"),
        (shape, replace(SERVICE, traffic=BASE), Op.BLOCK, "gone"),
    ],
)
def test_decisions_on_the_way(step: StageTraffic | ShapeTraffic, found: Service | None, op: Op, reason: str) -> None:
    change = step.decide(found)
    assert change.op is op
    assert reason in change.reason


def back(found: Service) -> tuple[Op, str]:
    change = ReturnToBase(**WHERE, base=BASE, hold=HOLD, made="web-2").decide(found)
    return change.op, change.reason


def test_the_way_back_never_touches_what_somebody_else_moved() -> None:
    assert back(at(50))[0] is Op.CHANGE
    assert back(at(0))[0] is Op.SKIP
    assert back(at(0, traffic=THEIRS)) == (Op.SKIP, "somebody else has moved the traffic since")
    after = replace(SERVICE, traffic=LATEST)
    assert back(after)[0] is Op.CHANGE
    later = replace(after, latest_ready="web-3", latest_created="web-3")
    assert back(later) == (Op.SKIP, "web-3 was deployed since; traffic stays where it is")


def test_pinning_needs_the_latest_revision_of_the_plan() -> None:
    pin = PinTraffic(**WHERE, original=LATEST, latest="web-1")
    found = replace(SERVICE, vpc=OLD, traffic=LATEST, latest_ready="web-1", latest_created="web-1")
    assert pin.decide(found).op is Op.CHANGE
    assert pin.decide(replace(found, traffic=BASE)).op is Op.REUSE
    assert pin.decide(replace(found, latest_ready="web-2")).op is Op.BLOCK
    assert pin.decide(replace(found, traffic=THEIRS)).op is Op.BLOCK
    assert pin.gcloud()[0][-1] == "--to-revisions=web-1=100"
    undo = pin.inverse(pin.decide(found), found)
    assert isinstance(undo, UnpinTraffic)
    assert undo.decide(replace(found, traffic=BASE)).op is Op.CHANGE
    assert undo.decide(replace(found, traffic=LATEST)).op is Op.SKIP


def test_a_patch_waits_for_nobody_elses_revision_and_keeps_the_probe() -> None:
    probe = StartupProbe(type="http", path="/ready", port=8080, period=10, failure_threshold=3)
    longer = replace(probe, failure_threshold=12)
    found = replace(SERVICE, vpc=OLD, traffic=BASE, startup_probe=probe, latest_created="web-1")
    patch = PatchService(**WHERE, vpc=NEW, hold=HOLD, leaves="connector", latest="web-1", startup_probe=longer)
    change = patch.decide(found)
    assert [field.field for field in change.fields] == ["vpc access", "start-up probe"]
    assert patch.decide(replace(found, latest_created="web-9")).op is Op.BLOCK
    first, second = patch.gcloud()
    assert "--vpc-egress=private-ranges-only" in first
    assert "--vpc-egress=all-traffic" in second
    assert any(flag.startswith("--startup-probe=httpGet.port=8080,httpGet.path=/ready") for flag in first)
    restore = patch.inverse(change, found)
    assert isinstance(restore, RestoreService)
    now = at(0, startup_probe=longer)
    assert [field.field for field in restore.decide(now).fields] == ["vpc access", "start-up probe", "traffic"]
    theirs = at(0, startup_probe=replace(longer, failure_threshold=40), traffic=THEIRS)
    assert [field.field for field in restore.decide(theirs).fields] == ["vpc access", "traffic"]


def test_a_pinned_service_is_pinned_to_the_new_revision() -> None:
    tagged = (Traffic(revision="web-1", percent=100, tag="live"),)
    step = ShapeTraffic(
        **WHERE,
        to=(Traffic(percent=100), Traffic(revision="web-1", tag="live")),
        base=tagged,
        hold=HOLD,
        vpc=NEW,
        by_name=True,
    )
    held = Traffic(revision="web-2", percent=100, tag=HOLD)
    found = replace(SERVICE, traffic=(Traffic(revision="web-1", tag="live"), held))
    assert step.decide(found).op is Op.CHANGE
    assert step.gcloud() == [
        [*["gcloud", "run", "services", "update-traffic", "web", "--project=p", "--region=r"], "--remove-tags=runvpc-t"]
    ]


def test_a_job_keeps_its_egress_and_goes_back() -> None:
    job = Job(name="web", region="r", vpc=OLD)
    patch = PatchJob(**WHERE, vpc=NEW, leaves="connector")
    change = patch.decide(job)
    assert change.op is Op.CHANGE
    assert patch.decide(replace(job, vpc=NEW)).op is Op.REUSE
    assert patch.decide(None).op is Op.BLOCK
    last = [command[-1] for command in patch.gcloud()]
    assert last == ["--vpc-egress=private-ranges-only", "--vpc-egress=all-traffic"]
    restore = patch.inverse(change, job)
    assert isinstance(restore, RestoreJob)
    assert restore.decide(replace(job, vpc=NEW)).op is Op.CHANGE
    assert restore.decide(replace(job, vpc=VpcAccess())).op is Op.SKIP
