"""Free blocks of addresses: a sweep over the sorted ranges in use, and the check of a range that a person names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from operator import attrgetter

from msgspec import Struct

from wizard.errors import InputError
from wizard.network.address_rules import address_rules
from wizard.network.intervals import Interval, Taken, parse, parse_start, text
from wizard.network.used import used_ranges

__all__ = [
    "Free",
    "FreeBlocks",
    "Problem",
    "Rejected",
    "Strategy",
    "Taken",
    "check",
    "find_free",
    "parse",
    "used_ranges",
]

SHORTEST_PREFIX, LONGEST_PREFIX = 8, 29
_NARROWEST_POOL_PREFIX = 13
_MOST = 20
"""Rows of refused blocks in an answer."""


class Strategy(StrEnum):
    """Which free block to take, in the words of Google's internal ranges."""

    FIRST_AVAILABLE = "FIRST_AVAILABLE"
    FIRST_SMALLEST_FITTING = "FIRST_SMALLEST_FITTING"


class Free(Struct, frozen=True):
    """A free block (CIDR) and why it is offered."""

    range: str
    why: str


class Rejected(Struct, frozen=True):
    """Blocks that could not be offered, and what is in the way. Many blocks in a row are one CIDR."""

    range: str
    blocked_by: str


class FreeBlocks(Struct, frozen=True, kw_only=True):
    """The answer of a search. `largest_gap` is the largest free block (CIDR) of the pools, empty when all is taken."""

    free: tuple[Free, ...]
    rejected: tuple[Rejected, ...]
    largest_gap: str


class Problem(Struct, frozen=True, kw_only=True):
    """Why a range cannot (`fatal`) or should not be used, and what to do instead."""

    message: str
    fix: str
    blocked_by: str = ""
    fatal: bool = True


class _Gap(Struct, frozen=True):
    start: int
    end: int
    after: Taken | None
    pool: Interval


class _Refused(Struct, frozen=True):
    start: int
    end: int
    by: Taken


class _Sweep(Struct, frozen=True):
    pool: Interval
    gaps: list[_Gap]
    refused: list[_Refused]


_Candidate = tuple[int, _Gap]
"""The first address of a free block, and the gap that it is in."""


def find_free(
    taken: Iterable[Taken],
    prefix: int,
    *,
    start: str = "",
    count: int = 5,
    pools: Sequence[Interval] = (),
    strategy: Strategy = Strategy.FIRST_AVAILABLE,
) -> FreeBlocks:
    """Up to `count` free, aligned blocks of length `prefix` (8 to 29), and which ones were passed over for what.

    `start`, a range or an address, means: from there to the end of the private block that holds it (10.0.0.0/8 …).
    Otherwise `pools` are searched, by default those of `address_rules.toml`, in their order. Takes n log n for n
    ranges. Raises InputError for a prefix, count or start that makes no sense.
    """
    if not SHORTEST_PREFIX <= prefix <= LONGEST_PREFIX:
        message = f"prefix length {prefix}: must be {SHORTEST_PREFIX} to {LONGEST_PREFIX}"
        raise InputError(message, field="prefix", fix="for example 28")
    if count < 1:
        raise InputError(f"count {count}: must be at least 1", field="count", fix="for example 5")
    size = 1 << (32 - prefix)
    rules = address_rules()
    blockers = sorted((*taken, *rules.never(), *rules.unwise()), key=attrgetter("start", "end"))
    sweeps = [_sweep(pool, blockers, size) for pool in ([_from(start)] if start else pools or _default_pools(prefix))]
    gaps = [gap for sweep in sweeps for gap in sweep.gaps]
    if strategy is Strategy.FIRST_SMALLEST_FITTING:
        by_size = sorted(gaps, key=lambda gap: (gap.end - gap.start, gap.start))
        chosen = list(islice(_candidates(by_size, size), count))
    else:
        chosen = list(islice(_candidates(gaps, size), count))
    return FreeBlocks(
        free=tuple(Free(text(first, first + size - 1), _why(first, gap)) for first, gap in chosen),
        rejected=tuple(
            Rejected(text(*_head(r.start, r.end, size)), str(r.by)) for r in islice(_passed(sweeps, chosen), _MOST)
        ),
        largest_gap=_largest(gaps),
    )


def _passed(sweeps: Iterable[_Sweep], chosen: Sequence[_Candidate]) -> Iterator[_Refused]:
    """What was refused on the way to the last of the chosen blocks; everything when none was found."""
    last = chosen[-1] if chosen else None
    for sweep in sweeps:
        reached = last is not None and last[1].pool == sweep.pool
        yield from (r for r in sweep.refused if not (reached and last and r.start > last[0]))
        if reached:
            return


def check(
    cidr: str,
    taken: Iterable[Taken],
    *,
    prefix: int | None = None,
    at_most: int | None = None,
    field: str = "range",
) -> Problem | None:
    """What is wrong with a range that a person chose, or None.

    `prefix` is the one prefix length that will do, `at_most` the longest (26 means /26 or larger). Raises InputError
    for text that is no range at all.
    """
    start, end = parse(cidr, field=field)
    length = 33 - (end - start + 1).bit_length()
    if prefix is not None and length != prefix:
        fix = f"for example {text(start, start + (1 << (32 - prefix)) - 1)}" if length < prefix else f"use a /{prefix}"
        return Problem(message=f"{cidr} is a /{length}: it must be exactly a /{prefix}", fix=fix)
    if at_most is not None and length > at_most:
        return Problem(message=f"{cidr} is a /{length}: it must be a /{at_most} or larger", fix=f"use a /{at_most}")
    taken = tuple(taken)
    return _prohibited(cidr, start, end) or _overlap(cidr, start, end, taken) or _discouraged(cidr, start, end)


