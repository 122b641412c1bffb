"""Cost and throughput of connector sizes as rows with bars, one scale for each list."""

from __future__ import annotations

from textual.content import Content

from screens.language import Tone, bar, glyph, line
from screens.widgets.filter_list import Item
from wizard.guide.sizes import CountRow, TypeRow

_TYPE, _MBPS, _USD, _BAR = 13, 11, 11, 7
_COUNT, _COUNT_MBPS, _COUNT_USD, _COUNT_BAR = 9, 6, 9, 16

TYPES_HEAD = line((f"  {'':<{_TYPE}}  {'Mbps':>{_MBPS}}  {'':<{_BAR}}  {'USD a month':>{_USD}}", Tone.MUTED))
COUNTS_HEAD = line(
    (
        f"  {'instances':<{_COUNT}}  {'Mbps':>{_COUNT_MBPS}}  {'':<{_COUNT_BAR}}{'USD a month':>{_COUNT_USD + 2}}",
        Tone.MUTED,
    )
)


def type_item(row: TypeRow, note: str) -> Item:
    """A machine type with its range of throughput and cost."""
    mbps = f"{row.mbps_min}-{row.mbps_max}"
    return Item(
        id=row.machine_type,
        title=f"{row.machine_type:<{_TYPE}}",
        detail=line(f"{mbps:>{_MBPS}}  ", _bar(row.share, _BAR, row.chosen), f"  {_usd(row):>{_USD}}"),
        note=note,
        mark=("●", Tone.CHOSEN) if row.chosen else "○",
    )


def _usd(row: TypeRow) -> str:
    """Cents only where they matter."""
    if row.usd_min is None or row.usd_max is None:
        return "not known"
    return f"{row.usd_min:.2f}-{row.usd_max:.2f}" if row.usd_max < 100 else f"{row.usd_min:.0f}-{row.usd_max:.0f}"


def count_item(row: CountRow) -> Item:
    """A number of instances with what they carry and cost."""
    usd = "not known" if row.usd is None else f"{row.usd:,.2f}"
    return Item(
        id=str(row.instances),
        title=f"{row.instances:>2} {row.mark:<6}",
        detail=line(
            f"{row.mbps:>{_COUNT_MBPS},}  ", _bar(row.share, _COUNT_BAR, row.planned), f"  {usd:>{_COUNT_USD}}"
        ),
        mark=glyph("here") if row.planned else glyph("later"),
    )


def _bar(share: float, width: int, chosen: bool) -> Content:
    return bar(share, 1.0, width, Tone.CHOSEN if chosen else Tone.MUTED)
