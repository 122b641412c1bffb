"""What a live test met, as lines: each target before and now, its layers, and the instances that did not agree."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from screens.language import Piece, Tone, columns, glyph, line, lines, state
from wizard.guide.connectivity import LAYERS, TargetRow
from wizard.wording import duration, one_line

_RIGHT = frozenset({2})


def probe_table(rows: Sequence[TargetRow]) -> Content:
    """Each target: its name, a line for each test with columns that are the same for all, and what is special."""
    drawn = iter(columns([cells for row in rows for cells in _tests(row)], right=_RIGHT).split("\n"))
    made: list[Content] = []
    for row in rows:
        made += [line(), line((one_line(row.target), Tone.STRONG))]
        made += [next(drawn) for _ in _tests(row)]
        layers = _layers(row)
        if layers:
            made.append(line("  ", *layers))
        made += _special(row)
    return lines(made)


def _tests(row: TargetRow) -> list[tuple[Piece, ...]]:
    latency = "" if row.latency_ms is None else f"{row.latency_ms:.1f} ms"
    met = (f"{row.connected} of {row.attempts} instances", Tone.MUTED)
    now: tuple[Piece, ...] = (("  now", Tone.MUTED), state(row.after), latency, met)
    if not row.before:
        return [now]
    return [(("  before", Tone.MUTED), state(row.before)), now]


def _layers(row: TargetRow) -> list[Piece]:
    """One mark for each layer that was come to; the wait for the network stands beside them."""
    pieces: list[Piece] = []
    for name, reached in zip(LAYERS, row.reached, strict=True):
        if reached is not None:
            pieces += [glyph("works" if reached else "failed"), (f" {name}  ", Tone.MUTED)]
    if row.slowest_start:
        pieces.append((f"network up after {duration(row.slowest_start)}", Tone.MUTED))
    return pieces


def _special(row: TargetRow) -> list[Content]:
    """Each instance when they did not all end the same way; else what the probe read, where it failed."""
    if row.differ:
        cells = [
            ((f"  instance {a.number}", Tone.MUTED), state(a.verdict), (one_line(a.detail), Tone.MUTED))
            for a in row.differ
        ]
        return columns(cells).split("\n")
    if row.detail and row.after != "connected":
        return [line((f"  {one_line(row.detail)}", Tone.MUTED))]
    return []
