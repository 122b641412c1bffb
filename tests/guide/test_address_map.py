"""The address map: every address is in one cell, and the chosen range is always in sight."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from wizard.guide.address_map import CELLS, AddressMap, Kind, MapRow, address_map
from wizard.network.intervals import Taken, parse


def taken(cidr: str, source: str = "subnetworks", why: str = "subnet a") -> Taken:
    return Taken(*parse(cidr), why, source)


def row(drawn: AddressMap, range_: str) -> MapRow:
    return next(row for row in drawn.rows if row.range == range_)


def kinds(found: MapRow | None) -> list[Kind]:
    assert found is not None
    return [cell.kind for cell in found.cells]


def test_rows_are_on_one_scale_and_only_those_that_hold_something() -> None:
    drawn = address_map([taken("10.0.0.0/14"), taken("10.64.0.0/24")])
    assert [row.range for row in drawn.rows] == ["10.0.0.0/13", "10.64.0.0/13"]
    assert kinds(drawn.rows[0]) == [Kind.OWN] * 16 + [Kind.FREE] * 16
    assert drawn.rows[0].share == 0.5
    assert drawn.rows[1].cells[0].share == 256 / 16384
    assert drawn.cell == 16384
    assert drawn.free[:2] == ("10.8.0.0-10.63.255.255", "10.72.0.0-10.255.255.255")


def test_a_small_pool_has_fewer_cells() -> None:
    drawn = address_map([taken("192.168.0.0/24")])
    assert [(row.range, len(row.cells)) for row in drawn.rows] == [("192.168.0.0/16", 4)]


def test_routes_and_rules_have_a_kind_of_their_own() -> None:
    drawn = address_map([taken("10.0.0.0/18"), taken("10.0.64.0/18", "routes"), taken("172.18.0.0/24")])
    assert kinds(row(drawn, "10.0.0.0/13"))[:3] == [Kind.OWN, Kind.REACHED, Kind.FREE]
    assert kinds(row(drawn, "172.16.0.0/13"))[4:8] == [Kind.KEPT] * 4


def test_what_is_in_use_shows_through_what_is_only_kept() -> None:
    drawn = address_map([taken("10.128.0.0/9", "network", "auto mode"), taken("10.128.0.0/20")])
    assert kinds(drawn.rows[0])[:2] == [Kind.OWN, Kind.KEPT]


def test_full_rows_of_the_same_users_become_one() -> None:
    drawn = address_map([taken("10.128.0.0/9", "network", "auto mode"), taken("10.0.0.0/24")])
    assert [row.range for row in drawn.rows] == ["10.0.0.0/13", "10.128.0.0/9"]
    assert set(kinds(drawn.rows[1])) == {Kind.KEPT}


def test_the_close_up_shows_neighbours_one_cell_each() -> None:
    drawn = address_map([taken("10.8.0.0/24")], chosen="10.8.1.0/28", offered=["10.8.1.16/28", ""])
    assert drawn.close is not None
    assert drawn.close.range == "10.8.0.0/23"
    assert kinds(drawn.close)[14:19] == [Kind.OWN, Kind.OWN, Kind.CHOSEN, Kind.OFFERED, Kind.FREE]
    assert drawn.close_cell == 16
    assert address_map([]).close is None


def test_the_row_of_the_chosen_range_is_never_left_out() -> None:
    drawn = address_map([taken(f"10.{n * 8}.0.0/24") for n in range(32)], chosen="100.64.0.0/28", most=4)
    assert [row.range for row in drawn.rows] == ["10.0.0.0/13", "10.8.0.0/13", "10.16.0.0/13", "100.64.0.0/13"]
    assert drawn.left_out == 29


def test_ranges_that_are_not_private_are_counted() -> None:
    drawn = address_map([taken("34.0.0.0/24"), taken("10.0.0.0/24")], chosen="34.0.0.0/24")
    assert drawn.outside == 1
    assert kinds(drawn.close)[0] is Kind.CHOSEN


def test_users_of_a_row_are_named_widest_first() -> None:
    three = [taken("10.0.0.0/24", why="a"), taken("10.1.0.0/16", why="b"), taken("10.2.0.0/28", why="c")]
    assert address_map(three).rows[0].names == "b, a and 1 more"


def test_half_as_many_cells_hold_twice_as_much() -> None:
    drawn = address_map([taken("10.0.0.0/17")], chosen="10.8.0.0/28", cells=16)
    assert drawn.cell == 32768
    assert [len(row.cells) for row in drawn.rows] == [16, 16]
    assert drawn.close is not None
    assert drawn.close.range == "10.8.0.0/24"


PLACES = st.tuples(st.integers(0, (1 << 24) - 1), st.integers(8, 30), st.sampled_from(["subnetworks", "routes"]))


@given(st.lists(PLACES, max_size=30))
def test_every_address_in_use_is_counted_once(places: list[tuple[int, int, str]]) -> None:
    base = parse("10.0.0.0/8")[0]
    ranges = []
    for offset, prefix, source in places:
        size = 1 << (32 - prefix)
        first = base + offset // size * size
        ranges.append(Taken(first, first + size - 1, "x", source))
    drawn = address_map(sorted(ranges, key=lambda t: (t.start, t.end)), most=99)
    by_row = {row.range: sum(cell.share for cell in row.cells) / len(row.cells) for row in drawn.rows}
    for found in drawn.rows:
        assert abs(by_row[found.range] - found.share) < 1e-9
        assert all(0 <= cell.share <= 1 for cell in found.cells)
        assert len(found.cells) == CELLS


def test_five_thousand_subnets_are_drawn_fast() -> None:
    many = [taken(f"10.{n // 256}.{n % 256}.0/24", why=f"subnet {n}") for n in range(5000)]
    begun = time.perf_counter()
    drawn = address_map(many, chosen="10.200.0.0/28")
    assert time.perf_counter() - begun < 1
    assert [round(row.share, 2) for row in drawn.rows] == [1.0, 1.0, 0.44, 0.0]
