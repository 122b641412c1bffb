"""IPv4 ranges as pairs of integers, first and last address, both inclusive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from msgspec import Struct

from wizard.errors import InputError
from wizard.network.words import shown

Interval = tuple[int, int]

EVERYTHING: Interval = (0, 0xFFFF_FFFF)

_OCTET = r"(0|[1-9][0-9]{0,2})"
_CIDR = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}(?:/(0|[1-9][0-9]?))?", re.ASCII)


class Taken(Struct, frozen=True):
    """A range that is in use, by its first and last address: `why` says by what, `source` where that was read."""

    start: int
    end: int
    why: str
    source: str

    def __str__(self) -> str:
        return f"{self.why} ({text(self.start, self.end)})"


def parse(cidr: str, *, field: str = "range") -> Interval:
    """First and last address of a range such as `10.8.0.0/28`. Raises InputError for anything else, host bits too."""
    start, prefix = _address_and_prefix(cidr, field)
    if prefix is None:
        raise _error(cidr, field, "a prefix length is missing", f"{cidr}/28")
    size = 1 << (32 - prefix)
    if start % size:
        network = f"{IPv4Address(start - start % size)}/{prefix}"
        raise _error(cidr, field, f"its address has bits set beyond the /{prefix}", network)
    return start, start + size - 1


def parse_start(where: str, *, field: str = "start") -> int:
    """The first address of a range (`10.8.0.0/28`) or an address alone (`10.8.0.0`)."""
    address, prefix = _address_and_prefix(where, field)
    return address if prefix is None else parse(where, field=field)[0]


def parse_found(cidr: str) -> Interval | None:
    """A range as an API reports it: an address alone is a /32, host bits are masked; what is not IPv4 gives None."""
    try:
        start, prefix = _address_and_prefix(cidr, "range")
    except InputError:
        return None
    size = 1 << (32 - (32 if prefix is None else prefix))
    return start - start % size, start - start % size + size - 1


def holds(cidr: str, address: str) -> bool:
    """Whether a range as an API reports it holds an IPv4 address; nothing that is no IPv4 range holds any."""
    whole, one = parse_found(cidr), parse_found(address)
    return whole is not None and one is not None and whole[0] <= one[0] and one[1] <= whole[1]


def text(start: int, end: int) -> str:
    """`10.8.0.0/28` where that says it, else `10.8.0.0-10.8.0.20`."""
    size = end - start + 1
    if size & (size - 1) == 0 and start % size == 0:
        return f"{IPv4Address(start)}/{33 - size.bit_length()}"
    return f"{IPv4Address(start)}-{IPv4Address(end)}"


def normalise(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same addresses as sorted, disjoint intervals that do not touch."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def split(whole: Sequence[Interval], part: Sequence[Interval]) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """`whole` divided into what is in `part` and what is not. Both normalised, and so are the results."""
    inside: list[Interval] = []
    outside: list[Interval] = []
    for start, end in whole:
        cursor = start
        for first, last in part:
            if last < cursor or first > end:
                continue
            if first > cursor:
                outside.append((cursor, first - 1))
            inside.append((max(first, cursor), min(last, end)))
            cursor = min(last, end) + 1
        if cursor <= end:
            outside.append((cursor, end))
    return tuple(inside), tuple(outside)


def _address_and_prefix(cidr: str, field: str) -> tuple[int, int | None]:
    match = _CIDR.fullmatch(cidr)
    if match is None:
        raise _error(cidr, field, "not an IPv4 range", "10.8.0.0/28")
    a, b, c, d = (int(octet) for octet in match.group(1, 2, 3, 4))
    if max(a, b, c, d) > 255:
        raise _error(cidr, field, "a part of the address is above 255", "10.8.0.0/28")
    prefix = int(match[5]) if match[5] else None
    if prefix is not None and prefix > 32:
        raise _error(cidr, field, "a prefix length is 0 to 32", "10.8.0.0/28")
    return a << 24 | b << 16 | c << 8 | d, prefix


def _error(cidr: str, field: str, rule: str, example: str) -> InputError:
    return InputError(f"range {shown(cidr)}: {rule}", field=field, fix=f"for example {example}")
