"""The address map: rows of cells on one scale, a close-up of the neighbourhood, and a legend in words."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.message import Message

from screens.language import Tone, line, lines
from screens.widgets.text import Lines
from wizard.guide.address_map import CELLS, AddressMap, Cell, Kind, MapRow

_LABEL, _SHARE = 16, 7
_HEIGHTS = "▁▂▃▄▅▆▇█"

_LOOKS: Mapping[Kind, tuple[str, Tone]] = {
    Kind.FREE: ("·", Tone.MUTED),
    Kind.OWN: ("█", Tone.NUMBER),
    Kind.REACHED: ("▓", Tone.WARN),
    Kind.KEPT: ("░", Tone.MUTED),
    Kind.OFFERED: ("○", Tone.GOOD),
    Kind.CHOSEN: ("●", Tone.CHOSEN),
}
"""Each kind has a glyph of its own; what is taken in this network is as high as its share of the cell."""


class AddressPicture(Lines):
    """Draws one map, in as many cells as there is room for."""

    class Resized(Message):
        """There is another number of cells now."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cells = CELLS
        self._with_share = False
        self._drawn: AddressMap | None = None

    def on_resize(self, event: events.Resize) -> None:
        cells = CELLS if event.size.width >= _LABEL + CELLS else CELLS // 2
        self._with_share = event.size.width >= _LABEL + cells + _SHARE
        if cells != self.cells:
            self.cells = cells
            self.post_message(self.Resized())
        elif self._drawn is not None:
            self.show(self._drawn)

    def show(self, drawn: AddressMap) -> None:
        """Draw it; hidden when there is nothing to draw."""
        self._drawn = drawn
        rows = [self._scale(f"{drawn.cell:,} addresses a cell", "taken"), *(self._row(row) for row in drawn.rows)]
        if drawn.left_out:
            rows.append(self._scale(f"and {drawn.left_out:,} rows more"))
        if drawn.close is not None:
            rows += [self._scale(f"close up, {drawn.close_cell:,} addresses a cell"), self._row(drawn.close)]
        self.put(lines([*rows, _legend(drawn)]))

    def _scale(self, text: str, share: str = "") -> Content:
        right = f"{share:>{_SHARE}}" if self._with_share else ""
        return line((f"{'':<{_LABEL}}{text:<{self.cells}}{right}".rstrip(), Tone.MUTED))

    def _row(self, row: MapRow) -> Content:
        blank = " " * (self.cells - len(row.cells))
        cells = (_cell(cell) for cell in row.cells)
        share = f"{_percent(row.share):>{_SHARE}}" if self._with_share else ""
        return line(f"{row.range:<{_LABEL}}", *cells, blank, (share, Tone.MUTED))


def _percent(share: float) -> str:
    """Something is never shown as nothing, nor nearly all as all."""
    return "<1%" if 0 < share < 0.01 else ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def _cell(cell: Cell) -> tuple[str, Tone]:
    glyph, tone = _LOOKS[cell.kind]
    if cell.kind is Kind.OWN or (cell.kind is Kind.REACHED and cell.share < 0.5):
        glyph = _HEIGHTS[min(7, max(0, round(cell.share * 8) - 1))]
    return glyph, tone


def _legend(drawn: AddressMap) -> Content:
    """The kinds that are on the map, each as glyph and word."""
    rows = [*drawn.rows, *([drawn.close] if drawn.close is not None else [])]
    present = {cell.kind for row in rows for cell in row.cells}
    pieces: list[tuple[str, Tone]] = []
    for kind in (Kind.CHOSEN, Kind.OFFERED, Kind.OWN, Kind.REACHED, Kind.KEPT, Kind.FREE):
        if kind in present:
            glyph, tone = _LOOKS[kind]
            glyph = "▂█" if kind is Kind.OWN else glyph
            pieces += [(glyph, tone), (f" {kind.value}  ", Tone.MUTED)]
    return line(*pieces)
