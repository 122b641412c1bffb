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
    """As wide as the longest cell; then the widest columns are narrowed until all fit, breaking no word if possible."""
    columns = list(zip(*cells, strict=True))
    widths = [max(1, *map(len, column)) for column in columns]
    words = [max((len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    while sum(widths) + _GAP * (len(widths) - 1) > available:
        roomy = [n for n, width in enumerate(widths) if width > words[n]] or range(len(widths))
        widths[max(roomy, key=widths.__getitem__)] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int], indent: int) -> list[str]:
    columns = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(row, widths, strict=True)
    ]
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
    lines = textwrap.wrap(
        one_line(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )
    return lines or [first]
