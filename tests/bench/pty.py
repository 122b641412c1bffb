"""A pseudo-terminal whose bytes are timed: when did what a person waits for reach the terminal?"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from time import perf_counter
from types import TracebackType

SIZE = (80, 24)


class Pty:
    """A program on a pseudo-terminal of 80x24, as a context manager. It is killed at the end."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._words = words
        self._environment = {**environment, "TERM": "xterm-256color"}

    def __enter__(self) -> Pty:
        self._end, inner = pty.openpty()
        columns, rows = SIZE
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = perf_counter()
        self._process = subprocess.Popen(
            self._words, stdin=inner, stdout=inner, stderr=inner, env=self._environment, start_new_session=True
        )
        os.close(inner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._end)

    def until(self, *wanted: str, seconds: float = 60) -> float:
        """When the last of these texts had arrived. Raises TimeoutError, with the end of what came, if they do not."""
        seen, missing = b"", {text.encode() for text in wanted}
        end = perf_counter() + seconds
        while missing:
            ready, _, _ = select.select([self._end], [], [], max(end - perf_counter(), 0))
            if not ready:
                raise TimeoutError(f"{missing} did not come: {seen[-2000:]!r}")
            seen += os.read(self._end, 65536)
            missing = {text for text in missing if text not in seen}
        return perf_counter()

    def after(self, key: str, wanted: str) -> float:
        """Seconds from pressing this key until this text had arrived. What was still under way is read before."""
        self.settle()
        pressed = perf_counter()
        self.press(key)
        return self.until(wanted) - pressed

    def press(self, key: str) -> None:
        """Send a key, in the bytes that terminals have for it."""
        os.write(self._end, key.encode())

    def settle(self, calm: float = 0.03) -> None:
        """Read until nothing comes any more."""
        while select.select([self._end], [], [], calm)[0]:
            os.read(self._end, 65536)
