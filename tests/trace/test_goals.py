"""Goals: addresses, resources by name, private zones with their shadows, and what is public."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.trace.facts import INSIDE, OUTSIDE, project, zone
from wizard.errors import InputError
from wizard.inventory import Gap
from wizard.network.tracing import Goal, Origin
from wizard.records import DnsZone
from wizard.trace.goals import check_target, goal_of, named_target
from wizard.trace.names import look_up

CORP = zone("corp.example", {"db.corp.example.": "10.0.0.5", "DB2.corp.example": "10.0.0.6"})


def goal(text: str, *zones: DnsZone, origin: Origin = INSIDE) -> Goal:
    facts = project(*zones)
    return goal_of(facts, origin, named_target(facts, text))


def test_an_address_is_itself() -> None:
    found = goal("redis://10.0.0.3:6379")
    assert (found.address, found.port, found.kind, found.lost) == ("10.0.0.3", 6379, "address", None)


def test_resources_by_name_the_own_network_first() -> None:
    assert goal("cache:6379").address == "10.0.0.3"
    assert goal("twice:80").address == "10.0.0.9"
    assert (goal("front").address, goal("front").port) == ("10.0.0.20", 8080)
    with pytest.raises(InputError) as refused:
        goal("cache")
    assert refused.value.field == "TARGET"


def test_internal_names_are_for_instances_in_a_network() -> None:
    name = "cache.us-central1-b.c.demo.internal:6379"
    assert goal(name).address == "10.0.0.3"
    lost = goal(name, origin=OUTSIDE).lost
    assert lost is not None
    assert lost.cause == "VPC_CONNECTOR_NOT_SET"
    assert goal("nobody.c.demo.internal:1").lost is not None


def test_a_private_zone_answers_in_its_networks_alone() -> None:
    assert goal("db.corp.example:5432", CORP).address == "10.0.0.5"
    assert goal("db2.corp.example:5432", CORP).address == "10.0.0.6"
    elsewhere = zone("corp.example", {"db.corp.example.": "10.0.0.5"}, network="other")
    assert goal("db.corp.example:5432", elsewhere).kind == "public"
    outside = goal("db.corp.example:5432", CORP, origin=OUTSIDE).lost
    assert outside is not None
    assert outside.cause == "VPC_CONNECTOR_NOT_SET"


def test_a_zone_shadows_what_it_does_not_have() -> None:
    lost = goal("api.corp.example:443", CORP).lost
    assert lost is not None
    assert (lost.cause, "corp.example" in lost.detail) == ("UNKNOWN_INTERNAL_ADDRESS", True)
    narrow = zone("a.corp.example", {"x.a.corp.example.": "10.0.0.8"})
    wide = zone("corp.example", {"y.a.corp.example.": "10.0.0.9"})
    assert goal("x.a.corp.example:1", narrow, wide).address == "10.0.0.8"
    assert goal("y.a.corp.example:1", narrow, wide).lost is not None
    google = zone("googleapis.com", {"storage.googleapis.com.": "199.36.153.8"})
    assert goal("https://storage.googleapis.com", google).address == "199.36.153.8"
    assert goal("https://pubsub.googleapis.com", google).lost is not None


def test_aliases_are_followed_but_not_for_ever() -> None:
    alias = zone("corp.example", {"www.corp.example.": "db.corp.example."}, kind="CNAME")
    both = DnsZone(name="z", dns_name="corp.example.", networks=("my-vpc",), records=(*alias.records, *CORP.records))
    assert goal("www.corp.example:1", both).address == "10.0.0.5"
    loop = zone("l.example", {"a.l.example.": "b.l.example.", "b.l.example.": "a.l.example."}, kind="CNAME")
    assert not look_up(project(loop), "my-vpc", "a.l.example").address


def test_a_zone_that_asks_elsewhere_is_not_known() -> None:
    found = goal("db.corp.example:1", structs.replace(zone("corp.example", {}), forwarding=True))
    assert (found.kind, found.lost, found.address) == ("public", None, "")
    assert found.doubts


def test_wildcards_are_for_names_without_records_of_their_own() -> None:
    wild = zone("corp.example", {"*.corp.example.": "10.0.0.7", "db.corp.example.": "10.0.0.5"})
    assert goal("any.corp.example:1", wild).address == "10.0.0.7"
    assert goal("two.down.corp.example:1", wild).address == "10.0.0.7"
    assert goal("db.corp.example:1", wild).address == "10.0.0.5"
    assert goal("corp.example:1", wild).lost is not None


def test_zones_that_could_not_be_read_leave_a_doubt() -> None:
    facts = project(gaps=(Gap(what="DNS zones", status="PERMISSION_DENIED", message="no"),))
    assert goal_of(facts, INSIDE, named_target(facts, "db.corp.example:1")).doubts
    assert not goal_of(facts, OUTSIDE, named_target(facts, "db.corp.example:1")).doubts
    assert not goal("db.corp.example:1").doubts


@pytest.mark.parametrize(
    ("text", "kind", "internal"),
    [
        ("https://storage.googleapis.com", "google_api", False),
        ("https://api-abc-uc.a.run.app", "run", True),
        ("https://web-abc-uc.a.run.app", "run", False),
        ("https://stranger.a.run.app", "run", False),
        ("https://example.com", "public", False),
    ],
)
def test_public_names(text: str, kind: str, internal: bool) -> None:
    found = goal(text)
    assert (found.kind, found.internal_ingress, found.address) == (kind, internal, "")


@pytest.mark.parametrize("text", ["", "a b", "10.0.0.3", "x://y:1", "Cache", "redis://user:secret@10.0.0.3"])
def test_what_is_no_target_is_refused_before_anything_is_read(text: str) -> None:
    with pytest.raises(InputError) as refused:
        check_target(text)
    assert "secret" not in refused.value.message
