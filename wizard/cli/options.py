"""What every command shares: the common options, as one record."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

INSTANT = "instant"
DEFAULT_SCENARIO = "tutorial"
DEFAULT_SPEED = 20.0
"""How much faster than real time the sandbox runs unless told otherwise."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """`sandbox` is a scenario's name or file, empty for the live cloud. `speed` 0 means that nothing takes time."""

    project: str = ""
    region: str = ""
    service: str = ""
    sandbox: str = ""
    answers: Path | None = None
    yes: bool = False
    dry_run: bool = False
    json: bool = False
    plain: bool = False
    read_only: bool = False
    speed: float | None = None

    @classmethod
    def of(cls, parsed: Namespace) -> Options:
        """The common options that were given."""
        given = {name: value for name, value in vars(parsed).items() if name in cls.__dataclass_fields__}
        return cls(**given)

    @property
    def again(self) -> str:
        """What another command needs in order to reach the same cloud, with a leading space; empty for the live one."""
        return f" --sandbox {shlex.quote(self.sandbox)}" if self.sandbox else ""
