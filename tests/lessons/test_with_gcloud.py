"""The lines that a lesson shows, typed into a shell as they are: the sandbox's settings, then the strongest hint."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.cli.learn_lines import task_lines
from wizard.cli.lesson_bench import open_bench
from wizard.cli.options import Options
from wizard.cli.place import stop_sandbox
from wizard.lessons import library
from wizard.lessons.grading import grade, missing
from wizard.lessons.load import parse

pytestmark = pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")


@pytest.mark.parametrize("name", library.names())
def test_the_strongest_hint_solves_the_task(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(tmp_path / "state"))
    bench = open_bench(parse(library.text_of(name), name), Options(speed=0))
    try:
        settings = next(line.strip() for line in task_lines(bench.lesson) if line.startswith("  eval "))
        solution = next(hint for one in bench.lesson.criteria for hint in one.hints if hint.startswith("gcloud "))
        done = _shell(f"{settings}\n{solution.replace('RANGE', '10.8.1.16/28')}", tmp_path)
        assert done.returncode == 0, done.stderr
        grades = grade(bench.lesson.criteria, bench.state, bench)
        assert missing(grades) == (), grades
    finally:
        stop_sandbox(bench.place.sandbox)


def _shell(lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell of somebody who has never used gcloud before, in which `runvpc` is the one under test."""
    command = folder / "bin" / "runvpc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wizard "$@"\n', "utf-8")
    command.chmod(0o700)
    root = str(Path(__file__).parents[2])
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CLOUDSDK_")}
    path = os.pathsep.join((str(command.parent), kept["PATH"]))
    python = os.pathsep.join(part for part in (root, kept.get("PYTHONPATH", "")) if part)
    environment = {**kept, "PATH": path, "PYTHONPATH": python, "HOME": str(folder)}
    # Should the settings not come, gcloud still finds nothing but a closed port of this machine.
    environment |= {"CLOUDSDK_PROXY_TYPE": "http", "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1", "CLOUDSDK_PROXY_PORT": "9"}
    return subprocess.run(
        ["sh", "-c", f"set -e\n{lines}"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
