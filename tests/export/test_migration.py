"""The record of a migration, before and after, and its script: by hand-made plans, whose words are escaped."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.moves import FAST, TARGET, add_job, add_service, plan_for
from wizard.apply.events import (
    GroupEnded,
    GroupRecalled,
    GroupStarted,
    GroupStatus,
    RunEnded,
    RunStarted,
    RunStatus,
    StepSummary,
)
from wizard.apply.state import RunState, replay
from wizard.export import gcloud, migration
from wizard.plan.plan import Finding, Plan, Rollout, Severity, Wave

AT = "2026-11-23T21:00:00.000000Z"
CODE = 'resource "x" "y" {\n  a = 1\n}'


def made(tmp_path: Path) -> Plan:
    cloud = FakeCloud(tmp_path / "world")
    add_service(cloud, "web")
    add_job(cloud, "nightly")
    waves = (Wave(groups=("web",)), Wave(groups=("job:nightly",), not_before="2026-12-01T22:00:00Z"))
    slow = replace(FAST, watch=30.0, soak=300.0)
    plan = plan_for(
        cloud, "web", "job:nightly", targets=(TARGET,), stages=slow, rollout=Rollout(waves=waves, concurrency=1)
    )
    finding = Finding(severity=Severity.WARN, code="owner", message="*Terraform* | deploys", fix=CODE)
    return replace(plan, findings=(finding,))


def ended(plan: Plan) -> RunState:
    steps = tuple(StepSummary(id=p.id, title=p.step.title, op=p.change.op.value, group=p.group) for p in plan.steps)
    return replay(
        (
            RunStarted(run="2q5b", at=AT, flow="migrate", project="p", region="r", steps=steps),
            GroupStarted(group="web", at=AT),
            GroupRecalled(group="web", at=AT, step="traffic-stage/web-10", error="it | broke", code="answers_worse"),
            GroupEnded(group="web", at=AT, status=GroupStatus.TAKEN_BACK),
            RunEnded(status=RunStatus.FAILED, at=AT),
        )
    )


def test_the_record_before(tmp_path: Path) -> None:
    text = migration.render(made(tmp_path))
    assert text.startswith("# Migration plan: p, r\n")
    assert "| web | network n / subnet run, all-traffic | 10 %, 50 %, 100 % |" in text
    assert "| web | vpc access | connector legacy, all-traffic | network n / subnet run, all-traffic |" in text
    assert "2. job:nightly, not before 2026-12-01T22:00:00Z" in text
    assert "\\*Terraform\\* \\| deploys" in text
    assert '  ```\n  resource "x" "y" {\n    a = 1\n  }\n  ```' in text
    assert "`runvpc undo RUN --group NAME`" in text


def test_the_record_after(tmp_path: Path) -> None:
    plan = made(tmp_path)
    text = migration.render(plan, ended(plan))
    assert "Run `2q5b`: **failed**" in text
    assert "| taken back: it \\| broke | 2026-11-23 21:00:00 UTC | 2026-11-23 21:00:00 UTC |" in text
    assert "| job:nightly | network n / subnet run, all-traffic | - | not begun | - | - |" in text
    assert "`runvpc undo 2q5b --group NAME`" in text


def test_the_script_says_where_a_service_begins_and_gives_time_to_look(tmp_path: Path) -> None:
    script = gcloud.render(made(tmp_path))
    bash = shutil.which("bash")
    assert bash
    assert subprocess.run([bash, "-n"], input=script, text=True, check=False).returncode == 0
    lines = script.splitlines()
    begins = [line.split()[2].rstrip(":") for line in lines if line.startswith("# ---- ")]
    assert begins == ["web", "job:nightly"]
    assert [line.partition("  #")[0] for line in lines if line.startswith("sleep")] == [
        "sleep 30",
        "sleep 30",
        "sleep 300",
    ]
    assert script.count("--vpc-egress=all-traffic") >= 2
