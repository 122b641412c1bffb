"""The screens: how soon there is something to see, and how soon a key shows, on a pseudo-terminal."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from tests.bench.pty import Pty
from tests.bench.row import Row, command, seconds
from tests.bench.rows import ERASE, filtered, titles
from tests.bench.whole import QUIET, RUNVPC

MANY, FEW = 10_000, 100
ROUNDS = 4
HEADING = "Connect Cloud Run to a private network"
DOWN = "\x1b[B"


def first_frame_row() -> Row:
    """From starting the process to the first frame: heading, choices and footer."""
    with TemporaryDirectory() as folder:
        ours = median(_first_frame(Path(folder)) for _ in range(5))
    what, against = "first frame of the wizard", "gcloud --version"
    if shutil.which("gcloud") is None:
        return Row(what, ours, None, against, note="gcloud is not installed")
    return Row(what, ours, seconds(lambda: command(["gcloud", "--version"], {**os.environ, **QUIET}), 5), against)


def key_rows() -> list[Row]:
    """95th percentile from a key to what it changes, in a list of 10,000 rows and in one of 100."""
    with TemporaryDirectory() as folder:
        many, few = _keys(MANY, Path(folder)), _keys(FEW, Path(folder))
    against = f"the same with {FEW} rows"
    names = (f"p95 arrow key to frame, {MANY:,} rows", f"p95 filter key to frame, {MANY:,} rows")
    return [
        Row(what, ours * 1000, other * 1000, against, unit="ms")
        for what, ours, other in zip(names, many, few, strict=True)
    ]


def _first_frame(folder: Path) -> float:
    with Pty(RUNVPC, {**os.environ, "RUNVPC_STATE_DIR": str(folder)}) as terminal:
        return terminal.until(HEADING, "Google Cloud", "Quit") - terminal.started


def _keys(count: int, folder: Path) -> tuple[float, float]:
    """The 95th percentiles of arrow keys and of keys typed into the filter."""
    names = titles(count)
    environment = {**os.environ, "RUNVPC_STATE_DIR": str(folder), "TEXTUAL_ANIMATIONS": "none"}
    with Pty([sys.executable, "-m", "tests.bench.rows", str(count)], environment) as terminal:
        terminal.until(names[0])
        moved = [terminal.after(DOWN, name) for name in names[1:99]]
        terminal.press("/")
        typed = []
        for _ in range(ROUNDS):
            typed += [terminal.after(key, f"{found} of {count} match") for key, found in filtered(names)]
            terminal.press(ERASE)
    return p95(moved), p95(typed)


def p95(taken: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(taken, n=20)[-1]
