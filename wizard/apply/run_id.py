"""Names of runs: eight characters that sort by time and can be read over the telephone."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u."""

_EPOCH = 1_704_067_200
"""2024-01-01T00:00:00Z: thirty bits of seconds last until 2058."""


def new_run_id(now: float | None = None) -> str:
    """Six characters of time in seconds and two at random; ids of one second are in no order."""
    seconds = int((time.time() if now is None else now) - _EPOCH) & (1 << 30) - 1
    number = seconds << 10 | secrets.randbits(10)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
