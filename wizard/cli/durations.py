"""Lengths of time as people type them."""

from __future__ import annotations

import re

from wizard.errors import InputError
from wizard.wording import shown

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def seconds(text: str, field: str = "duration") -> int:
    """`90`, `90s`, `5m`, `2h`, `1h30m` in seconds. Raises InputError for anything else, and for nothing."""
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise InputError(
            f"duration {shown(text, 30)}: must be hours, minutes, seconds", field=field, fix="for example 1h30m"
        )
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest
