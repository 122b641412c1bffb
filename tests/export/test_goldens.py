"""Exports as files: what they say is looked at once, and any change is seen. `GOLDENS=write pytest …` renews them."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.export.sample import PLAN, PROBE, planned, service
from wizard.export import gcloud, markdown, terraform
from wizard.plan.plan import Plan
from wizard.plan.step import Op
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.records import VpcAccess

GOLDENS = Path(__file__).parent / "goldens"


@pytest.mark.parametrize(
    ("name", "render"),
    [
        ("setup.sh", lambda: gcloud.render(PLAN)),
        ("setup.tf", lambda: terraform.render(PLAN)),
        ("setup.md", lambda: markdown.render(PLAN, PROBE)),
    ],
)
def test_an_export_is_as_it_was(name: str, render: Callable[[], str]) -> None:
    if os.environ.get("GOLDENS") == "write":
        (GOLDENS / name).write_text(render(), "utf-8")
    assert render() == (GOLDENS / name).read_text("utf-8")


def record_calls(folder: Path) -> Path:
    """A `gcloud` that writes its arguments, NUL-terminated, to a file, and fails for `jobs execute`."""
    program = folder / "gcloud"
    log = folder / "calls"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\0" "$@" >>{shlex.quote(str(log))}\nprintf "\\n\\0" >>{shlex.quote(str(log))}\n'
        'case "$*" in "run jobs execute "*) exit 20;; esac\n',
        "utf-8",
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return log


def run_script(script: str, folder: Path) -> tuple[int, list[list[str]]]:
    """The exit code of the script and the argument lists it called gcloud with."""
    log = record_calls(folder)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(["bash", "-c", script], env=environment, cwd=folder, capture_output=True, timeout=30)
    calls = [call.split("\0")[:-1] for call in log.read_text("utf-8").split("\n\0")[:-1]]
    return done.returncode, calls


def test_the_script_passes_every_argument_as_it_is(tmp_path: Path) -> None:
    code, calls = run_script(gcloud.render(PLAN), tmp_path)
    wanted = [c[1:] for p in PLAN.ordered() if p.change.op.writes for c in p.step.gcloud()]
    assert code == 0
    assert len(wanted) >= 6
    assert calls == wanted


@pytest.mark.parametrize(("baseline", "code"), [(False, 20), (True, 0)])
def test_the_script_removes_the_probe_job_also_when_the_test_fails(tmp_path: Path, baseline: bool, code: int) -> None:
    probe = RunProbe(
        project="p", region="r", name="j", token="t", targets=("tcp://a:1",), vpc=VpcAccess(), baseline=baseline
    )
    clean = DeleteJob(project="p", region="r", name="j")
    steps = (
        planned(probe, Op.CREATE, "proof"),
        planned(clean, Op.DELETE, "clean", probe),
        planned(service, Op.CHANGE, "connect", probe),
    )
    ended, calls = run_script(gcloud.render(Plan(flow="setup", project="p", region="r", steps=steps)), tmp_path)
    deleted = [call for call in calls if call[:3] == ["run", "jobs", "delete"]]
    assert ended == code
    assert len(deleted) == 1
    assert any(call[:3] == ["run", "services", "update"] for call in calls) is baseline


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_is_formatted_as_terraform_does() -> None:
    for text in (terraform.render(PLAN), terraform.render(Plan(flow="setup", project="p", region="r"))):
        done = subprocess.run(
            ["terraform", "fmt", "-check", "-diff", "-"], input=text, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
