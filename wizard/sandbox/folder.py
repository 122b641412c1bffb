"""The folder of one sandbox: `server.json` says where its server listens, a lock that (and which) server lives."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECRET_HEADER = "X-Runvpc-Secret"
"""Carries the secret of `server.json`, without which the control API does nothing."""

SERVER, ALIVE, STARTING = "server.json", "server.lock", "start.lock"

WRONG_SCENARIO, ALREADY_SERVED = 2, 3
"""Exit statuses of a server that did not start."""

PATIENCE, STEP = 2.0, 0.02
"""Seconds for which a server tries to get its lock, since somebody may just be looking whether it is free."""


@contextmanager
def served(folder: Path) -> Iterator[bool]:
    """Hold the lock of a living server; yields False when another server has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(folder / ALIVE) as handle:
        end = time.monotonic() + PATIENCE
        while not (ours := _lock(handle, fcntl.LOCK_EX)) and time.monotonic() < end:
            time.sleep(STEP)
        if ours:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield ours


def is_served(folder: Path) -> bool:
    """Whether a living server holds the folder's lock."""
    if not (folder / ALIVE).exists():
        return False
    with _opened(folder / ALIVE) as handle:
        return not _lock(handle, fcntl.LOCK_SH)


@contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Be the only one who starts a server here; waits for whoever does so already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(folder / STARTING) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_server(folder: Path, content: dict[str, Any]) -> None:
    """Say where the server listens, in one piece or not at all."""
    partial = folder / (SERVER + ".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    partial.replace(folder / SERVER)


def read_server(folder: Path) -> dict[str, Any] | None:
    """What a living server said of itself; None when there is none, whatever a dead one left behind."""
    if not is_served(folder):
        return None
    try:
        content = json.loads((folder / SERVER).read_text(encoding="utf-8"))
        living = int((folder / ALIVE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("pid") == living else None


def remove_server(folder: Path) -> None:
    """Say that no server listens here any more."""
    (folder / SERVER).unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
