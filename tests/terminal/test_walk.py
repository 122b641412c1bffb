"""The promise, in a real terminal of 80x24: three connected targets, by arrow keys, Tab and Enter alone, and back."""

from __future__ import annotations

import re
from time import sleep

from tests.cli.test_on_sandbox import network_resources
from tests.terminal.conftest import document
from tests.terminal.driver import Terminal
from tests.terminal.person import WIZARD, opened
from wizard.errors import Exit

TARGETS = ("redis://10.0.0.3:6379", "http://10.0.0.10:80", "postgres://10.0.0.5:5432")

GRACE = 0.7
"""Longer than dialogs that apply or delete ignore keys."""


def test_from_the_first_page_to_three_connected_targets_and_back() -> None:
    with Terminal(WIZARD) as terminal:
        opened(terminal)
        before = document("sandbox", "state")
        to_the_review(terminal)
        apply(terminal)
        connected(terminal)
        take_back(terminal)
        assert set(network_resources(before)) == set(network_resources(document("sandbox", "state")))
        assert document("runs")["runs"][0]["status"] == "undone"
        terminal.keys("C-q")
        assert terminal.exit_code() == Exit.DONE


def to_the_review(terminal: Terminal) -> None:
    """Choose service and targets, and take what is recommended."""
    terminal.keys("Enter")
    terminal.until("○ my-service")
    terminal.keys("Enter")
    terminal.until(lambda screen: all(target in screen for target in TARGETS))
    terminal.keys("Enter", *("Down", "Enter") * 2)
    terminal.until(lambda screen: ticks(screen) == len(TARGETS))
    terminal.keys("BTab")
    terminal.steady()
    terminal.keys("Enter")
    terminal.until("Take all of it  ")
    terminal.keys("Enter")
    terminal.until("Apply …")
    terminal.steady()


def ticks(screen: str) -> int:
    """How many targets are ticked."""
    return sum("✓ " in line[22:] and "://" in line for line in screen.splitlines())


def apply(terminal: Terminal) -> None:
    """Read the plan, say yes, and see it through."""
    terminal.keys("Enter")
    terminal.steady()
    terminal.keys("Enter")
    assert "SIMULATION tutorial" in "".join(terminal.until("Apply this plan?").splitlines()[1:])
    assert document("sandbox", "log")["writes"] == 0
    sleep(GRACE)
    terminal.keys("Tab", "Enter")
    terminal.until("every target connected", 60)


def connected(terminal: Terminal) -> None:
    """What the live test says, and what was made."""
    terminal.until("Next: Connectivity")
    terminal.keys("Enter")
    screen = terminal.until("3 of 3 targets connected")
    assert screen.count("✓ connected") == 3
    terminal.keys("Enter")
    terminal.until("Undo …")
    assert document("status", "my-service")["service"]["path"] == "direct"


def take_back(terminal: Terminal) -> None:
    """Undo by typing the service's name. Cloud Run keeps the subnet for a while; then the rest of it goes, too."""
    terminal.keys("Enter")
    terminal.until("Take this run back?")
    sleep(GRACE)
    terminal.type("my-service")
    terminal.keys("Enter")
    terminal.until("… waiting", 60)
    assert document("status", "my-service")["service"]["path"] == "none"
    document("sandbox", "clock", "advance", "3h")
    terminal.steady()
    terminal.keys("Enter")
    terminal.until(lambda screen: re.search(r"undone +subnet\b", screen) is not None, 60)
