"""The private addresses as rows of cells on one scale: what is taken, what is free, where the new range lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from wizard.network.address_rules import address_rules
from wizard.network.intervals import Interval, Taken, normalise, parse, text

ROW_PREFIX = 13
CELLS = 32
"""Cells of a row: at a /13 for each row, one cell is a /18 of 16,384 addresses."""

_OWN = frozenset({"subnetworks", "connectors", "addresses"})
_RULES = frozenset({"rules", "network"})


class Kind(StrEnum):
    """What a cell is; the values are words for a legend.

    OWN is held by something of this network, REACHED by routes and peerings, KEPT is not handed out by a rule.
    """

    FREE = "free"
    OWN = "taken"
    REACHED = "routed"
    KEPT = "avoided"
    OFFERED = "offered"
    CHOSEN = "chosen"


class Cell(Struct, frozen=True):
    """`share` of its addresses is taken, 0 to 1, mostly by what `kind` says; the chosen range makes it CHOSEN."""

    kind: Kind
    share: float = 0.0


class MapRow(Struct, frozen=True, kw_only=True):
    """One row: its range, its cells (fewer for a small pool), the share of addresses taken, and the first users."""

    range: str
    cells: tuple[Cell, ...]
    share: float
    names: str


class AddressMap(Struct, frozen=True, kw_only=True):
    """`rows` hold something; `free` are the stretches that hold nothing, `left_out` counts rows for which there was
    no room, `outside` taken ranges that are not private. `cell` is the number of addresses of a cell.

    `close` is the neighbourhood of the chosen range; there a cell has `close_cell` addresses, as many as the range.
    """

    rows: tuple[MapRow, ...]
    cell: int
    free: tuple[str, ...]
    left_out: int
    outside: int
    close: MapRow | None = None
    close_cell: int = 0


def address_map(
    taken: Sequence[Taken], *, chosen: str = "", offered: Iterable[str] = (), most: int = 8, cells: int = CELLS
) -> AddressMap:
    """The map of these ranges (sorted by address). At most `most` rows, that of the chosen range always among them.

    `cells` is a power of two. Takes n log n for n ranges.
    """
    wanted = parse(chosen) if chosen else None
    marks = [parse(range_) for range_ in offered if range_]
    blocks = [block.interval for block in address_rules().allowed]
    drawn = sorted((*taken, *address_rules().unwise()), key=lambda t: (t.start, t.end))
    busy = normalise([(t.start, t.end) for t in taken] + ([wanted] if wanted else []) + marks)
    starts = _rows_with(busy, blocks)
    size = 1 << (32 - ROW_PREFIX)
    rows = _collapsed([_row(r, inside, wanted, marks, size // cells) for r, inside in _by_row(starts, drawn, blocks)])
    kept = _kept_rows(rows, wanted, most)
    return AddressMap(
        rows=tuple(row for _, row in kept),
        cell=size // cells,
        free=tuple(text(*stretch) for block in blocks[:-1] for stretch in _gaps(block, starts, size)),
        left_out=len(rows) - len(kept),
        outside=sum(not any(first <= t.start <= last for first, last in blocks) for t in taken),
        close=_close_up(wanted, drawn, marks, cells),
        close_cell=wanted[1] - wanted[0] + 1 if wanted else 0,
    )


_Placed = tuple[Interval, MapRow]
"""A row and the addresses that it stands for."""


def _by_row(
    starts: Iterable[int], drawn: Iterable[Taken], blocks: Sequence[Interval]
) -> list[tuple[Interval, list[Taken]]]:
    """Each row with what is in it; each range is looked at once for every row that it is in."""
    size = 1 << (32 - ROW_PREFIX)
    inside: dict[int, list[Taken]] = {start: [] for start in starts}
    for t in drawn:
        for start in range(max(t.start, 0) // size * size, t.end + 1, size):
            if start in inside:
                inside[start].append(t)
    return [((start, min(start + size - 1, _end(start, blocks))), found) for start, found in inside.items()]


def _collapsed(rows: Iterable[MapRow]) -> list[_Placed]:
    """Rows of the same users, full from end to end, become one row for all of their addresses."""
    found: list[_Placed] = []
    for row in rows:
        first, last = parse(row.range)
        if found:
            (begin, end), before = found[-1]
            full = len(set(row.cells)) == 1 and row.cells[0].kind is not Kind.FREE and row.share == 1
            if full and end + 1 == first and (row.cells, row.names) == (before.cells, before.names):
                found[-1] = (begin, last), replace(before, range=text(begin, last))
                continue
        found.append(((first, last), row))
    return found


def _rows_with(busy: Sequence[Interval], blocks: Sequence[Interval]) -> list[int]:
    """The first addresses of all rows that hold something. A range of many rows counts for each."""
    size = 1 << (32 - ROW_PREFIX)
    starts: set[int] = set()
    for first, last in busy:
        for low, high in blocks:
            begin, end = max(first, low), min(last, high)
            if begin <= end:
                starts.update(range(max(low, begin // size * size), end + 1, size))
    order = {block: number for number, block in enumerate(blocks)}
    return sorted(starts, key=lambda start: (order[_block(start, blocks)], start))


def _kept_rows(rows: list[_Placed], wanted: Interval | None, most: int) -> list[_Placed]:
    """The first rows, and that of the chosen range even when it comes later."""
    own = next((row for row in rows if wanted and row[0][0] <= wanted[0] <= row[0][1]), None)
    kept = rows[:most]
    return kept if own is None or own in kept else [*kept[:-1], own]


def _block(start: int, blocks: Sequence[Interval]) -> Interval:
    return next((block for block in blocks if block[0] <= start <= block[1]), blocks[-1])


def _end(start: int, blocks: Sequence[Interval]) -> int:
    return _block(start, blocks)[1]


def _gaps(block: Interval, starts: Iterable[int], size: int) -> list[Interval]:
    """The stretches of a block between its rows that hold something."""
    cursor, found = block[0], []
    for start in sorted(s for s in starts if block[0] <= s <= block[1]):
        if start > cursor:
            found.append((cursor, start - 1))
        cursor = start + size
    if cursor <= block[1]:
        found.append((cursor, block[1]))
    return found


def _row(
    interval: Interval, inside: Sequence[Taken], wanted: Interval | None, marks: Sequence[Interval], cell: int
) -> MapRow:
    first, last = interval
    used = normalise([(max(t.start, first), min(t.end, last)) for t in inside if t.source != "rules"])
    return MapRow(
        range=text(first, last),
        cells=_cells(interval, inside, wanted, marks, cell),
        share=sum(end - start + 1 for start, end in used) / (last - first + 1),
        names=_names(inside),
    )


def _cells(
    interval: Interval, inside: Sequence[Taken], wanted: Interval | None, marks: Sequence[Interval], cell: int
) -> tuple[Cell, ...]:
    """What is in use goes before what is only kept, and marks go before both."""
    first, last = interval
    held: list[dict[Kind, int]] = [{} for _ in range((last - first + cell) // cell)]
    _fill(held, interval, [t for t in inside if t.source in _RULES], cell)
    kept = [bool(kinds) for kinds in held]
    held = [{} for _ in held]
    _fill(held, interval, [t for t in inside if t.source not in _RULES], cell)
    made = [_cell(kinds, cell, rule) for kinds, rule in zip(held, kept, strict=True)]
    for kind, ranges in ((Kind.OFFERED, marks), (Kind.CHOSEN, [wanted] if wanted else [])):
        for low, high in ranges:
            for number in range(max(low - first, 0) // cell, (min(high, last) - first) // cell + 1):
                made[number] = Cell(kind, made[number].share)
    return tuple(made)


def _fill(held: list[dict[Kind, int]], interval: Interval, taken: Iterable[Taken], cell: int) -> None:
    """One sweep over the sorted ranges: each adds what it holds of each cell, and nothing is counted twice."""
    first, last = interval
    cursor = first
    for t in taken:
        kind = Kind.OWN if t.source in _OWN else Kind.KEPT if t.source in _RULES else Kind.REACHED
        begin, end = max(t.start, cursor), min(t.end, last)
        while begin <= end:
            number = (begin - first) // cell
            stop = min(end, first + (number + 1) * cell - 1)
            held[number][kind] = held[number].get(kind, 0) + stop - begin + 1
            begin = stop + 1
        cursor = max(cursor, end + 1)


def _cell(kinds: dict[Kind, int], size: int, kept: bool) -> Cell:
    if not kinds:
        return Cell(Kind.KEPT, 1.0) if kept else Cell(Kind.FREE)
    return Cell(max(kinds, key=lambda kind: kinds[kind]), sum(kinds.values()) / size)


def _names(inside: Sequence[Taken], most: int = 2) -> str:
    """The widest users of a row, and how many more there are."""
    widest = sorted(inside, key=lambda t: (t.start - t.end, t.start))
    names = ", ".join(t.why for t in widest[:most])
    return f"{names} and {len(inside) - most:,} more" if len(inside) > most else names


def _close_up(wanted: Interval | None, taken: Sequence[Taken], marks: Sequence[Interval], cells: int) -> MapRow | None:
    """As many blocks of the chosen range's size as a row has cells, the chosen one among them."""
    if wanted is None:
        return None
    cell = wanted[1] - wanted[0] + 1
    size = min(cell * cells, 1 << 32)
    first = wanted[0] // size * size
    last = first + size - 1
    return _row((first, last), [t for t in taken if t.start <= last and t.end >= first], wanted, marks, cell)
