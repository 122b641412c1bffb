"""Covering wanted cells of a table with the fewest rectangles that touch nothing else.

Rows are destinations, columns are ports: a firewall rule opens every one of its ports at every one of its
destinations, so it is a rectangle (any rows times any columns).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)

_MOST_COLUMN_SETS = 256
_MOST_TRIED = 5_000


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

    Their number is the least possible, except for tables so large that the search runs into its limit: then it is the
    best that was found. Cost is bounded either way.
    """
    needed = [(row, column) for row, own in wanted.items() for column in columns if column in own]
    if not needed:
        return []
    possible = _maximal(wanted, open_, columns)
    masks = _masks(possible, needed)
    chosen = _irredundant(masks, _Search(masks).best(_greedy(masks)))
    return _trimmed([possible[index] for index in sorted(chosen)], frozenset(needed))


def _maximal(
    wanted: Mapping[R, frozenset[C]], open_: Mapping[R, frozenset[C]], columns: Sequence[C]
) -> list[Rectangle[R, C]]:
    """The rectangles that cannot grow: their column sets are the intersections of rows' column sets."""
    allowed = {row: own | open_.get(row, frozenset()) for row, own in wanted.items() if own}
    sets: dict[frozenset[C], None] = {}
    for own in dict.fromkeys(allowed.values()):
        met = [own & other for other in sets] if len(sets) < _MOST_COLUMN_SETS else []
        sets |= dict.fromkeys([own, *met])
    ordered = [tuple(c for c in columns if c in own) for own in sets if own]
    return [
        Rectangle([row for row, own in allowed.items() if own.issuperset(chosen)], chosen)
        for chosen in sorted(ordered, key=lambda chosen: (-len(chosen), [columns.index(c) for c in chosen]))
    ]


def _masks(possible: list[Rectangle[R, C]], needed: Sequence[tuple[R, C]]) -> list[int]:
    """The needed cells of each rectangle as bits."""
    bit = {cell: 1 << index for index, cell in enumerate(needed)}
    return [sum(bit.get(cell, 0) for cell in rectangle.cells()) for rectangle in possible]


def _greedy(masks: Sequence[int]) -> list[int]:
    """A cover by always taking what covers most of the rest."""
    chosen: list[int] = []
    missing = _joined(masks)
    while missing:
        best = max(range(len(masks)), key=lambda index: (masks[index] & missing).bit_count())
        chosen.append(best)
        missing &= ~masks[best]
    return chosen


def _irredundant(masks: Sequence[int], chosen: list[int]) -> list[int]:
    """The cover without what the others cover as well."""
    for index in chosen[:]:
        others = [other for other in chosen if other != index]
        if _joined(masks[other] for other in others) == _joined(masks):
            chosen = others
    return chosen


class _Search:
    """Branch and bound: the cell with the fewest rectangles first, never deeper than the best cover so far."""

    def __init__(self, masks: Sequence[int]) -> None:
        self._masks = masks
        self._covering: dict[int, list[int]] = {}
        for index, mask in enumerate(masks):
            for bit in _bits(mask):
                self._covering.setdefault(bit, []).append(index)
        self._best: list[int] = []
        self._left = _MOST_TRIED

    def best(self, known: list[int]) -> list[int]:
        """The smallest cover, or the smallest found within the limit; `known` is one to start from."""
        self._best = known
        self._go([], _joined(self._masks))
        return self._best

    def _go(self, chosen: list[int], missing: int) -> None:
        if not missing:
            self._best = chosen
            return
        self._left -= 1
        if self._left < 0 or len(chosen) + 1 >= len(self._best):
            return
        bit = min(_bits(missing), key=lambda bit: len(self._covering[bit]))
        for index in self._covering[bit]:
            self._go([*chosen, index], missing & ~self._masks[index])


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def _joined(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


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
