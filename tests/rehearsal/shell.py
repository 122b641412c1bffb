"""A shell that `runvpc sandbox env` has put on a sandbox, with hostile settings from before."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RUNVPC = f"{shlex.quote(sys.executable)} -m wizard"
PYTHON = shlex.quote(sys.executable)
REPOSITORY = Path(__file__).parents[2]

BEFORE = """set -eu
export NO_PROXY='*' no_proxy='*' ALL_PROXY=socks5://192.0.2.1:1 GOOGLE_CLOUD_QUOTA_PROJECT=elsewhere
eval "$({runvpc} sandbox env --sandbox {scenario} --speed instant)"
"""
AFTER = """
{runvpc} sandbox stop --sandbox {scenario}
eval "$({runvpc} sandbox env --unset)"
[ "$NO_PROXY" = '*' ] && [ "$ALL_PROXY" = socks5://192.0.2.1:1 ] && [ -z "${{GOOGLE_APPLICATION_CREDENTIALS+x}}" ]
"""


def run_in_shell(folder: Path, scenario: str, script: str, *, around: Sequence[str] = ()) -> tuple[str, str]:
    """What `script` printed and said, run by sh on the sandbox. It must succeed, and so must the way back."""
    words = {"runvpc": RUNVPC, "scenario": shlex.quote(scenario)}
    text = BEFORE.format(**words) + script.format(python=PYTHON, **words) + AFTER.format(**words)
    environment = {**os.environ, "RUNVPC_STATE_DIR": str(folder / "state")}
    paths = (str(REPOSITORY), environment.get("PYTHONPATH", ""))
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    command = [*around, "sh", "-c", text]
    ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout, ended.stderr
