"""Names: the documented patterns, boundaries, hostile input, and shortening."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.network import names

GOOD_AND_BAD: tuple[tuple[Callable[[str], None], tuple[str, ...], tuple[str, ...]], ...] = (
    (names.check_resource_name, ("a", "my-vpc", "a" * 63), ("", "A", "-a", "a-", "1a", "a" * 64, "a_b", "é", "a\n")),
    (names.check_connector_name, ("ab", "a" * 25, "a-1"), ("a", "a" * 26, "1b", "a-", "aB")),
    (names.check_new_connector_name, ("a" * 20, "my-connector"), ("a" * 21, "a" * 17 + "-bc", "a")),
    (names.check_service_name, ("a", "a" * 49), ("a" * 50, "a-", "1a", "")),
    (names.check_network_tag, ("web", "a" * 63), ("Web", "web_1", "a" * 64)),
    (
        names.check_region,
        ("us-central1", "europe-west12", "northamerica-northeast1", "me-central2"),
        ("us-central1-a", "us_central1", "uscentral1", "us-central", "US-CENTRAL1", "us-central0"),
    ),
    (
        names.check_project_id,
        ("my-project", "a23456", "a" * 30, "example.com:my-project"),
        ("a2345", "a" * 31, "123456789012", "My-project", "my-project-", "١٢٣٤٥٦٧"),
    ),
    (names.check_machine_type, ("e2-micro", "f1-micro", "e2-standard-4"), ("e2-small", "", "E2-MICRO")),
)


def _id(value: object) -> str:
    """The same in every process: of a function its name, not where it is."""
    return ascii(getattr(value, "__name__", value))[:30]


@pytest.mark.parametrize(
    ("check", "name"), [(check, name) for check, good, _ in GOOD_AND_BAD for name in good], ids=_id
)
def test_accepts(check: Callable[[str], None], name: str) -> None:
    check(name)


@pytest.mark.parametrize(("check", "name"), [(check, name) for check, _, bad in GOOD_AND_BAD for name in bad], ids=_id)
def test_refuses_with_field_rule_and_example(check: Callable[[str], None], name: str) -> None:
    with pytest.raises(InputError) as error:
        check(name)
    assert error.value.field
    assert "for example" in error.value.fix
    assert len(error.value.message) < 200
    assert "\n" not in error.value.message


@pytest.mark.parametrize("name", ["x" * 10_000, "[/red]", "\x1b[2J", "💥" * 100])
def test_hostile_text_gives_one_short_ascii_line(name: str) -> None:
    with pytest.raises(InputError) as error:
        names.check_service_name(name)
    assert error.value.message.isascii()
    assert error.value.message.isprintable()
    assert len(error.value.message) < 300


@pytest.mark.parametrize(
    ("low", "high", "field"),
    [(1, 3, "min"), (10, 10, "min"), (2, 2, "max"), (2, 11, "max"), (5, 5, "max"), (6, 4, "max")],
)
def test_connector_instances_out_of_bounds(low: int, high: int, field: str) -> None:
    with pytest.raises(InputError) as error:
        names.check_connector_instances(low, high)
    assert error.value.field == f"connector.{field}_instances"


@pytest.mark.parametrize(("low", "high"), [(2, 3), (9, 10), (2, 10)])
def test_connector_instances_within_bounds(low: int, high: int) -> None:
    names.check_connector_instances(low, high)


def test_tags_are_checked_together() -> None:
    names.check_network_tags(tuple(f"t{i}" for i in range(64)))
    with pytest.raises(InputError, match="no tag twice"):
        names.check_network_tags(("a", "b", "a"))
    with pytest.raises(InputError, match="at most 64"):
        names.check_network_tags(tuple(f"t{i}" for i in range(65)))


VALID = st.from_regex(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True).filter(str.isascii)


@given(VALID, st.integers(8, 63))
def test_shortened_names_stay_valid_and_short(name: str, longest: int) -> None:
    short = names.shorten(name, longest=longest)
    assert len(short) <= longest
    assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", short)
    assert (short == name) == (len(name) <= longest)


@given(VALID.filter(lambda name: len(name) > 1))
def test_new_connector_names_meet_both_rules(name: str) -> None:
    short = names.new_connector_name(name)
    assert re.fullmatch(r"[a-z][-a-z0-9]{0,23}[a-z0-9]", short)
    assert len(short) + short.count("-") <= 20


def test_the_suffix_tells_long_names_apart() -> None:
    first, second = (names.shorten("a" * 70 + end, longest=63) for end in "xy")
    assert first != second
    assert first == names.shorten("a" * 70 + "x", longest=63)
