"""Free blocks: properties against netaddr as a second opinion, the documented pools, and blockers by name."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPNetwork, IPSet

from wizard.errors import InputError
from wizard.network.intervals import Taken, parse, text
from wizard.network.ranges import Strategy, check, find_free

POOL = "10.8.0.0/22"
BLOCKS = st.lists(
    st.tuples(st.integers(0, 1023), st.integers(23, 32)).map(
        lambda p: str(ip_network((0x0A080000 + (p[0] >> (32 - p[1]) << (32 - p[1])), p[1])))
    ),
    max_size=40,
)


def taken(*cidrs: str) -> list[Taken]:
    return [Taken(*parse(cidr), f"subnet s{i}", "subnetworks") for i, cidr in enumerate(cidrs)]


@given(BLOCKS, st.integers(24, 29))
def test_the_answers_are_all_free_blocks_in_order(used: list[str], prefix: int) -> None:
    found = find_free(taken(*used), prefix, pools=[parse(POOL)], count=1024)
    occupied = IPSet(used)
    free = [str(block) for block in IPNetwork(POOL).subnet(prefix) if IPSet([block]).isdisjoint(occupied)]
    assert [answer.range for answer in found.free] == free


@given(BLOCKS, st.integers(24, 29))
def test_the_largest_gap_is_the_largest_free_block(used: list[str], prefix: int) -> None:
    found = find_free(taken(*used), prefix, pools=[parse(POOL)])
    rest = IPSet([POOL]) - IPSet(used)
    largest = min((block.prefixlen for block in rest.iter_cidrs()), default=None)
    assert (int(found.largest_gap.split("/")[1]) if found.largest_gap else None) == largest
    if found.largest_gap:
        assert IPNetwork(found.largest_gap) in rest


@given(BLOCKS, st.integers(24, 29))
def test_each_refused_block_is_aligned_and_overlaps_its_blocker(used: list[str], prefix: int) -> None:
    blockers = taken(*used)
    by_name = {str(blocker): blocker for blocker in blockers}
    found = find_free(blockers, prefix, pools=[parse(POOL)], count=3)
    assert len(found.rejected) <= 20
    for row in found.rejected:
        start, end = parse(row.range)
        blocker = by_name[row.blocked_by]
        assert blocker.start <= end
        assert start <= blocker.end
        assert int(row.range.split("/")[1]) <= prefix


@given(BLOCKS, st.integers(24, 29))
def test_smallest_fitting_leaves_larger_gaps_alone(used: list[str], prefix: int) -> None:
    pools = [parse(POOL)]
    found = find_free(taken(*used), prefix, pools=pools, count=1, strategy=Strategy.FIRST_SMALLEST_FITTING)
    anything = find_free(taken(*used), prefix, pools=pools, count=1)
    assert bool(found.free) == bool(anything.free)
    assert all(answer in find_free(taken(*used), prefix, pools=pools, count=1024).free for answer in found.free)


def test_smallest_fitting_takes_the_tight_gap() -> None:
    used = taken("10.8.0.0/28", "10.8.1.0/28", "10.8.1.32/28")
    found = find_free(used, 28, pools=[parse(POOL)], count=1, strategy=Strategy.FIRST_SMALLEST_FITTING)
    assert found.free[0].range == "10.8.1.16/28"


def test_an_empty_network_gets_googles_own_suggestion() -> None:
    found = find_free([], 28)
    assert [answer.range for answer in found.free][:2] == ["10.8.0.0/28", "10.8.0.16/28"]
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("used", "first"),
    [
        (("10.8.0.0/13", "10.16.0.0/12", "10.32.0.0/11", "10.64.0.0/10"), "10.0.0.0/28"),
        (("10.0.0.0/9",), "10.128.0.0/28"),
        (("10.0.0.0/8",), "172.16.0.0/28"),
        (("10.0.0.0/8", "172.16.0.0/16"), "172.18.0.0/28"),
        (("10.0.0.0/8", "172.16.0.0/12"), "192.168.0.0/28"),
        (("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), "100.64.0.0/28"),
    ],
)
def test_the_pools_are_searched_in_order(used: tuple[str, ...], first: str) -> None:
    assert find_free(taken(*used), 28, count=1).free[0].range == first


def test_a_full_network_is_a_clear_empty_answer() -> None:
    found = find_free(taken("0.0.0.0/0"), 28)
    assert found.free == ()
    assert found.largest_gap == ""
    assert 0 < len(found.rejected) <= 20


def test_too_fragmented_says_how_large_the_largest_gap_is() -> None:
    used = taken(*(f"10.8.0.{n}/29" for n in range(0, 256, 16)))
    found = find_free(used, 28, pools=[parse("10.8.0.0/24")])
    assert found.free == ()
    assert found.largest_gap == "10.8.0.8/29"
    assert found.rejected[0].range == "10.8.0.0/28"


def test_a_large_blocker_is_one_row() -> None:
    found = find_free(taken("10.8.0.0/16"), 28, count=1)
    assert [(row.range, row.blocked_by) for row in found.rejected] == [("10.8.0.0/16", "subnet s0 (10.8.0.0/16)")]
    assert found.free[0].range == "10.9.0.0/28"


@pytest.mark.parametrize("prefix", range(8, 30))
def test_every_prefix_length_has_an_answer(prefix: int) -> None:
    found = find_free([], prefix, count=1)
    assert ip_network(found.free[0].range).prefixlen == prefix


def test_start_begins_there_and_goes_on() -> None:
    used = taken("10.20.0.0/28")
    assert find_free(used, 28, start="10.20.0.0/28", count=1).free[0].range == "10.20.0.16/28"
    assert find_free(used, 28, start="10.20.0.5", count=1).free[0].range == "10.20.0.16/28"
    assert find_free([], 28, start="240.0.0.0", count=1).free[0].range == "240.0.0.0/28"


@pytest.mark.parametrize(("prefix", "start", "count"), [(7, "", 1), (30, "", 1), (28, "8.8.8.8", 1), (28, "", 0)])
def test_senseless_questions_are_refused(prefix: int, start: str, count: int) -> None:
    with pytest.raises(InputError) as error:
        find_free([], prefix, start=start, count=count)
    assert "for example" in error.value.fix


def test_check_names_the_blocker_and_the_next_free_block() -> None:
    problem = check("10.8.0.0/28", taken("10.8.0.0/24"), prefix=28)
    assert problem is not None
    assert problem.fatal
    assert problem.blocked_by == "subnet s0 (10.8.0.0/24)"
    assert "10.8.1.0/28" in problem.fix


@pytest.mark.parametrize("cidr", ["10.8.0.0/28", "100.64.0.0/28", "240.0.0.0/28", "192.168.255.240/28"])
def test_check_accepts_private_ranges(cidr: str) -> None:
    assert check(cidr, taken("10.9.0.0/16"), prefix=28) is None


@pytest.mark.parametrize(
    "cidr", ["0.0.0.0/28", "127.0.0.0/28", "169.254.0.0/28", "224.0.0.0/28", "199.36.153.8/30", "35.199.224.0/28"]
)
def test_check_refuses_prohibited_ranges(cidr: str) -> None:
    problem = check(cidr, [])
    assert problem is not None
    assert problem.fatal
    assert "no subnet may use" in problem.message


def test_check_refuses_public_and_warns_of_discouraged_ranges() -> None:
    public, docker = check("8.8.8.0/28", []), check("172.17.0.0/28", [])
    assert public is not None
    assert public.fatal
    assert docker is not None
    assert not docker.fatal
    assert not any(r.range.startswith("172.17.") for r in find_free([], 16, start="172.16.0.0/16", count=9).free)


@pytest.mark.parametrize(("cidr", "fix"), [("10.8.0.0/24", "10.8.0.0/28"), ("10.8.0.0/29", "/28")])
def test_check_wants_exactly_the_prefix(cidr: str, fix: str) -> None:
    problem = check(cidr, [], prefix=28)
    assert problem is not None
    assert fix in problem.fix


def test_check_wants_at_least_the_size() -> None:
    assert check("10.8.0.0/26", [], at_most=26) is None
    assert check("10.8.0.0/24", [], at_most=26) is None
    assert check("10.8.0.0/27", [], at_most=26) is not None


@given(BLOCKS, st.integers(0, 1023), st.integers(24, 29))
def test_check_agrees_with_netaddr(used: list[str], offset: int, prefix: int) -> None:
    size = 1 << (32 - prefix)
    start = 0x0A080000 + offset // size * size
    cidr = text(start, start + size - 1)
    free = IPSet([cidr]).isdisjoint(IPSet(used))
    assert (check(cidr, taken(*used)) is None) == free
