"""Aligned columns of plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from wizard.wording import one_line

WIDTH = 80
_GAP = 2


def table(rows: Iterable[Sequence[str]], *, head: Sequence[str] = (), indent: int = 2) -> list[str]:
    """Lines of at most 80 columns. The last column takes what is left; what is too long is wrapped in its column."""
    cells = [[one_line(cell) for cell in row] for row in ([head] if head else []) + list(rows)]
    if not cells:
        return []
    widths = _widths(cells, WIDTH - indent)
    return [line for row in cells for line in _lines(row, widths, indent)]


def _widths(cells: Sequence[Sequence[str]], available: int) -> list[int]:
    """As wide as the longest cell, the widest columns narrowed until all fit."""
    widths = [max(1, *(len(row[n]) for row in cells)) for n in range(len(cells[0]))]
    while sum(widths) + _GAP * (len(widths) - 1) > available:
        widths[widths.index(max(widths))] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int], indent: int) -> list[str]:
    columns = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, columns))
    filled = [column + [""] * (height - len(column)) for column in columns]
    gap = " " * _GAP
    return [
        (" " * indent + gap.join(part.ljust(width) for part, width in zip(parts, widths, strict=True))).rstrip()
        for parts in zip(*filled, strict=True)
    ]


def paragraph(text: str, *, indent: int = 2, mark: str = "") -> list[str]:
    """Wrapped text; `mark` stands before the first line."""
    first = " " * indent + mark
    return textwrap.wrap(one_line(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first]
