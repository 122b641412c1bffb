"""Who uses a connector."""

from __future__ import annotations

import pytest

from wizard.fleet.labels import owner_of
from wizard.fleet.users import Serving, users_of
from wizard.records import Connector, Job, Revision, Service, Traffic, VpcAccess

REGION = "us-central1"
CONNECTOR = Connector(name="con", region=REGION)
FULL = VpcAccess(connector=f"projects/p/locations/{REGION}/connectors/con", egress="all-traffic")
DIRECT = VpcAccess(network="n", subnet="s", egress="private-ranges-only")


def service(name: str, vpc: VpcAccess = FULL, *traffic: Traffic, labels: dict[str, str] | None = None) -> Service:
    given = traffic or (Traffic(percent=100),)
    return Service(name=name, region=REGION, vpc=vpc, traffic=given, latest_ready=f"{name}-2", labels=labels or {})


def revision(name: str, vpc: VpcAccess = FULL) -> Revision:
    return Revision(name=name, service=name.rpartition("-")[0], region=REGION, vpc=vpc)


def test_a_tagged_revision_without_traffic_still_uses_it() -> None:
    """The service has moved on; one old revision can still be called (user needs, 26)."""
    moved = service("web", DIRECT, Traffic(percent=100), Traffic(revision="web-1", tag="old"))
    revisions = [revision("web-1"), revision("web-2", DIRECT), revision("web-0")]
    (user,) = users_of(CONNECTOR, "p", services=[moved], revisions=revisions)
    assert (user.name, user.template) == ("web", False)
    assert user.serving == (Serving(revision="web-1", percent=0, tags=("old",)),)
    assert user.egress == "all-traffic", "of the revision that uses the connector, not of the template that does not"


def test_traffic_in_force_counts_beside_what_is_asked_for() -> None:
    """Traffic that is being moved: the old revision serves until the roll-out is over."""
    one = Service(
        name="web",
        region=REGION,
        vpc=DIRECT,
        traffic=(Traffic(revision="web-2", percent=100),),
        serving=(Traffic(revision="web-1", percent=60), Traffic(revision="web-2", percent=40)),
    )
    (user,) = users_of(CONNECTOR, "p", services=[one], revisions=[revision("web-1"), revision("web-2", DIRECT)])
    assert user.serving == (Serving(revision="web-1", percent=60),)


def test_services_by_template_functions_and_jobs() -> None:
    function = service("fn", labels={"goog-managed-by": "cloudfunctions"})
    jobs = [Job(name="nightly", region=REGION, vpc=FULL), Job(name="other", region=REGION, vpc=DIRECT)]
    found = users_of(
        CONNECTOR,
        "p",
        services=[service("web"), function, service("none", VpcAccess())],
        revisions=[revision("web-2"), revision("fn-2")],
        jobs=jobs,
    )
    assert [(user.kind, user.name) for user in found] == [("function", "fn"), ("service", "web"), ("job", "nightly")]
    assert [user.owner for user in found] == ["Cloud Functions", "", ""]
    assert found[1].serving == (Serving(revision="web-2", percent=100),)


@pytest.mark.parametrize(
    ("link", "same"),
    [
        ("con", True),
        (f"projects/p/locations/{REGION}/connectors/con", True),
        (f"projects/123/locations/{REGION}/connectors/con", True),
        (f"projects/other/locations/{REGION}/connectors/con", False),
        ("projects/p/locations/europe-west1/connectors/con", False),
        (f"projects/p/locations/{REGION}/connectors/con-2", False),
        ("", False),
    ],
)
def test_short_and_full_names_are_the_same_connector(link: str, same: bool) -> None:
    one = service("web", VpcAccess(connector=link))
    assert bool(users_of(CONNECTOR, "p", services=[one])) is same


@pytest.mark.parametrize(
    ("labels", "owner"),
    [
        ({}, ""),
        ({"goog-terraform-provisioned": "true"}, "Terraform"),
        ({"managed-by": "github-actions"}, "GitHub Actions"),
        ({"managed-by": "the platform team"}, "the platform team"),
        ({"goog-terraform-provisioned": "true", "managed-by": "x"}, "Terraform"),
    ],
)
def test_who_manages_it(labels: dict[str, str], owner: str) -> None:
    assert owner_of(labels) == owner
