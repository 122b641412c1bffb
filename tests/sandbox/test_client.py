"""Sandbox servers as processes: one per folder and scenario, found, recovered, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sandbox.serving import SMALL
from wizard.sandbox import client
from wizard.sandbox.folder import is_served


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder for sandboxes; whatever still runs in it is stopped in the end."""
    folder = tmp_path / "sandbox"
    yield folder
    for sandbox in client.running(folder):
        client.stop(sandbox)


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def test_a_server_is_started_once_and_found_again(root: Path, scenario: str) -> None:
    assert client.find(root, scenario) is None
    first = client.ensure(root, scenario, instant=True)
    assert client.ensure(root, scenario) == first
    assert client.find(root, scenario) == first
    assert client.running(root) == [first]
    assert client.control(first, "GET", "info")["pid"] == first.pid
    assert {p.name: p.stat().st_mode & 0o777 for p in first.state_dir.iterdir() if p.stat().st_mode & 0o077} == {}


def test_two_at_a_time_share_one_server(root: Path, scenario: str) -> None:
    code = "import sys; from pathlib import Path; from wizard.sandbox import client\n"
    code += "print(client.ensure(Path(sys.argv[1]), sys.argv[2], instant=True).pid)"
    command = [sys.executable, "-c", code, str(root), scenario]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: subprocess.run(command, capture_output=True, text=True, check=True), range(4)))
    assert {int(run.stdout) for run in done} == {sandbox.pid for sandbox in client.running(root)}


def test_another_content_is_another_server(root: Path, scenario: str) -> None:
    first = client.ensure(root, scenario, instant=True)
    Path(scenario).write_text(SMALL.replace("demo-project", "other-project"), encoding="utf-8")
    second = client.ensure(root, scenario, instant=True)
    assert first.pid != second.pid
    assert client.control(second, "GET", "info")["project"] == "other-project"


def test_a_killed_server_is_replaced_and_its_state_restored(root: Path, scenario: str) -> None:
    first = client.ensure(root, scenario, instant=True)
    client.control(first, "POST", "faults", {"on": "compute.*", "kind": "http:503"})
    os.kill(first.pid, signal.SIGKILL)
    client.CHILDREN.pop(first.pid).wait(10)
    assert (first.state_dir / "server.json").exists()
    assert client.find(root, scenario) is None
    second = client.ensure(root, scenario)
    assert second.pid != first.pid
    assert client.control(second, "GET", "faults")["faults"][0]["on"] == "compute.*"


def test_stopping_keeps_the_state_and_stopping_twice_is_fine(root: Path, scenario: str) -> None:
    sandbox = client.ensure(root, scenario, instant=True)
    client.control(sandbox, "POST", "clock", {"advance": 86400})
    before = client.control(sandbox, "GET", "clock")["now"]
    client.stop(sandbox)
    client.stop(sandbox)
    assert not is_served(sandbox.state_dir)
    assert client.control(client.ensure(root, scenario), "GET", "clock")["now"] >= before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_stop_it_in_order(root: Path, scenario: str, number: signal.Signals) -> None:
    sandbox = client.ensure(root, scenario, instant=True)
    os.kill(sandbox.pid, number)
    assert client.CHILDREN.pop(sandbox.pid).wait(10) == 0
    assert not (sandbox.state_dir / "server.json").exists()
    assert (sandbox.state_dir / "state.json").exists()


def test_a_running_server_takes_on_the_wanted_time(root: Path, scenario: str) -> None:
    sandbox = client.ensure(root, scenario, speed=3)
    assert client.control(sandbox, "GET", "clock")["speed"] == 3
    client.ensure(root, scenario, speed=50)
    assert client.control(sandbox, "GET", "clock")["speed"] == 50
    client.ensure(root, scenario, instant=True, keep=True)
    info = client.control(sandbox, "GET", "info")
    assert (info["instant"], info["keep"]) == (True, True)


@pytest.mark.parametrize("content", ["", "[project", "[project]\nid = 3\n", SMALL + "\n[[nonsense]]\n"])
def test_a_wrong_scenario_is_reported_in_words(root: Path, scenario: str, content: str) -> None:
    Path(scenario).write_text(content, encoding="utf-8")
    with pytest.raises(client.ScenarioProblem, match=r"small\.toml"):
        client.ensure(root, scenario, instant=True)
    assert client.running(root) == []


def test_a_scenario_that_does_not_exist(root: Path) -> None:
    with pytest.raises(client.ScenarioProblem, match="no such scenario"):
        client.ensure(root, "nowhere", instant=True)


def test_a_refusal_of_the_control_api_is_raised(root: Path, scenario: str) -> None:
    sandbox = client.ensure(root, scenario, instant=True)
    with pytest.raises(client.SandboxError, match="speed: 0"):
        client.control(sandbox, "POST", "clock", {"speed": 0})


def test_it_starts_quickly(root: Path, scenario: str) -> None:
    began = time.monotonic()
    client.ensure(root, scenario, instant=True)
    assert time.monotonic() - began < 5, "a start imports none of Google's clients"
