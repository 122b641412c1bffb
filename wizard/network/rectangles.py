"""Covering wanted cells of a table with the fewest rectangles that touch nothing else.

Rows are destinations, columns are ports: a firewall rule opens every one of its ports at every one of its
destinations, so it is a rectangle (any rows times any columns).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Generic, TypeVar

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)

_MOST_COLUMN_SETS = 256
_MOST_TRIED = 20_000


class Rectangle(Generic[R, C]):
    """Some rows times some columns, each in the order of the table."""

    def __init__(self, rows: Sequence[R], columns: Sequence[C]) -> None:
        self.rows = tuple(rows)
        self.columns = tuple(columns)

    def cells(self) -> frozenset[tuple[R, C]]:
        return frozenset((row, column) for row in self.rows for column in self.columns)


def cover(
    wanted: Mapping[R, frozenset[C]], open_: Mapping[R, frozenset[C]], columns: Sequence[C]
) -> list[Rectangle[R, C]]:
    """Rectangles that contain every wanted cell and else only cells that are open anyway; none of them is superfluous.

    Their number is the least possible for small tables (a handful of different rows, the usual case); large ones are
    covered greedily. Cost is bounded either way.
    """
    possible = _maximal(wanted, open_, columns)
    needed = frozenset((row, column) for row, own in wanted.items() for column in own)
    chosen = _exact(possible, needed) or _greedy(possible, needed)
    return _trimmed(_irredundant(chosen, needed), needed)


def _maximal(
    wanted: Mapping[R, frozenset[C]], open_: Mapping[R, frozenset[C]], columns: Sequence[C]
) -> list[Rectangle[R, C]]:
    """The rectangles that cannot grow: their column sets are the intersections of rows' column sets."""
    allowed = {row: own | open_.get(row, frozenset()) for row, own in wanted.items() if own}
    sets: set[frozenset[C]] = set()
    for own in dict.fromkeys(allowed.values()):
        sets |= {own} | {own & other for other in sets if len(sets) < _MOST_COLUMN_SETS}
    ordered = [tuple(c for c in columns if c in own) for own in sets if own]
    return [
        Rectangle([row for row, own in allowed.items() if own.issuperset(chosen)], chosen)
        for chosen in sorted(ordered, key=lambda chosen: (-len(chosen), [columns.index(c) for c in chosen]))
    ]


def _exact(possible: list[Rectangle[R, C]], needed: frozenset[tuple[R, C]]) -> list[Rectangle[R, C]]:
    """The first of the smallest covers; empty when finding it would take too many tries."""
    tried = 0
    for size in range(1, len(possible) + 1):
        for chosen in combinations(possible, size):
            tried += 1
            if tried > _MOST_TRIED:
                return []
            if needed.issubset(_union(chosen)):
                return list(chosen)
    return []


def _greedy(possible: list[Rectangle[R, C]], needed: frozenset[tuple[R, C]]) -> list[Rectangle[R, C]]:
    chosen: list[Rectangle[R, C]] = []
    missing = needed
    while missing:
        best = max(possible, key=lambda rectangle: len(rectangle.cells() & missing))
        chosen.append(best)
        missing -= best.cells()
    return chosen


def _irredundant(chosen: list[Rectangle[R, C]], needed: frozenset[tuple[R, C]]) -> list[Rectangle[R, C]]:
    for rectangle in reversed(chosen[:]):
        others = [other for other in chosen if other is not rectangle]
        if needed.issubset(_union(others)):
            chosen = others
    return chosen


def _trimmed(chosen: list[Rectangle[R, C]], needed: frozenset[tuple[R, C]]) -> list[Rectangle[R, C]]:
    """The same cover without rows and columns that only repeat what another rectangle opens."""
    result: list[Rectangle[R, C]] = []
    for index, rectangle in enumerate(chosen):
        own = (rectangle.cells() & needed) - _union([*result, *chosen[index + 1 :]])
        rows = [row for row in rectangle.rows if any(cell[0] == row for cell in own)]
        columns = [column for column in rectangle.columns if any(cell[1] == column for cell in own)]
        result.append(Rectangle(rows, columns))
    return result


def _union(rectangles: Iterable[Rectangle[R, C]]) -> frozenset[tuple[R, C]]:
    return frozenset().union(*(rectangle.cells() for rectangle in rectangles))
