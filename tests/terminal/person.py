"""What several tests do in front of the wizard."""

from __future__ import annotations

import sys

from tests.terminal.conftest import SANDBOX
from tests.terminal.driver import Terminal

RUNVPC = (sys.executable, "-m", "wizard")
WIZARD = (*RUNVPC, *SANDBOX, "--speed", "instant")
HEADING = "Connect Cloud Run to a private network"


def opened(terminal: Terminal) -> str:
    """The screen once the sandbox is open."""
    terminal.until(lambda screen: HEADING in screen and "SIMULATION" in screen and "…" not in screen)
    return terminal.steady()
