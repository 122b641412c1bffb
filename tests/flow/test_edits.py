"""What an edit takes back, and that nothing else goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wizard.answers import Answers, Value, by_key, from_keys
from wizard.flow.edits import INVALIDATES, consequences, default, edit
from wizard.flow.pages import PAGE_OF

GIVEN = from_keys(
    {
        "project": "p-one-two",
        "region": "us-central1",
        "service": "web",
        "network": "vpc",
        "range": "10.8.0.0/28",
        "connector.name": "conn",
        "egress": "all-traffic",
        "nat": "leave",
        "secrets": {"DB": "db:latest"},
    }
)


def test_another_network_takes_back_what_was_chosen_inside_the_old_one() -> None:
    gone = consequences(GIVEN, "network", "other")
    assert [(c.key, c.was) for c in gone] == [("range", "10.8.0.0/28"), ("connector.name", "conn")]
    after = edit(GIVEN, "network", "other")
    assert (after.network, after.range, after.connector.name, after.service) == ("other", "auto", "", "web")


def test_another_project_takes_back_what_names_things_in_it() -> None:
    keys = {c.key for c in consequences(GIVEN, "project", "p-two-three")}
    assert keys == {"service", "network", "range", "connector.name", "secrets"}


def test_a_first_project_or_region_takes_nothing_back() -> None:
    answers = Answers(service="web")
    assert consequences(answers, "project", "p-one-two") == ()
    assert edit(answers, "region", "us-central1").service == "web"


def test_a_range_and_an_existing_subnet_exclude_each_other() -> None:
    assert edit(GIVEN, "subnet", "mine").range == "auto"
    with_subnet = edit(GIVEN, "subnet", "mine")
    assert edit(with_subnet, "range", "10.9.0.0/28").subnet == ""
    assert edit(with_subnet, "range", "auto").subnet == "mine"


def test_every_consequence_is_an_answer_with_a_page() -> None:
    assert {later for keys in INVALIDATES.values() for later in keys} <= set(PAGE_OF)


@given(st.sampled_from(sorted(INVALIDATES)), st.sampled_from(("", "x-y-z", "connector", "all-traffic")))
def test_only_what_is_said_changes(key: str, value: str) -> None:
    before, after = by_key(GIVEN), by_key(edit(GIVEN, key, value))
    said: dict[str, Value] = {c.key: default(c.key) for c in consequences(GIVEN, key, value)}
    assert after == {**before, **said, key: value}
