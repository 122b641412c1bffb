"""Ranges as integers, against the standard library."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network, summarize_address_range

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import InputError
from wizard.network.intervals import normalise, parse, parse_found, parse_start, split, text

NETWORKS = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda pair: IPv4Network((pair[0] >> (32 - pair[1]) << (32 - pair[1]), pair[1]))
)


@given(NETWORKS)
def test_parse_and_text_agree_with_the_standard_library(network: IPv4Network) -> None:
    start, end = parse(str(network))
    assert (start, end) == (int(network[0]), int(network[-1]))
    assert text(start, end) == str(network)


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("10.8.0.1/28", "10.8.0.0/28"),
        ("10.8.0.0", "10.8.0.0/28"),
        ("10.8.0.0/33", "0 to 32"),
        ("10.8.0/24", "not an IPv4 range"),
        ("10.8.0.256/32", "above 255"),
        ("010.8.0.0/28", "not an IPv4 range"),
        ("10.8.0.0/028", "not an IPv4 range"),
        ("fd00::/64", "not an IPv4 range"),
        ("", "not an IPv4 range"),
        ("١٠.8.0.0/28", "not an IPv4 range"),
        ("10.8.0.0/28\n", "not an IPv4 range"),
        ("9" * 10_000, "not an IPv4 range"),
    ],
)
def test_parse_refuses_with_the_rule_and_an_example(cidr: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        parse(cidr, field="subnet range")
    assert words in f"{error.value.message} {error.value.fix}"
    assert error.value.field == "subnet range"
    assert len(error.value.message) < 150


@given(NETWORKS, st.integers(0, 2**32 - 1))
def test_parse_found_masks_host_bits(network: IPv4Network, host: int) -> None:
    address = network[host % network.num_addresses]
    start, end = int(network[0]), int(network[-1])
    assert parse_found(f"{address}/{network.prefixlen}") == (start, end)


def test_parse_found_and_start() -> None:
    assert parse_found("10.0.0.3") == (0x0A000003, 0x0A000003)
    assert [parse_found(text) for text in ("fd00::/8", "", "a range of tomorrow", "10.0.0.0/33")] == [None] * 4
    assert parse_start("10.0.0.3") == 0x0A000003
    assert parse_start("10.8.0.0/28") == 0x0A080000


INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda p: (p[0], p[0] + p[1])), max_size=6)


def addresses(intervals: tuple[tuple[int, int], ...]) -> set[int]:
    return {address for start, end in intervals for address in range(start, end + 1)}


@given(INTERVALS, INTERVALS)
def test_split_is_set_intersection_and_difference(whole: list[tuple[int, int]], part: list[tuple[int, int]]) -> None:
    left, right = normalise(whole), normalise(part)
    inside, outside = split(left, right)
    assert addresses(inside) == addresses(left) & addresses(right)
    assert addresses(outside) == addresses(left) - addresses(right)
    assert addresses(left) == addresses(tuple(whole))


def test_text_of_what_is_no_block() -> None:
    assert text(10, 12) == "0.0.0.10-0.0.0.12"
    first, last = ip_network("10.0.0.0/30")[0], ip_network("10.0.0.0/30")[2]
    assert len(list(summarize_address_range(first, last))) == 2
    assert text(int(first), int(last)) == "10.0.0.0-10.0.0.2"
