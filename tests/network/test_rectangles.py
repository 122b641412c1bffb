"""Covers are exact, never superfluous, and as small as a search over every possible rectangle says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.network.rectangles import cover

T = TypeVar("T")
Table = dict[str, frozenset[int]]

ROWS, COLUMNS = "abc", (1, 2, 3)
CELLS = st.fixed_dictionaries({row: st.frozensets(st.sampled_from(COLUMNS)) for row in ROWS})


def cells(table: Table) -> set[tuple[str, int]]:
    return {(row, column) for row, columns in table.items() for column in columns}


def fewest(wanted: Table, open_: Table) -> int:
    """By trying all sets of all rectangles."""
    allowed = cells(wanted) | cells(open_)
    rectangles = (frozenset(product(*sides)) for sides in product(_subsets(ROWS), _subsets(COLUMNS)))
    possible = [r for r in rectangles if r <= allowed]
    for size in range(len(cells(wanted)) + 1):
        if any(cells(wanted) <= set().union(*chosen) for chosen in combinations(possible, size)):
            return size
    raise AssertionError("single cells always cover")


def _subsets(side: Sequence[T]) -> list[tuple[T, ...]]:
    return [chosen for size in (1, 2, 3) for chosen in combinations(side, size)]


@settings(max_examples=60)
@given(CELLS, CELLS)
def test_covers_exactly_with_the_fewest(wanted: Table, open_: Table) -> None:
    found = cover(wanted, open_, COLUMNS)
    covered = set().union(*(r.cells() for r in found))
    assert cells(wanted) <= covered <= cells(wanted) | cells(open_)
    assert len(found) == fewest(wanted, {row: own for row, own in open_.items() if wanted[row]})
    for rectangle in found:
        others = set().union(*(r.cells() for r in found if r is not rectangle))
        assert not cells(wanted) <= others


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.integers(0, 200), st.frozensets(st.integers(0, 30), min_size=1, max_size=8), max_size=60))
def test_large_tables_stay_exact(wanted: dict[int, frozenset[int]]) -> None:
    found = cover(wanted, {}, range(31))
    assert {c for r in found for c in r.cells()} == {(row, c) for row, own in wanted.items() for c in own}


def test_two_targets_on_different_ports_need_two_rules() -> None:
    found = cover({"redis": frozenset({6379}), "postgres": frozenset({5432})}, {}, (5432, 6379))
    assert sorted((r.rows, r.columns) for r in found) == [(("postgres",), (5432,)), (("redis",), (6379,))]


def test_what_is_open_anyway_allows_a_merger() -> None:
    wanted = {"a": frozenset({80}), "b": frozenset({80, 443})}
    found = cover(wanted, {"a": frozenset({443})}, (80, 443))
    assert [(r.rows, r.columns) for r in found] == [(("a", "b"), (80, 443))]
