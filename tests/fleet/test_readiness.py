"""Releases under way, services that are not ready, owners, start-up probes, long jobs, permissions."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.fleet.worlds import codes, fleet, found, job, plan, revision, service
from wizard.fleet.checks.readiness import under_way
from wizard.fleet.checks.startup import extended, window
from wizard.fleet.permissions import PERMISSIONS
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.traffic_shape import ShapeTraffic
from wizard.records import Condition, Service, StartupProbe, Traffic

SPLIT = (Traffic(percent=10), Traffic(revision="web-1", percent=90))
TERRAFORM = {"goog-terraform-provisioned": "true"}


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        ((), False),
        ((Traffic(percent=100),), False),
        ((Traffic(revision="web-2", percent=100),), False),
        ((Traffic(percent=100), Traffic(revision="web-1", tag="old")), False),
        (SPLIT, True),
        ((Traffic(revision="web-1", percent=100),), True),
        ((Traffic(revision="web-1", percent=100), Traffic(percent=0, tag="next")), True),
    ],
)
def test_a_release_is_under_way_when_another_revision_than_the_newest_has_traffic(
    traffic: tuple[Traffic, ...], expected: bool
) -> None:
    assert under_way(service("web", traffic=traffic)) is expected


def test_a_release_under_way_is_not_finished_by_us() -> None:
    made = plan(fleet(service("api"), service("web", traffic=SPLIT)))
    finding = found(made, "release_under_way")
    assert finding.severity.value == "block"
    assert finding.message.endswith("web (web-2 10 %, web-1 90 %)")
    assert "gcloud run services update-traffic web " in finding.fix and finding.fix.endswith("or --promote web")
    assert made.groups == ("api",)


def test_a_promoted_release_ends_with_everything_on_the_newest() -> None:
    made = plan(fleet(service("web", traffic=SPLIT)), promote=("web",))
    assert not made.blocked
    assert found(made, "release_under_way").severity.value == "warn"
    shape = made.step("traffic-shape/web").step
    assert isinstance(shape, ShapeTraffic) and shape.to == (Traffic(percent=100),)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reconciling": True}, "web: a change of it is under way"),
        ({"latest_created": "web-3"}, "web: web-3 is not ready"),
        (
            {"latest_created": "web-3", "ready": Condition(state="FAILED", message="it crashed")},
            "web: web-3 is not ready (it crashed)",
        ),
        ({"ready": Condition(state="FAILED", reason="HEALTH_CHECK_CONTAINER_ERROR")}, "HEALTH_CHECK_CONTAINER_ERROR"),
    ],
)
def test_what_is_not_ready_stays(changes: dict[str, object], why: str) -> None:
    made = plan(fleet(structs.replace(service("web"), **changes)))
    assert found(made, "not_ready").message.endswith(why)
    assert made.steps == ()


def test_a_failed_job_stays() -> None:
    made = plan(fleet(job("nightly", ready=Condition(state="FAILED", message="no image"))), blocked="skip")
    assert found(made, "not_ready").message.endswith("job:nightly: no image; left out")
    assert not made.blocked and made.steps == ()


def test_tags_of_others_keep_the_connector_and_are_named() -> None:
    traffic = (
        Traffic(percent=100, tag="live"),
        Traffic(revision="web-1", tag="old"),
        Traffic(revision="web-0", tag="x"),
    )
    made = plan(fleet(service("web", traffic=traffic), revisions=[revision("web-1"), revision("web-2")]))
    finding = found(made, "tag_keeps_connector")
    assert finding.message.endswith("until it is removed: web-1 (tag old)"), "live follows; web-0 is not on it"
    assert finding.fix.endswith("update-traffic web --project=demo-project --region=us-central1 --remove-tags=old")
    assert not made.blocked


def test_an_owner_must_be_acknowledged_and_gets_its_own_words() -> None:
    there = fleet(
        service("a", labels=TERRAFORM),
        service("b", labels={"managed-by": "deploy-bot"}),
        service("c", labels=TERRAFORM),
        service("d"),
    )
    made = plan(there, subnet="apps")
    findings = [f for f in made.findings if f.code == "owner"]
    assert [f.message.split(";")[0] for f in findings] == [
        "its labels say that Terraform deploys: a, c",
        "its labels say that deploy-bot deploys: b",
    ], "one finding for each tool"
    assert "google_cloud_run_v2_service" in findings[0].fix and '"apps"' in findings[0].fix
    assert findings[0].fix.endswith("--acknowledge a,c")
    assert made.blocked and made.groups == ("d",)


def test_an_acknowledged_owner_is_reminded() -> None:
    there = fleet(service("a", labels=TERRAFORM), service("d"))
    made = plan(there, acknowledged=("a",), subnet="apps")
    assert found(made, "owner").severity.value == "warn"
    assert made.groups == ("a", "d") and not made.blocked


TCP = StartupProbe(type="tcp", port=8080, period=10, failure_threshold=3)


def test_a_start_up_probe_that_is_too_short_is_named() -> None:
    there = fleet(
        service("short", startup_probe=TCP),
        service("long", startup_probe=structs.replace(TCP, failure_threshold=12)),
        service("none"),
    )
    made = plan(there)
    assert found(made, "startup_probe").message.endswith("short (30 s)")
    assert found(made, "startup_probe").severity.value == "warn"
    patch = made.step("service/short").step
    assert isinstance(patch, PatchService) and patch.startup_probe is None


def test_a_start_up_probe_gets_more_tries() -> None:
    made = plan(fleet(service("short", startup_probe=TCP), service("none")), startup="extend")
    assert found(made, "startup_probe").message.endswith("short 3 to 9")
    patch = made.step("service/short").step
    assert isinstance(patch, PatchService)
    assert patch.startup_probe == structs.replace(TCP, failure_threshold=9)
    other = made.step("service/none").step
    assert isinstance(other, PatchService) and other.startup_probe is None


@pytest.mark.parametrize(
    ("delay", "period", "failures", "seconds"),
    [(0, 10, 3, 90.0), (30, 10, 1, 90.0), (0, 7, 1, 90.0), (0, 240, 1, 90.0), (200, 30, 1, 900.0), (0, 1, 1, 900.0)],
)
def test_the_window_is_long_enough_or_all_that_cloud_run_allows(
    delay: int, period: int, failures: int, seconds: float
) -> None:
    probe = StartupProbe(type="http", initial_delay=delay, period=period, failure_threshold=failures)
    longer = extended(probe, seconds)
    assert longer == structs.replace(probe, failure_threshold=longer.failure_threshold)
    assert longer.failure_threshold >= failures
    if window(longer) < seconds:
        assert window(longer) <= 240 < window(longer) + period, "one more try would be too long"
    elif longer.failure_threshold > failures:
        assert window(longer) - period < seconds, "no more tries than needed"


def test_a_job_of_more_than_an_hour_is_warned_of() -> None:
    made = plan(fleet(job("long", timeout=3601), job("short", timeout=3600)))
    assert found(made, "long_job").message.endswith(": job:long")


def test_a_missing_permission_is_named_with_those_that_need_it() -> None:
    granted = frozenset(PERMISSIONS) - {"run.jobs.update", "compute.firewalls.create"}
    made = plan(fleet(service("web"), job("nightly"), granted=granted))
    assert found(made, "permission_missing").message == (
        "you lack on demo-project: compute.firewalls.create (for firewall/runvpc-con-1);"
        " run.jobs.update (for job:nightly)"
    )
    assert made.blocked


def test_every_permission_of_a_step_is_tested() -> None:
    """What is not in the list that is asked for can never be found missing."""
    made = plan(fleet(service("web", egress="all-traffic"), job("nightly")))
    needed = {permission for planned in made.steps for permission in planned.step.needs.permissions}
    assert needed <= set(PERMISSIONS)


def test_unknown_permissions_are_said() -> None:
    assert "info permissions_unknown" in codes(plan(fleet(service("web"), granted=None)))


def test_what_the_url_answers_now_is_kept_for_services_that_may_be_called() -> None:
    there = structs.replace(
        fleet(service("api"), service("web")), public=frozenset({"web"}), answers_now={"web": 302, "api": 200}
    )
    steps = {p.id: p.step for p in plan(there).steps}
    assert getattr(steps["traffic-stage/web-0"], "normal", None) == 302
    assert getattr(steps["traffic-stage/api-0"], "normal", None) == 0


def test_a_function_belongs_to_its_own_tool() -> None:
    function: Service = service("fn", labels={"goog-managed-by": "cloudfunctions"})
    made = plan(fleet(function))
    assert found(made, "owner").message.startswith("its labels say that Cloud Functions deploys: fn")
