"""What several tests do in front of the wizard."""

from __future__ import annotations

import re
import sys

from tests.terminal.conftest import SANDBOX
from tests.terminal.driver import Terminal

RUNVPC = (sys.executable, "-m", "wizard")
WIZARD = (*RUNVPC, *SANDBOX, "--speed", "instant")
OPEN = re.compile(r"Sandbox: tutorial +open")
HEADING = "Connect Cloud Run to a private network"

CONNECTOR = """
version = 1
service = "my-service"
targets = ["redis://10.0.0.3:6379"]
network = "my-vpc"
egress_path = "connector"
[probe]
attempts = 1
"""
"""Answers to everything that has no default."""


def opened(terminal: Terminal) -> str:
    """The screen once the sandbox is open."""
    terminal.until(lambda screen: HEADING in screen and OPEN.search(screen) is not None and "Quit" in screen)
    return terminal.steady()


def until_footer(terminal: Terminal, rows: int) -> str:
    """The screen once the footer is on this row and nothing moves."""
    terminal.until(lambda screen: "Quit" in dict(enumerate(screen.splitlines(), 1)).get(rows, ""))
    return terminal.steady()
