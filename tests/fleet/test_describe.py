"""The inventory as people and programs see it: grouped by owner, filtered, with the change in the owner's own words."""

from __future__ import annotations

import pytest

from wizard.fleet.describe import NOBODY, describe, matches, sections
from wizard.fleet.model import Elsewhere, Fleet
from wizard.fleet.owner import snippet
from wizard.fleet.users import Serving, User
from wizard.inventory import Gap, Inventory
from wizard.records import Connector, Subnet, VpcAccess

REGION = "us-central1"
DIRECT = VpcAccess(network="my-vpc", subnet="run", tags=("app",))
BACK = VpcAccess(connector=f"projects/p/locations/{REGION}/connectors/con", egress="all-traffic")


def user(kind: str = "service", name: str = "web", egress: str = "", owner: str = "", *serving: Serving) -> User:
    return User(kind=kind, name=name, region=REGION, template=True, egress=egress, owner=owner, serving=serving)


def fleet(**more: tuple[User, ...]) -> Fleet:
    return Fleet(
        inventory=Inventory(
            project="demo-project",
            region=REGION,
            subnets=(Subnet(name="for-con", network="my-vpc", region=REGION, range="10.8.0.0/28"),),
        ),
        connector=Connector(name="con", region=REGION, subnet="for-con"),
        home="demo-project",
        users=(
            user("service", "web", "all-traffic", "Terraform", Serving(revision="web-2", percent=100, tags=("new",))),
            user("job", "nightly"),
        ),
        fixed=(user("1st gen function", "resize", "all-traffic"),),
        elsewhere=(Elsewhere(project="team-a", users=(user(name="shop", owner="the team"),)),),
        unseen=(Gap(what="project team-b", status="PERMISSION_DENIED", message="no"),),
    )


def test_the_document() -> None:
    found = describe(fleet(), targets={"job:nightly": ("tcp://10.0.0.3:5432",)})
    assert found["connector"]["subnet"] == "for-con"
    web, nightly = found["users"]
    assert set(web) == {
        *("kind", "name", "region", "project", "template", "serving", "egress", "owner", "targets", "snippet")
    }
    assert (web["serving"], web["targets"]) == ([{"revision": "web-2", "percent": 100, "tags": ["new"]}], [])
    assert '"my-vpc"' in web["snippet"], "the network of the connector's subnet"
    assert '"SUBNET"' in web["snippet"]
    assert nightly["targets"] == ["tcp://10.0.0.3:5432"]
    assert [(one["kind"], one["name"]) for one in found["fixed"]] == [("1st gen function", "resize")]
    assert found["unseen"] == [{"what": "project team-b", "why": "PERMISSION_DENIED: no"}]
    assert [(one["project"], [u["name"] for u in one["users"]]) for one in found["projects"]] == [("team-a", ["shop"])]


def test_a_filter_hides_users_but_never_what_was_not_seen() -> None:
    found = describe(fleet(), text="kind:job")
    assert [one["name"] for one in found["users"]] == ["nightly"]
    assert (found["fixed"], found["projects"][0]["users"]) == ([], [])
    assert len(found["unseen"]) == 1


def test_by_owner_those_that_are_known_first() -> None:
    found = sections(fleet())
    assert [section.title for section in found] == ["Terraform (its labels say)", "the team (its labels say)", NOBODY]
    assert found[0].rows == (("service web", "template; web-2 100 % tag new", "all-traffic"),)
    assert found[1].rows == (("service shop of project team-a", "template", "private-ranges-only"),)
    assert [row[0] for row in found[2].rows] == ["job nightly", "1st gen function resize"]
    assert [row[0] for one in sections(fleet(), "team-a") for row in one.rows] == ["service shop of project team-a"]


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("", True),
        ("  ", True),
        ("WEB", True),
        ("web terra", True),
        ("web job", False),
        ("kind:service owner:terraform", True),
        ("name:terraform", False),
        ("egress:all", True),
        ("project:demo", True),
        ("demo", True),
        ("owner:", True),
        ("colour:red", False),
    ],
)
def test_words_that_match(text: str, yes: bool) -> None:
    assert matches(user("service", "web", "all-traffic", "Terraform"), text, "demo-project") is yes


def test_terraform_keeps_the_egress_setting() -> None:
    found = snippet(user("service", "web", "all-traffic", "Terraform"), DIRECT)
    assert found.splitlines() == [
        'resource "google_cloud_run_v2_service" "web" {',
        "  template {",
        "    vpc_access {",
        "      # the line with connector goes",
        '      egress = "ALL_TRAFFIC"',
        "      network_interfaces {",
        '        network    = "my-vpc"',
        '        subnetwork = "run"',
        '        tags       = ["app"]',
        "      }",
        "    }",
        "  }",
        "}",
    ]
    job = snippet(user("job", "nightly", "", "Terraform"), BACK)
    assert job.startswith('resource "google_cloud_run_v2_job" "nightly" {\n  template {\n    template {')
    assert f'connector = "{BACK.connector}"' in job
    assert "# the block network_interfaces goes" in job


def test_gcloud_takes_two_commands_for_all_traffic_and_no_request_meets_the_first() -> None:
    update = f"gcloud run services update web --project=p --region={REGION}"
    found = snippet(user(egress="all-traffic"), DIRECT, "p").splitlines()
    assert [line for line in found if not line.startswith("#")] == [
        f"{update} --clear-vpc-connector --network=my-vpc --subnet=run --network-tags=app"
        " --vpc-egress=private-ranges-only --no-traffic",
        f"{update} --vpc-egress=all-traffic --no-traffic",
        f"gcloud run services update-traffic web --project=p --region={REGION} --to-latest",
    ]
    (one,) = snippet(user("job", "nightly"), DIRECT).splitlines()
    assert one.startswith(f"gcloud run jobs update nightly --region={REGION} --clear-vpc-connector ")
    back = snippet(user("job", "nightly", "all-traffic"), BACK).splitlines()
    assert "--clear-network" in back[0] and back[1].endswith("--vpc-egress=all-traffic")


@pytest.mark.parametrize("owner", ["Cloud Build", "GitHub Actions", "the platform team"])
def test_a_pipeline_is_told_what_goes_and_what_comes(owner: str) -> None:
    head, flags, *_ = snippet(user(egress="all-traffic", owner=owner), DIRECT).splitlines()
    assert head.startswith(f"# {owner}: in ") and head.endswith("take --vpc-connector out and add:")
    assert flags.strip() == "--network=my-vpc --subnet=run --vpc-egress=all-traffic --network-tags=app"


def test_a_function_has_another_word_for_the_same() -> None:
    flags = "--network=my-vpc --subnet=run --network-tags=app --direct-vpc-egress={}"
    assert snippet(user("function", "fn", "all-traffic", "Cloud Functions"), DIRECT).endswith(flags.format("all"))
    assert snippet(user("function", "fn"), DIRECT).endswith(flags.format("private-ranges-only"))


def test_what_cannot_be_moved_says_so() -> None:
    found = snippet(user("App Engine version", "default/v1"), DIRECT)
    assert found.startswith("# App Engine version default/v1: it keeps its connector")
