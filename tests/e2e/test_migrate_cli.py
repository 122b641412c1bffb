"""`runvpc migrate` through the command line: looked at, blocked, moved, taken back, exported, and its end refused."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.machine import ROOT, Machine
from wizard.fleet.answers_file import parse

ALL = ("--acknowledge", "catalog", "--promote", "orders", "--no-probe", "reports", "--startup", "extend")
QUICK = ("--watch", "0", "--soak", "0", "--start-window", "2", "--yes", "--json")
EVERYONE = {"web", "orders", "mailer", "auth", "catalog", "reports", "job:nightly", "job:import", "job:cleanup"}


def access(machine: Machine, name: str) -> dict[str, Any]:
    """The network settings of a service's template."""
    state = machine.state()
    body = next(b for n, b in state.items() if n.endswith(f"/services/{name}") and "template" in b)
    settings = body["template"]["vpcAccess"]
    assert isinstance(settings, dict)
    return settings


def test_a_whole_migration(machine: Callable[[str], Machine], tmp_path: Path) -> None:
    here = machine("migration")
    (tmp_path / "users.csv").write_text("of another day", encoding="utf-8")
    (tmp_path / "users.csv").chmod(0o644)
    seen = here.run("migrate", "--inventory", "--json", "--csv", str(tmp_path / "users.csv"))
    assert {user["name"] for user in seen.json["users"]} == {name.rpartition(":")[2] for name in EVERYONE}
    assert {u["name"]: u["targets"] for u in seen.json["users"]}["web"] == ["redis://10.0.0.3:6379"]
    assert (tmp_path / "users.csv").stat().st_mode & 0o777 == 0o600

    blocked = here.run("migrate", "--subnet", "run", "--dry-run", "--json")
    assert blocked.code == 3
    codes = {f["code"]: f for f in blocked.json["plan"]["findings"] if f["severity"] == "block"}
    assert set(codes) == {"release_under_way", "no_targets", "owner"}
    assert "google_cloud_run_v2_service" in codes["owner"]["fix"]
    assert "run" not in blocked.json
    assert here.writes() == 0

    record = tmp_path / "ticket.md"
    moved = here.run("migrate", "--subnet", "run", *ALL, *QUICK, "--canary", "web", "--record", str(record))
    assert moved.code == 0, moved.err
    assert {g["name"]: g["status"] for g in moved.json["run"]["groups"]} == dict.fromkeys(EVERYONE, "moved")
    assert {step.get("group", "") for step in moved.json["plan"]["steps"]} == {"", *EVERYONE}
    assert moved.json["plan"]["rollout"]["waves"][0]["groups"] == ["web"]
    assert access(here, "mailer")["egress"] == "ALL_TRAFFIC"
    assert record.stat().st_mode & 0o777 == 0o600
    text = record.read_text("utf-8")
    assert all(f"| {name} |" in text for name in EVERYONE)

    back = here.run("undo", "last", "--group", "web", "--yes")
    assert back.code == 0, back.err
    assert access(here, "web")["connector"].endswith("/connectors/legacy")
    assert "networkInterfaces" in access(here, "mailer")

    answers = here.run("export", "last", "--format", "answers")
    assert parse(answers.out).promote == ("orders",)
    check_script(here.run("export", "last", "--format", "gcloud").out)
    ticket = here.run("export", "last", "--format", "markdown")
    assert "taken back" in ticket.out

    end = here.run("migrate", "--finish", "--yes", "--json")
    assert end.code == 3
    said = [f["message"] for f in end.json["plan"]["findings"] if f["severity"] == "block"]
    assert any("web" in message for message in said)
    assert any("orders-preview" in message for message in said)


def check_script(script: str) -> None:
    """It is a script, and all-traffic survives it: gcloud loses the egress mode when the connector goes."""
    bash = shutil.which("bash")
    assert bash
    assert subprocess.run([bash, "-n"], input=script, text=True, check=False).returncode == 0
    joined = script.replace(" \\\n  ", " ").splitlines()
    mailer = [line for line in joined if line.startswith("gcloud run services update mailer")]
    assert ["--vpc-egress=all-traffic" in line for line in mailer] == [False, True]
    assert "--clear-vpc-connector" in mailer[0]
    assert all("--no-traffic" in line for line in mailer)


def test_a_failed_live_test_alone_is_exit_code_4(machine: Callable[[str], Machine], tmp_path: Path) -> None:
    here = machine("migration")
    targets = tmp_path / "targets.csv"
    targets.write_text("service,target\nweb,tcp://10.0.0.3:9999\n", encoding="utf-8")
    before = access(here, "web")
    failed = here.run("migrate", "web", "--subnet", "run", "--targets", str(targets), *QUICK)
    assert failed.code == 4
    (group,) = failed.json["run"]["groups"]
    assert (group["status"], group["code"]) == ("taken_back", "not_connected")
    assert access(here, "web") == before
    again = here.run("migrate", "web", "--subnet", "run", "--dry-run")
    assert "targets of earlier runs are used for: web" in again.out, "what was said once need not be said again"


def test_wrong_input_names_what_is_wrong(machine: Callable[[str], Machine], tmp_path: Path) -> None:
    here = machine("migration")
    wrong = {
        "--steps": ("migrate", "--steps", "10,x", "--dry-run"),
        "stages.steps": ("migrate", "--steps", "10,50", "--dry-run"),
        "services": ("migrate", "wep", "--subnet", "run", "--dry-run"),
        "--yes": ("migrate", "web", "--subnet", "run"),
        "--record": ("migrate", "web", "--subnet", "run", "--yes", "--record", "/dev/null/ticket.md"),
        "--csv": ("migrate", "--inventory", "--csv", "/dev/null/users.csv"),
    }
    for field, words in wrong.items():
        done = here.run(*words, "--json")
        assert done.code == 2, words
        assert done.json["error"]["field"] == field, done.json
        assert done.json["error"]["fix"]
    assert here.writes() == 0
    assert here.run("runs", "--json").json == {"runs": []}
    gone = here.run("migrate", "--connector", "legacey", "--dry-run", "--json")
    assert gone.code == 1
    assert "legacy" in gone.json["error"]["message"]


def test_an_interrupt_ends_a_long_soak_and_all_goes_back(machine: Callable[[str], Machine]) -> None:
    here = machine("migration")
    before = access(here, "web")
    words = ("migrate", "web", "--subnet", "run", "--watch", "0", "--soak", "3000", "--yes", "--json")
    process = subprocess.Popen(
        here.arguments(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=here.environment(),
    )
    assert process.stderr is not None
    assert any("traffic-stage/web-100: change" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    run = json.loads(output)["run"]
    assert (run["status"], [g["status"] for g in run["groups"]]) == ("stopped", ["moving"])
    assert here.run("resume", "last", "--dry-run").code == 0
    assert here.run("undo", "last", "--yes").code == 0
    assert access(here, "web") == before