def _prohibited(cidr: str, start: int, end: int) -> Problem | None:
    rules = address_rules()
    blocker = next((t for t in rules.never() if t.start <= end and start <= t.end), None)
    if blocker is not None:
        message = f"{cidr} overlaps {text(blocker.start, blocker.end)}, which no subnet may use ({blocker.why})"
        return Problem(message=message, fix="for example 10.8.0.0/28", blocked_by=str(blocker))
    if not any(first <= start and end <= last for first, last in (b.interval for b in rules.allowed)):
        names = ", ".join(block.range for block in rules.allowed)
        return Problem(message=f"{cidr} is not in a private block ({names})", fix="for example 10.8.0.0/28")
    return None


def _overlap(cidr: str, start: int, end: int, taken: Sequence[Taken]) -> Problem | None:
    blocker = min((t for t in taken if t.start <= end and start <= t.end), key=attrgetter("start", "end"), default=None)
    if blocker is None:
        return None
    length = 33 - (end - start + 1).bit_length()
    answer = find_free(taken, length, start=cidr, count=1) if SHORTEST_PREFIX <= length <= LONGEST_PREFIX else None
    fix = f"the next free one is {answer.free[0].range}" if answer and answer.free else "choose another block"
    return Problem(message=f"{cidr} overlaps {blocker}", fix=fix, blocked_by=str(blocker))


def _discouraged(cidr: str, start: int, end: int) -> Problem | None:
    blocker = next((t for t in address_rules().unwise() if t.start <= end and start <= t.end), None)
    if blocker is None:
        return None
    message = f"{cidr} overlaps {text(blocker.start, blocker.end)} ({blocker.why})"
    return Problem(message=message, fix="another block saves trouble", blocked_by=str(blocker), fatal=False)


def _default_pools(prefix: int) -> list[Interval]:
    """The pools in order; for blocks wider than the narrowest cut between pools, the whole private blocks."""
    rules = address_rules()
    if prefix >= _NARROWEST_POOL_PREFIX:
        return [pool.interval for pool in rules.pools]
    first_pools = [pool.interval for pool in rules.pools]
    blocks = [block.interval for block in rules.allowed]
    return [b for b in blocks if any(b[0] <= p[0] <= b[1] for p in first_pools)]


def _from(start: str) -> Interval:
    first = parse_start(start)
    for block in address_rules().allowed:
        low, high = block.interval
        if low <= first <= high:
            return first, high
    blocks = ", ".join(block.range for block in address_rules().allowed)
    raise InputError(f"{start} is not in a private block ({blocks})", field="start", fix="for example 10.8.0.0/28")


def _sweep(pool: Interval, blockers: Iterable[Taken], size: int) -> _Sweep:
    """The gaps between sorted blockers within the pool, and the aligned blocks that each blocker takes away."""
    first, last = pool
    gaps: list[_Gap] = []
    refused: list[_Refused] = []
    cursor, candidate, before = first, _align_up(first, size), None
    for blocker in blockers:
        if blocker.end < first or blocker.start > last:
            continue
        if blocker.start > cursor:
            gaps.append(_Gap(cursor, blocker.start - 1, before, pool))
        begin = max(candidate, blocker.start // size * size)
        end = min(blocker.end, last) // size * size + size
        if end > last + 1:
            end -= size
        if begin < end:
            refused.append(_Refused(begin, end - 1, blocker))
            candidate = end
        if blocker.end >= cursor:
            cursor, before = blocker.end + 1, blocker
    if cursor <= last:
        gaps.append(_Gap(cursor, last, before, pool))
    return _Sweep(pool, gaps, refused)


def _candidates(gaps: Iterable[_Gap], size: int) -> Iterator[_Candidate]:
    for gap in gaps:
        for first in range(_align_up(gap.start, size), gap.end - size + 2, size):
            yield first, gap


def _why(first: int, gap: _Gap) -> str:
    where = f"free in {text(*gap.pool)}"
    return f"{where}, right after {gap.after}" if gap.after and gap.after.end + 1 == first else where


def _largest(gaps: Iterable[_Gap]) -> str:
    """The largest aligned block in any gap; the size only grows, so all gaps together cost one pass."""
    bits, best = 0, ""
    for gap in gaps:
        while bits <= 32 and (begin := _align_up(gap.start, 1 << bits)) + (1 << bits) - 1 <= gap.end:
            best = text(begin, begin + (1 << bits) - 1)
            bits += 1
    return best


def _head(start: int, end: int, size: int) -> Interval:
    """The largest aligned block at the beginning of refused blocks of `size`."""
    while start % (size * 2) == 0 and start + size * 2 - 1 <= end:
        size *= 2
    return start, start + size - 1


def _align_up(address: int, size: int) -> int:
    return -(-address // size) * size
