"""Ctrl+C, a closed terminal and a polite kill all mean: stop after the call in flight, and record it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_on_signals(stop: asyncio.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Inside the block the signals set `stop`; `tell` gets a line for the person at each. Used in the main thread.

    A terminal that is gone cannot be told anything: `tell` must not raise.
    """
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        first = not stop.is_set()
        stop.set()
        tell("stopping after the call in flight" if first else "still finishing and recording the call in flight")

    for number in SIGNALS:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
