"""Whole commands on the simulated cloud."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen
from wizard.errors import Exit

SANDBOX = ("--sandbox", "tutorial", "--speed", "instant")
WEB = ("setup", "--service", "my-service", "--network", "my-vpc", "--target", "redis://10.0.0.3:6379")
CONNECTOR = (*WEB, "--egress-path", "connector")


@pytest.fixture(autouse=True)
def _stop_after_each_test() -> Iterator[None]:
    yield
    Screen().run("sandbox", "stop", *SANDBOX)


def run(*argv: str, code: int = Exit.DONE) -> Any:
    """The document of one command, which must end with this exit code."""
    screen = Screen()
    ended = screen.run(*argv, *SANDBOX, "--json")
    assert ended == code, screen.out.getvalue() + screen.err.getvalue()
    return screen.document


def writes() -> int:
    return int(run("sandbox", "log")["writes"])


def test_from_a_plan_to_a_proof_and_back() -> None:
    shown = run(*CONNECTOR, "--dry-run")
    assert "run" not in shown
    assert writes() == 0
    before = run("sandbox", "state")

    applied = run(*CONNECTOR, "--yes")
    assert applied["run"]["status"] == "done"
    assert [p["verdict"] for p in applied["probe"]] == ["connected"]
    assert [s["id"].split("/")[0] for s in applied["plan"]["steps"]] == [
        s["id"].split("/")[0] for s in shown["plan"]["steps"]
    ]
    status = run("status", "my-service")["service"]
    assert status["path"] == "connector"
    assert status["connector_state"] == "READY"

    name = applied["run"]["id"]
    assert [r["id"] for r in run("runs")["runs"]] == [name]
    for format_, word in (("gcloud", "gcloud run services update"), ("terraform", "google_vpc_access_connector")):
        assert word in run("export", "last", "--format", format_)["text"]
    assert "redis://10.0.0.3:6379 | connected" in run("export", name[:6], "--format", "markdown")["text"]

    undone = run("undo", "last", "--yes")
    assert undone["run"]["status"] == "undone"
    assert run("status", "my-service")["service"]["path"] == "none"
    assert set(network_resources(before)) == set(network_resources(run("sandbox", "state")))
    assert run("undo", "last", "--yes", code=Exit.FAILED)["error"]["code"] == "already_undone"


def network_resources(state: Any) -> list[str]:
    """The names of everything but histories: operations, revisions, executions."""
    resources = state.get("resources", state)
    history = ("/operations/", "/revisions/", "/executions/", "/tasks/")
    return [key for key in resources if not any(part in key for part in history)]


def test_exported_answers_replay(tmp_path: Path) -> None:
    run(*CONNECTOR, "--yes", "--env", "GREETING=hello, world")
    path = tmp_path / "again.toml"
    path.write_text(run("export", "last", "--format", "answers")["text"], "utf-8")
    again = run("setup", "--answers", str(path), "--dry-run")
    writing = [s["id"] for s in again["plan"]["steps"] if s["op"] not in ("reuse", "skip")]
    assert all(id_.startswith(("probe", "traffic")) for id_ in writing), writing


def test_a_plan_that_cannot_work_is_exit_code_3() -> None:
    shown = run(*CONNECTOR, "--range", "10.8.0.0/28", "--yes", code=Exit.BLOCKED)
    assert "run" not in shown
    assert any(f["severity"] == "block" for f in shown["plan"]["findings"])
    assert writes() == 0


def test_a_target_that_does_not_answer_is_exit_code_4_and_leaves_the_service_alone() -> None:
    failed = run(*CONNECTOR, "--target", "tcp://10.0.0.77:1", "--timeout", "0.3", "--yes", code=Exit.NOT_CONNECTED)
    assert failed["run"]["status"] == "failed"
    assert {p["verdict"] == "connected" for p in failed["probe"]} == {True, False}
    assert run("status", "my-service")["service"]["path"] == "none"
    run("undo", "last", "--yes")


def test_read_only_writes_nothing() -> None:
    assert run(*CONNECTOR, "--yes", "--read-only", code=Exit.FAILED)["error"]["code"] == "read_only"
    assert run("probe", "my-service", "10.0.0.3:6379", "--read-only", code=Exit.FAILED)["error"]["code"] == "read_only"
    assert writes() == 0


def test_ranges_say_what_is_free_and_what_is_in_the_way() -> None:
    document = run("ranges", "--network", "my-vpc", "--start", "10.8.0.0/28")
    assert document["free"]
    assert all(block["range"].endswith("/28") for block in document["free"])
    assert any("batch" in block["blocked_by"] for block in document["rejected"])
    assert document["largest_gap"]
    missing = run("ranges", "--network", "nowhere", code=Exit.INPUT)["error"]
    assert missing["field"] == "network"
    assert "my-vpc" in missing["message"]


def test_a_probe_shows_that_the_service_is_not_connected_and_leaves_nothing() -> None:
    document = run("probe", "my-service", "redis://10.0.0.3:6379", "--timeout", "0.3", code=Exit.NOT_CONNECTED)
    assert [p["verdict"] for p in document["probe"]] != ["connected"]
    assert not [key for key in network_resources(run("sandbox", "state")) if "/jobs/" in key]


def test_the_clock_and_the_faults_of_the_sandbox_are_moved_from_outside() -> None:
    run("sandbox", "clock", "advance", "2h")
    assert run("sandbox", "clock")
    run("sandbox", "fault", "vpcaccess.CreateConnector", "http:503", "--times", "9")
    assert run("sandbox", "fault")
    run("sandbox", "fault", "clear")
    assert run("sandbox", "clock", "advance", "soon", code=Exit.INPUT)["error"]["field"] == "clock advance"


def test_the_environment_is_quoted_for_a_shell() -> None:
    screen = Screen()
    assert screen.run("sandbox", "env", *SANDBOX) == Exit.DONE
    done = subprocess.run(
        ["sh", "-c", f"{screen.out.getvalue()}\necho $CLOUDSDK_CORE_PROJECT $CLOUDSDK_PROXY_ADDRESS"],
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert done.stdout == "demo-project 127.0.0.1\n"


def test_another_cloud_is_refused() -> None:
    run(*CONNECTOR, "--yes")
    screen = Screen()
    assert screen.run("undo", "last", "--yes", "--json") == Exit.INPUT
    assert screen.document["error"]["field"] == "--sandbox"


def test_a_person_types_yes() -> None:
    screen = Screen(["no"])
    assert screen.run(*CONNECTOR, *SANDBOX, "--answers", "/dev/null") == Exit.INPUT
    flags = ("--region", "us-central1", "--egress", "private-ranges-only", "--range", "auto")
    screen = Screen(["no"])
    assert screen.run(*CONNECTOR, *flags, *SANDBOX) == Exit.STOPPED
    assert "SIMULATION" in screen.out.getvalue()
    assert "nothing was changed" in screen.out.getvalue()
    assert "\x1b" not in screen.out.getvalue()
    assert writes() == 0


def test_an_interrupt_stops_in_good_order_and_resume_finishes() -> None:
    """As a process of its own, in the middle of the connector's creation, at twice real time."""
    slow = ("--sandbox", "tutorial", "--speed", "2", "--yes", "--json")
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard", *CONNECTOR, *slow],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    assert any("create (usually" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == Exit.STOPPED
    stopped = json.loads(output)["run"]
    assert stopped["status"] == "stopped"
    resumed = run("resume", "last")
    assert resumed["run"]["id"] == stopped["id"]
    assert resumed["run"]["status"] == "done"
    assert [p["verdict"] for p in resumed["probe"]] == ["connected"]
