"""Showing what a person typed, whatever it was."""

from __future__ import annotations

_LONGEST = 40


def shown(value: str) -> str:
    """The value quoted, escaped to printable ASCII and cut, so that an error stays one short line."""
    escaped = ascii(value[:_LONGEST])[1:-1]
    cut = len(value) > _LONGEST or len(escaped) > _LONGEST
    return f"'{escaped[:_LONGEST]}...'" if cut else f"'{escaped}'"
