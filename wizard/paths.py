"""Where the product keeps what it writes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import InputError

VARIABLE = "RUNVPC_STATE_DIR"


@dataclass(frozen=True)
class Paths:
    """Every file lies under `state`; nothing is written anywhere else."""

    state: Path

    @property
    def journal(self) -> Path:
        """The record of all runs (SQLite)."""
        return self.state / "journal.db"

    @property
    def sandbox(self) -> Path:
        """The folder of the sandbox clouds, one folder each."""
        return self.state / "sandbox"

    def answers(self, run: str) -> Path:
        """The answers with which a run was started (TOML)."""
        return self.state / "answers" / f"{run}.toml"


def find_paths(environ: Mapping[str, str] = os.environ) -> Paths:
    """The folder that `RUNVPC_STATE_DIR` names, else the platform's folder for the state of programs.

    Raises InputError when that name has no meaning here.
    """
    chosen = environ.get(VARIABLE, "")
    if chosen:
        try:
            return Paths(Path(chosen).expanduser().absolute())
        except RuntimeError as error:
            raise InputError(f"{VARIABLE}: {error}", field=VARIABLE, fix="name a folder by its full path") from error
    from platformdirs import user_state_path

    return Paths(user_state_path("runvpc", appauthor=False))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read (0600, in a folder of 0700), also where there was one before."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        file.write(text)


def write_named(path: Path, text: str, flag: str) -> None:
    """Write a private file where a person wants it. Raises InputError naming the flag when that cannot be."""
    try:
        write_private(path.absolute(), text)
    except OSError as error:
        message = f"{path.name}: {error.strerror or 'cannot be written'}"
        raise InputError(message, field=flag, fix=f"{flag} FILE in a folder that you may write to") from error
