"""Any client of a shell on the sandbox, in a network namespace that has nothing but loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rehearsal.shell import run_in_shell

WORLD = """
[project]
id = "demo-project"

[[network]]
name = "my-vpc"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[service]]
name = "web"
connector = "con"
"""

ALL = """
{runvpc} status web --region us-central1 --json > status.json
{python} -m tests.rehearsal.clients
{runvpc} sandbox log --sandbox {scenario} > log.json
"""
GCLOUD = """
gcloud compute networks list --format='value(name)'
gcloud run services list --region=us-central1 --format='value(metadata.name)'
gcloud storage ls 2>&1 | grep -i 'sandbox' && gcloud --version > /dev/null
"""

LINES = [
    "compute rest my-vpc",
    "vpcaccess grpc con",
    "run grpc web",
    "vpcaccess rest con",
    "run rest web",
    "patch 200",
]


def alone() -> list[str]:
    """The words that put a command into a network namespace of its own; none where that is not allowed."""
    words = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    possible = os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip")
    return words if possible and subprocess.run([*words, "true"], capture_output=True).returncode == 0 else []


@pytest.mark.skipif(not alone(), reason="needs root, unshare and ip on Linux")
def test_every_client_works_where_there_is_nothing_but_loopback(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    gcloud = GCLOUD if shutil.which("gcloud") else ""
    printed, _ = run_in_shell(tmp_path, str(tmp_path / "world.toml"), ALL + gcloud, around=alone())
    lines = printed.splitlines()
    assert lines[: len(LINES)] == LINES
    if gcloud:
        assert lines[len(LINES) : len(LINES) + 2] == ["my-vpc", "web"]
        assert "The sandbox does not emulate" in lines[len(LINES) + 2]
    assert json.loads((tmp_path / "status.json").read_text())["service"]["connector"] == "con"
    words = {call["client"].split()[0] for call in json.loads((tmp_path / "log.json").read_text())["requests"]}
    assert {"runvpc", "google-cloud-compute", "google-cloud-run", "google-cloud-vpc-access"} <= words
