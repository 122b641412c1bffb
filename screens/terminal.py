"""A terminal that may go away while a run is under way: a window is closed, a connection lost. The run is finished."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class Lasting(io.TextIOWrapper):
    """A stream to draw on that drops what nobody can see any more.

    Textual's writer thread would end at the first failed write, and the application then wait for it without end.
    """

    def __init__(self, descriptor: int) -> None:
        raw = io.FileIO(descriptor, "w", closefd=False)
        super().__init__(io.BufferedWriter(raw), encoding="utf-8", errors="replace", newline="")

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return


class LastingDriver(LinuxDriver):
    """Draws on a stream that lasts."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if sys.__stderr__ is not None:
            self._file = Lasting(sys.__stderr__.fileno())


@contextmanager
def silent_input() -> Iterator[None]:
    """Put a silence in the place of a terminal that is gone: its end would be read again and again for nothing.

    Afterwards reading finds that end, so that nobody waits for a key.
    """
    if sys.__stdin__ is None:
        yield
        return
    silence, end = os.pipe()
    os.dup2(silence, sys.__stdin__.fileno())
    os.close(silence)
    try:
        yield
    finally:
        os.close(end)
