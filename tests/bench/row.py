"""A row of the table, and how things are measured."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """What was compared; both figures in `unit` (`s` or `MB`), None where it could not be measured, with a note."""

    what: str
    ours: float | None
    other: float | None
    against: str
    unit: str = "s"
    note: str = ""

    @property
    def ratio(self) -> str:
        """How many times as much the other one takes; below 1 means that ours takes more."""
        return f"{self.other / self.ours:.2f}" if self.ours and self.other else "-"


def seconds(work: Callable[[], object], runs: int = 1) -> float:
    """Median duration of some runs."""
    taken = []
    for _ in range(runs):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return median(taken)


def command(words: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command; its standard output. Raises CalledProcessError with what it said."""
    done = subprocess.run(words, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, list(words), done.stdout, done.stderr)
    return done.stdout


def table(rows: Sequence[Row]) -> str:
    """The rows, aligned."""

    def figure(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:.3f} {unit}" if unit == "s" else f"{value:.0f} {unit}"

    cells = [("what", "ours", "other", "ratio", "against")]
    cells += [(r.what, figure(r.ours, r.unit), figure(r.other, r.unit), r.ratio, r.against) for r in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([*lines, *(f"  {r.what}: {r.note}" for r in rows if r.note)])
