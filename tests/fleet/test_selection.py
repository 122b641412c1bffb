"""Which services and jobs move, what they must reach, and answers that cannot be meant."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.fleet.worlds import DB, codes, fleet, found, ids, job, plan, revision, service
from wizard.errors import InputError
from wizard.fleet.answers import RolloutAnswers, StageAnswers, WaveAnswers
from wizard.fleet.model import Elsewhere, Move
from wizard.fleet.targets import suggested
from wizard.fleet.users import User
from wizard.inventory import Gap
from wizard.records import DnsZone, Literal, SecretRef, Traffic, VpcAccess


def test_everything_moves_unless_named_or_skipped() -> None:
    there = fleet(service("api"), service("web"), job("nightly"))
    assert plan(there).groups == ("api", "web", "job:nightly")
    assert plan(there, services=("job:nightly", "web")).groups == ("web", "job:nightly")
    assert plan(there, skip=("web",)).groups == ("api", "job:nightly")


def test_steps_of_a_service_and_of_a_job() -> None:
    made = plan(fleet(service("web"), job("nightly")))
    assert ids(made) == ["subnet/con-direct", "firewall/runvpc-con-1"]
    assert ids(made, "web") == [
        *("probe/runvpc-web-t1", "probe-cleanup/runvpc-web-t1", "traffic-pin/web", "service/web"),
        *("traffic-stage/web-0", "traffic-stage/web-10", "traffic-stage/web-50", "traffic-stage/web-100"),
        "traffic-shape/web",
    ]
    assert ids(made, "job:nightly") == [
        *("probe/runvpc-job-nightly-t1", "probe-cleanup/runvpc-job-nightly-t1", "job/nightly"),
    ]
    first = made.step("probe/runvpc-web-t1")
    assert set(first.depends_on) == {"subnet/con-direct", "firewall/runvpc-con-1"}, "shared steps come first"


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ({"services": ("wbe",)}, "did you mean: web"),
        ({"skip": ("nightly",)}, "did you mean: job:nightly"),
        ({"acknowledged": ("zzzzzz",)}, "there: web, job:nightly"),
        ({"promote": ("webb",)}, "did you mean: web"),
        ({"no_probe": ("job:nightli",)}, "did you mean: job:nightly"),
        ({"rollout": RolloutAnswers(canary="weeb")}, "did you mean: web"),
        ({"wave": (WaveAnswers(services=("web", "job:nihgtly")),)}, "did you mean: job:nightly"),
    ],
)
def test_an_unknown_name_is_an_error_with_names_like_it(given: dict[str, object], near: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(fleet(service("web"), job("nightly")), **given)
    assert caught.value.fix == near
    assert caught.value.field.split(".")[0] in given


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "nowhere"}, "to"),
        ({"firewall": "open"}, "firewall"),
        ({"nat": "yes"}, "nat"),
        ({"startup": "longer"}, "startup"),
        ({"blocked": "go"}, "blocked"),
        ({"tags": ("Not-A-Tag",)}, "tags"),
        ({"subnet": "-bad"}, "subnet"),
        ({"network": "UPPER"}, "network"),
        ({"targets": {"web": ("redis://",)}}, "targets"),
        ({"stages": StageAnswers(steps=())}, "stages.steps"),
        ({"stages": StageAnswers(steps=(10, 50))}, "stages.steps"),
        ({"stages": StageAnswers(steps=(50, 10, 100))}, "stages.steps"),
        ({"stages": StageAnswers(steps=(10, 10, 100))}, "stages.steps"),
        ({"stages": StageAnswers(steps=(0, 100))}, "stages.steps"),
        ({"stages": StageAnswers(steps=(100, 200))}, "stages.steps"),
        ({"stages": StageAnswers(watch=-1.0)}, "stages.watch"),
        ({"stages": StageAnswers(soak=1e9)}, "stages.soak"),
        ({"stages": StageAnswers(calls=-1)}, "stages.calls"),
        ({"stages": StageAnswers(timer=-5.0)}, "stages.timer"),
        ({"rollout": RolloutAnswers(concurrency=0)}, "rollout.concurrency"),
        ({"rollout": RolloutAnswers(on_failure="panic")}, "rollout.on_failure"),
        ({"rollout": RolloutAnswers(not_before="tomorrow")}, "rollout.not_before"),
        ({"rollout": RolloutAnswers(not_before="2026-12-01T22:00:00")}, "rollout.not_before"),
        ({"rollout": RolloutAnswers(not_before="2026-13-01T22:00:00Z")}, "rollout.not_before"),
        ({"wave": (WaveAnswers(services=("web",), not_before="22:00"),)}, "wave.not_before"),
        ({"wave": (WaveAnswers(services=("web",)), WaveAnswers(services=("web",)))}, "wave.services"),
    ],
)
def test_answers_that_cannot_be_meant_are_named(given: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(fleet(service("web")), **given)
    assert caught.value.field == field
    assert caught.value.fix


@pytest.mark.parametrize("time", ["2026-12-01T22:00:00Z", "2026-12-01T22:00:00+01:00", "2026-12-01T22:00:00.5-08:00"])
def test_times_with_an_offset_are_taken(time: str) -> None:
    made = plan(fleet(service("web")), rollout=RolloutAnswers(not_before=time))
    assert made.rollout.waves[0].not_before == time


def test_what_has_moved_is_named_and_left_alone() -> None:
    moved = service("web", vpc=VpcAccess(network="my-vpc", subnet="apps"))
    made = plan(fleet(service("api"), moved), services=("web", "api"), subnet="apps")
    assert made.groups == ("api",)
    assert found(made, "already_moved").message.endswith("nothing to do: web")


def test_nothing_is_left_to_move() -> None:
    made = plan(fleet(service("web", vpc=VpcAccess(network="my-vpc", subnet="apps"))))
    assert (made.steps, made.blocked) == ((), False)
    assert codes(made) == ["info nothing_to_move"]


def test_a_moved_service_with_traffic_on_an_old_revision_only_needs_traffic() -> None:
    """Its template is elsewhere already: a new revision of it would change nothing."""
    split = (Traffic(revision="web-1", percent=100),)
    moved = service("web", vpc=VpcAccess(network="my-vpc", subnet="apps"), traffic=split)
    made = plan(fleet(moved, revisions=[revision("web-1")]))
    assert made.steps == ()
    finding = found(made, "release_under_way")
    assert finding.severity.value == "block"
    assert finding.fix == (
        "gcloud run services update-traffic web --project=demo-project --region=us-central1 --to-latest"
    )


def test_a_moved_service_with_a_tag_on_an_old_revision_is_done() -> None:
    traffic = (Traffic(percent=100), Traffic(revision="web-1", tag="old"))
    moved = service("web", vpc=VpcAccess(network="my-vpc", subnet="apps"), traffic=traffic)
    made = plan(fleet(moved, revisions=[revision("web-1")]))
    assert (made.steps, made.blocked) == ((), False)
    assert "web-1 (tag old)" in found(made, "tag_keeps_connector").message
    assert found(made, "tag_keeps_connector").fix.endswith("--remove-tags=old")


def test_targets_are_private_addresses_of_plain_variables() -> None:
    env = {
        "DB_HOST": Literal("10.0.0.5"),
        "DB_PORT": Literal("5432"),
        "REDIS_URL": SecretRef("redis"),
        "STRIPE_URL": Literal("https://api.stripe.example"),
        "QUEUE": Literal("amqp://queue.corp.example:5672"),
        "OUTSIDE": Literal("tcp://203.0.113.9:99"),
    }
    zone = DnsZone(name="corp", dns_name="corp.example.", networks=("my-vpc",))
    (user,) = fleet(service("web")).users
    move = Move(user=user, vpc=VpcAccess(), service=service("web", env=env))
    assert suggested(move) == (DB,)
    assert suggested(move, [zone]) == (DB, "tcp://queue.corp.example:5672")


def test_answered_targets_come_before_those_of_the_environment() -> None:
    made = plan(fleet(service("web")), targets={"web": ("http://10.0.0.10:80",), "else": (DB,)})
    assert getattr(made.step("probe/runvpc-web-t1").step, "targets", ()) == ("http://10.0.0.10:80",)
    assert found(made, "targets_unused").message.endswith(": else")


def test_no_targets_can_be_said() -> None:
    made = plan(fleet(service("web")), targets={"web": ()})
    assert found(made, "no_targets").message.endswith(": web"), "its environment is not asked any more"


def test_without_targets_nothing_moves_unless_it_is_said() -> None:
    there = fleet(service("a", env={}), service("b", env={}), service("web"))
    blocked = plan(there)
    assert blocked.blocked and blocked.groups == ("web",)
    finding = found(blocked, "no_targets")
    assert (finding.message[-4:], finding.fix) == ("a, b", "--targets FILE.csv, or --no-probe a,b")
    allowed = plan(there, no_probe=("a",), blocked="skip")
    assert not allowed.blocked and allowed.groups == ("a", "web")
    assert ids(allowed, "a")[0] == "traffic-pin/a", "no probe"
    assert found(allowed, "no_targets").severity.value == "warn"
    assert found(allowed, "no_targets").message.endswith(": b; left out")


def test_users_that_no_change_of_cloud_run_moves_are_named() -> None:
    there = structs.replace(
        fleet(service("web")),
        fixed=(User(kind="1st gen function", name="resize", region="us-central1", template=True),),
        unseen=(Gap(what="project team-b", status="PERMISSION_DENIED", message="not yours"),),
    )
    made = plan(there)
    assert "1st gen function resize" in found(made, "fixed_user").message
    assert found(made, "unseen_user").message.endswith("project team-b: not yours")
    assert not made.blocked


def test_an_unread_list_of_services_blocks() -> None:
    gap = Gap(what="services", status="PERMISSION_DENIED", message="not yours")
    there = structs.replace(fleet(service("web"), gaps=(gap,)), unseen=(gap,))
    assert codes(plan(there))[:2] == ["block not_readable", "info startup_unguarded"], "said once"


def test_an_unread_list_of_jobs_may_hide_users() -> None:
    gaps = (Gap(what="jobs", status="PERMISSION_DENIED", message="no"), Gap(what="routers", status="X", message="y"))
    there = structs.replace(fleet(service("web"), gaps=gaps), unseen=gaps[:1])
    made = plan(there)
    assert found(made, "unseen_user").message.endswith(": jobs: no")
    assert found(made, "not_checked").message == "could not read routers: y"


def test_another_project_moves_its_own_users() -> None:
    user = User(kind="service", name="their", region="us-central1", template=True)
    there = structs.replace(fleet(service("web")), elsewhere=(Elsewhere(project="team-b", users=(user,)),))
    finding = found(plan(there), "other_project")
    assert finding.message == "users in project team-b are not moved from here: their"
    assert finding.fix.endswith(
        "--project team-b --connector projects/demo-project/locations/us-central1/connectors/con"
    )


def test_an_attached_cloud_sql_instance_is_no_target_but_named() -> None:
    there = fleet(service("web", env={}, cloud_sql=("p:us-central1:db",)), job("nightly", cloud_sql=("p:r:a", "p:r:b")))
    made = plan(there)
    message = "attached to Cloud SQL instances, whose private addresses no setting tells: "
    assert found(made, "cloud_sql").message == f"{message}web (p:us-central1:db); job:nightly (p:r:a, p:r:b)"
    assert found(made, "no_targets").message.endswith(": web")
