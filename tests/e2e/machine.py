"""runvpc as a user runs it: a process of its own, a state folder of its own, the sandbox it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TIMEOUT = 180


@dataclass(frozen=True)
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as the one JSON document it must be."""
        document = json.loads(self.out)
        assert isinstance(document, dict)
        return document

    def statuses(self) -> dict[str, str]:
        """Step id → status of the run."""
        return {step["id"]: step["status"] for step in self.json["run"]["steps"]}


@dataclass(frozen=True)
class Machine:
    """One state folder and one scenario."""

    home: Path
    scenario: str
    speed: str = "instant"

    def environment(self) -> dict[str, str]:
        return {**os.environ, "RUNVPC_STATE_DIR": str(self.home), "NO_COLOR": "1"}

    def arguments(self, *words: str) -> list[str]:
        sandbox = ["--sandbox", self.scenario, "--speed", self.speed]
        return [sys.executable, "-m", "wizard", *words, *sandbox]

    def run(self, *words: str) -> Result:
        """Run to the end, with standard input closed."""
        done = subprocess.run(
            self.arguments(*words),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def setup(self, answers: str, *words: str) -> Result:
        """`setup --yes --json` with this answers text."""
        file = self.home.parent / "answers.toml"
        file.write_text(answers, encoding="utf-8")
        return self.run("setup", "--answers", str(file), "--yes", "--json", *words)

    def state(self) -> dict[str, Any]:
        """Every resource of the sandbox, by full name, as its API body."""
        return self.run("sandbox", "state").json

    def writes(self) -> int:
        """How many calls have changed something."""
        count = self.run("sandbox", "log").json["writes"]
        assert isinstance(count, int)
        return count

    def stop(self) -> None:
        self.run("sandbox", "stop")
