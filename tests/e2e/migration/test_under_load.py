"""The whole scenario moved while every service is asked all the time: not one request fails, and what was stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.e2e.migration.load import hosts_of, load
from tests.e2e.migration.moving import EVERYTHING, PROJECT, REGION, fault, moved, opened, service_writes
from tests.e2e.settable import settable
from tests.gcloud.running import gcloud_at, needs_gcloud
from wizard.apply.events import Event, GroupStatus, RunStatus, StepStarted
from wizard.apply.work import Recall
from wizard.fleet.answers import StageAnswers
from wizard.ports import ServicePatch
from wizard.records import Job, Literal, Ref, Service, Traffic
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

ONE = replace(EVERYTHING, services=("web",))


def state(sandbox: Sandbox) -> dict[str, Any]:
    return settable(client.control(sandbox, "GET", "state"))


def service(sandbox: Sandbox, name: str) -> dict[str, Any]:
    body = client.control(sandbox, "GET", "state")[f"run/projects/{PROJECT}/locations/{REGION}/services/{name}"]
    assert isinstance(body, dict)
    return body


def ref(name: str, kind: str = "service") -> Ref:
    return Ref(kind=kind, project=PROJECT, location=REGION, name=name)


async def test_everything_moves_and_nothing_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    hosts = hosts_of(sandbox)
    assert set(hosts) == {"web", "orders", "mailer", "auth", "catalog"}
    with load(sandbox, hosts) as asked:
        run = await moved(sandbox, tmp_path / "journal.db", EVERYTHING)
    assert run.status is RunStatus.DONE
    assert asked.failures == []
    assert all(len(asked.revisions(name)) > 1 for name in hosts), "each was asked before and after"
    async with opened(sandbox) as cloud:
        found = {name: await cloud.find(ref(name)) for name in (*hosts, "reports")}
        jobs = {name: await cloud.find(ref(name, "job")) for name in ("nightly", "import", "cleanup")}
    vpc = {name: one.vpc for name, one in (found | jobs).items() if isinstance(one, Service | Job)}
    assert {(access.kind, access.subnet) for access in vpc.values()} == {("direct", "run")}
    assert {name for name, access in vpc.items() if access.egress == "all-traffic"} == {"mailer", "import"}
    latest = Traffic(percent=100)
    preview = Traffic(revision="orders-preview", tag="preview")
    shapes = {name: one.traffic for name, one in found.items() if isinstance(one, Service)}
    assert shapes.pop("orders") == (latest, preview)
    assert set(shapes.values()) == {(latest,)}


async def test_a_later_deploy_gets_all_the_traffic(sandbox: Sandbox, tmp_path: Path) -> None:
    await moved(sandbox, tmp_path / "journal.db", replace(EVERYTHING, services=("mailer",)))
    async with opened(sandbox) as cloud:
        before = await cloud.find(ref("mailer"))
        assert isinstance(before, Service)
        change = ServicePatch(env={"RELEASE": Literal("2")})
        await cloud.wait(await cloud.patch(ref("mailer"), change, etag="", request_id=""))
        after = await cloud.find(ref("mailer"))
    assert isinstance(after, Service)
    assert after.latest_ready != before.latest_ready
    assert after.serving == (Traffic(percent=100),)
    assert (after.vpc.kind, after.vpc.egress) == ("direct", "all-traffic")


@needs_gcloud
async def test_a_later_gcloud_update_gets_all_the_traffic(sandbox: Sandbox, tmp_path: Path) -> None:
    await moved(sandbox, tmp_path / "journal.db", replace(EVERYTHING, services=("mailer",)))
    before = service(sandbox, "mailer")["latestReadyRevision"]
    gcloud = gcloud_at(sandbox.port, sandbox.state_dir / "ca.pem", PROJECT, tmp_path)
    where = [f"--project={PROJECT}", f"--region={REGION}"]
    done = await gcloud.run("run", "services", "update", "mailer", *where, "--update-env-vars=RELEASE=2")
    assert done.code == 0, done.said
    after = service(sandbox, "mailer")
    assert after["latestReadyRevision"] != before
    assert [(t.get("percent"), t.get("type")) for t in after["trafficStatuses"]] == [
        (100, "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST")
    ]
    assert after["template"]["vpcAccess"]["egress"] == "ALL_TRAFFIC"


CALLS = range(8)
"""Of UpdateService while one service moves: pinned, patched, at 0, 10, 50 and 100 %, in shape; and none of them."""


@pytest.mark.parametrize("kind", ["http:503", "reset", "operation_error"])
@pytest.mark.parametrize("after", CALLS)
async def test_a_fault_at_any_stage_fails_no_request(sandbox: Sandbox, tmp_path: Path, after: int, kind: str) -> None:
    start = state(sandbox)
    fault(sandbox, "run.UpdateService", kind, after=after)
    with load(sandbox, {"web": hosts_of(sandbox)["web"]}) as asked:
        run = await moved(sandbox, tmp_path / "journal.db", ONE)
    struck = sum(one["struck"] for one in client.control(sandbox, "GET", "faults")["faults"])
    assert struck == (after < len(CALLS) - 1)
    assert asked.failures == []
    assert asked.answers
    group = run.group("web")
    if group.status is GroupStatus.MOVED:
        assert service(sandbox, "web")["template"]["vpcAccess"]["networkInterfaces"]
    else:
        assert group.status is GroupStatus.TAKEN_BACK, group
        assert kind == "operation_error"
        end = state(sandbox)
        assert {name: end[name] for name in start} == start


async def test_a_failed_probe_never_gets_traffic(sandbox: Sandbox, tmp_path: Path) -> None:
    silent = replace(EVERYTHING, services=("web", "mailer"), targets={"web": ("tcp://10.0.0.3:9999",)})
    before = service(sandbox, "web")
    with load(sandbox, {"web": hosts_of(sandbox)["web"]}) as asked:
        run = await moved(sandbox, tmp_path / "journal.db", silent)
    assert (run.group("web").status, run.group("web").code) == (GroupStatus.TAKEN_BACK, "not_connected")
    assert run.group("mailer").status is GroupStatus.MOVED
    assert service_writes(sandbox, "web") == []
    assert service_writes(sandbox, "mailer"), "the log tells of writes where there were some"
    assert service(sandbox, "web") == before
    assert asked.failures == []
    assert len(asked.revisions("web")) == 1


@pytest.mark.parametrize("at", ["service/web", "traffic-stage/web-10", "traffic-stage/web-100", "traffic-shape/web"])
async def test_called_back_at_any_stage(sandbox: Sandbox, tmp_path: Path, at: str) -> None:
    start, recall = state(sandbox), Recall()

    def watch(event: Event) -> None:
        if isinstance(event, StepStarted) and event.id == at:
            recall.ask("web")

    slow = replace(ONE, stages=StageAnswers(watch=0.0, soak=600.0 if at.endswith("-100") else 0.0, calls=1))
    with load(sandbox, {"web": hosts_of(sandbox)["web"]}) as asked:
        run = await moved(sandbox, tmp_path / "journal.db", slow, emit=watch, recall=recall)
    assert asked.failures == []
    assert (run.group("web").status, run.group("web").code) == (GroupStatus.TAKEN_BACK, "recalled")
    end = state(sandbox)
    assert {name: end[name] for name in start} == start


async def test_what_answers_worse_never_gets_traffic(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its code also reaches a cache that nobody named: the live test is green, its own URL is not."""
    start = state(sandbox)
    half = replace(
        EVERYTHING,
        services=("web",),
        targets={"web": ("http://10.0.0.10:80",)},
        probe=replace(EVERYTHING.probe, start_window=0.5),
    )
    with load(sandbox, {"web": hosts_of(sandbox)["web"]}) as asked:
        run = await moved(sandbox, tmp_path / "journal.db", half)
    assert asked.failures == []
    group = run.group("web")
    assert (group.status, group.code, group.step) == (GroupStatus.TAKEN_BACK, "answers_worse", "traffic-stage/web-0")
    revisions = {n: b for n, b in client.control(sandbox, "GET", "state").items() if "/services/web/revisions/" in n}
    direct = {n.rsplit("/", 1)[-1] for n, b in revisions.items() if "networkInterfaces" in b.get("vpcAccess", {})}
    assert len(direct) == 1
    assert not direct & asked.revisions("web")
    shares = [share for write in service_writes(sandbox, "web") for share in _shares(write, direct)]
    assert shares and not any(shares), "the log tells of its tag, and of no traffic"
    end = state(sandbox)
    assert {name: end[name] for name in start} == start


def _shares(write: dict[str, Any], revisions: set[str]) -> list[int]:
    """What a write gives to any of these revisions, in percent."""
    return [target.get("percent", 0) for target in write.get("traffic", []) if target.get("revision") in revisions]
