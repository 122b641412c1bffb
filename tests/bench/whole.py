"""Whole commands: --help, the headless set-up against the same typed as gcloud commands, and its peak memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.row import Row, command, seconds

RUNVPC = [sys.executable, "-m", "wizard"]
SANDBOX = ["--sandbox", "tutorial"]
ANSWERS = """
version = 1
service = "my-service"
targets = ["redis://10.0.0.3:6379"]
network = "my-vpc"
egress_path = "connector"
[probe]
attempts = 1
"""
RSS = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
PEAK = f"import resource, sys; from wizard.cli.main import main; main(sys.argv[1:]); {RSS}"
BARE = f"import resource; import google.cloud.compute_v1, google.cloud.run_v2, google.cloud.vpcaccess_v1; {RSS}"
"""Programs that end with their own peak memory in KiB (Linux)."""

QUIET = {
    "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
    "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
    "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
    "GCE_METADATA_ROOT": "127.0.0.1:9",
}
"""Keeps gcloud on this machine."""


def help_row() -> Row:
    """The first thing that anybody types."""
    ours = seconds(lambda: command([*RUNVPC, "--help"]), 5)
    if shutil.which("gcloud") is None:
        return Row("--help", ours, None, "gcloud --version", note="gcloud is not installed")
    environment = {**os.environ, **QUIET}
    other = seconds(lambda: command(["gcloud", "--version"], environment), 5)
    return Row("--help", ours, other, "gcloud --version")


def set_up_rows() -> list[Row]:
    """The tutorial with instant operations, headless and typed, on one sandbox."""
    with TemporaryDirectory() as folder, _sandbox(Path(folder)) as environment:
        answers = Path(folder) / "answers.toml"
        answers.write_text(ANSWERS, encoding="utf-8")
        words = ["setup", *SANDBOX, "--answers", str(answers), "--yes", "--json"]
        ours = seconds(lambda: command([*RUNVPC, *words], environment))
        script = command([*RUNVPC, "export", "last", "--format", "gcloud", *SANDBOX], environment)
        peak = int(command([sys.executable, "-c", PEAK, *words], environment).splitlines()[-1])
        command([*RUNVPC, "sandbox", "reset", *SANDBOX], environment)
        row = _typed(ours, script, environment)
    bare = int(command([sys.executable, "-c", BARE]))
    memory = Row("peak memory of the set-up", peak / 1024, bare / 1024, "importing Google's 3 clients", unit="MB")
    return [row, memory]


@contextmanager
def _sandbox(folder: Path) -> Iterator[dict[str, str]]:
    environment = {**os.environ, "RUNVPC_STATE_DIR": str(folder)}
    command([*RUNVPC, "sandbox", "reset", *SANDBOX, "--speed", "instant"], environment)
    try:
        yield environment
    finally:
        command([*RUNVPC, "sandbox", "stop", *SANDBOX], environment)


def _typed(ours: float, script: str, environment: dict[str, str]) -> Row:
    """The set-up against the script that its export is."""
    what = "whole set-up with plan and probe"
    commands = sum(line.startswith("gcloud ") for line in script.splitlines())
    against = f"the same as {commands} gcloud commands"
    if shutil.which("gcloud") is None:
        return Row(what, ours, None, against, note="gcloud is not installed")
    exports = command([*RUNVPC, "sandbox", "env", *SANDBOX], environment)
    try:
        other = seconds(lambda: command(["bash", "-c", f"{exports}\n{script}"], environment))
    except subprocess.CalledProcessError as error:
        last = str(error.stderr).strip().splitlines()[-1:]
        return Row(what, ours, None, against, note=f"gcloud: {' '.join(last)}")
    return Row(what, ours, other, against, note="ours also reads the project and plans")
