"""The guard of the whole suite: a Python process under it can connect to nothing but loopback, and look up no name.

The hook sees what Python's socket module does. What is written in C (gRPC) or is no Python at all is watched by the
kernel where it may be: `tests/only_loopback.sh`, which `.ci/run` puts around the suite.
"""

from __future__ import annotations

import os
from pathlib import Path

LOOPBACK_NAMES = {"localhost", "ip6-localhost", "", None}


class LeftLoopback(RuntimeError):
    """Something tried to reach beyond this machine."""


def is_loopback(host: object) -> bool:
    """Whether a host as given to a socket call is this machine."""
    text = host.decode() if isinstance(host, bytes) else host
    return text in LOOPBACK_NAMES or (isinstance(text, str) and (text.startswith("127.") or text == "::1"))


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook that refuses connections, datagrams and look-ups beyond loopback."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise LeftLoopback(f"{event} {address}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not is_loopback(arguments[0]):
        raise LeftLoopback(f"{event} {arguments[0]!r}")


def guard_children(folder: Path) -> None:
    """Let every Python process started from here on import the guard before anything else."""
    root = folder.parent.parent
    paths = [str(folder), str(root), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
    os.environ["CHECKPOINT_DISABLE"] = "1"  # terraform otherwise looks for news of itself
