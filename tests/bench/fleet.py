"""A whole fleet off its connector, live tests and all, in one run: time and memory against a tenth of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.bench.row import Row, command
from tests.bench.whole import PEAK, RUNVPC

LARGE, SMALL = 200, 20
AT_ONCE = "10"


def fleet_rows() -> list[Row]:
    """`runvpc migrate` of everything; every fourth is a job, every fifth Terraform's."""
    large, peak = _moved(LARGE)
    small, least = _moved(SMALL)
    scale = LARGE // SMALL
    what = f"migration of {LARGE} services and jobs, each with its live test"
    return [
        Row(what, large, small * scale, f"{SMALL} of them, {scale} times", note=f"{AT_ONCE} at once, instant sandbox"),
        Row("peak memory of it", peak, least, f"the same with {SMALL}", unit="MB"),
    ]


def _moved(count: int) -> tuple[float, float]:
    """Seconds and megabytes (of Linux) of one migration."""
    sandbox = ["--sandbox", f"fleet:{count}", "--speed", "instant"]
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "RUNVPC_STATE_DIR": folder}
        command([*RUNVPC, "sandbox", "reset", *sandbox], environment)
        words = ["migrate", *sandbox, "--answers", str(_answers(Path(folder), count)), "--yes", "--json"]
        try:
            start = perf_counter()
            said = command([sys.executable, "-c", PEAK, *words], environment)
            taken = perf_counter() - start
        finally:
            command([*RUNVPC, "sandbox", "stop", "--sandbox", f"fleet:{count}"], environment)
    document, _, peak = said.rstrip().rpartition("\n")
    _check(json.loads(document), count)
    return taken, int(peak) / 1024


def _answers(folder: Path, count: int) -> Path:
    names = [f"job:job-{n:04d}" if n % 4 == 0 else f"service-{n:04d}" for n in range(5, count + 1, 5)]
    text = 'version = 1\nflow = "migrate"\nconnector = "legacy"\nsubnet = "run"\n'
    text += f"acknowledged = {json.dumps(names)}\n"
    text += f"[stages]\nwatch = 0\nsoak = 0\n[rollout]\nconcurrency = {AT_ONCE}\n[probe]\nattempts = 1\n"
    path = folder / "answers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _check(document: dict[str, Any], count: int) -> None:
    moved = [group for group in document["run"]["groups"] if group["status"] == "moved"]
    if len(moved) != count:
        raise RuntimeError(f"{len(moved)} of {count} have moved")
