"""A run that is broken off, by Ctrl+C or by a terminal that goes away: what was done is known, the rest is resumed."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from time import sleep

import pytest

from tests.terminal.conftest import SANDBOX, document
from tests.terminal.driver import Terminal
from tests.terminal.person import CONNECTOR, RUNVPC, opened
from wizard.errors import Exit


@pytest.fixture
def slow(tmp_path: Path) -> tuple[str, ...]:
    """The wizard with everything answered, on a sandbox at 25 times real time."""
    path = tmp_path / "answers.toml"
    path.write_text(CONNECTOR, "utf-8")
    return (*RUNVPC, *SANDBOX, "--speed", "25", "--answers", str(path))


def test_ctrl_c_asks_stops_in_good_order_and_resume_finishes(slow: tuple[str, ...]) -> None:
    with Terminal(slow) as terminal:
        begin(terminal)
        terminal.keys("C-c")
        terminal.until("A run is under way")
        terminal.keys("Escape")
        terminal.until(lambda screen: "A run is under way" not in screen)
        assert document("runs")["runs"][0]["status"] == "running"
        terminal.keys("C-c")
        terminal.until("A run is under way")
        terminal.keys("Tab", "Enter")
        assert terminal.exit_code(60) == Exit.STOPPED
        assert "Warning" not in terminal.text()
    finish()


def test_a_lost_terminal_stops_in_good_order_and_resume_finishes(slow: tuple[str, ...]) -> None:
    with Terminal(slow) as terminal:
        begin(terminal)
        process = terminal.process
    for _ in range(300):
        if not process.exists():
            break
        sleep(0.1)
    assert not process.exists()
    finish()


def test_a_run_that_was_killed_is_offered_on_the_first_page_and_goes_on(slow: tuple[str, ...]) -> None:
    with Terminal(slow) as terminal:
        begin(terminal)
        os.kill(int(terminal.process.name), signal.SIGKILL)
    with Terminal((*RUNVPC, *SANDBOX, "--speed", "instant")) as terminal:
        opened(terminal)
        terminal.until("Runs that were not finished")
        terminal.keys("Enter")
        terminal.until("Go on")
        terminal.keys("Enter")
        terminal.until("every target connected", 60)
        assert document("runs")["runs"][0]["status"] == "done"


def test_a_run_that_was_suspended_goes_on_with_fg(slow: tuple[str, ...]) -> None:
    with Terminal(["bash", "--norc", "-i"], environment={"PS1": "here> "}) as terminal:
        terminal.until("here>")
        terminal.type(" ".join(slow))
        terminal.keys("Enter")
        begin(terminal)
        terminal.keys("C-z")
        terminal.until("Stopped")
        sleep(2)
        terminal.type("fg")
        terminal.keys("Enter")
        terminal.until("every target connected", 60)


def begin(terminal: Terminal) -> None:
    """Go to the review, say yes, and wait until the connector is being created."""
    opened(terminal)
    terminal.keys("C-o")
    terminal.until("Go to a page")
    terminal.keys("End", "Enter")
    terminal.until("Apply …")
    terminal.steady()
    terminal.keys("C-n")
    terminal.until("Apply this plan?")
    sleep(0.7)
    terminal.keys("y")
    terminal.until(lambda screen: re.search(r"running +connector\b", screen) is not None, 60)


def finish() -> None:
    """The run is known as stopped, with the connector as far as it is; resuming it ends with a connected target."""
    assert document("runs")["runs"][0]["status"] == "stopped"
    resumed = document("resume", "last", "--yes", "--speed", "instant")
    assert resumed["run"]["status"] == "done"
    assert [probe["verdict"] for probe in resumed["probe"]] == ["connected"]
