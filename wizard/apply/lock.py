"""One writer per run: a lock file that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from wizard.errors import RunvpcError

_TRIES = 5
_PAUSE_SECONDS = 0.02


class Locked(RunvpcError):
    """Another process is working on this run."""

    def __init__(self, run: str, holder: str) -> None:
        super().__init__(
            f"another process ({holder or 'unknown'}) is working on run {run}",
            code="run_locked",
            fix="wait until it is done or stop it there; `runvpc runs` shows how far it is",
        )


class RunLock:
    """The lock of one run, held until `release` or the end of the process."""

    def __init__(self, path: Path, run: str) -> None:
        """Take the lock at once. Raises Locked when somebody else has it."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _taken(self._file):
            holder = os.pread(self._file, 64, 0).decode(errors="replace").strip()
            self.release()
            raise Locked(run, holder)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go; doing it twice does no harm."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock. Looking takes a shared lock for a moment."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _taken(file: int) -> bool:
    """Try a few times: somebody who only looks (`is_held`) is gone in a moment."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    return False
