"""Text from elsewhere, made fit to be shown on a line, and small words for numbers."""

from __future__ import annotations

import re

LONGEST = 60


def shown(value: object, longest: int = LONGEST) -> str:
    """A value on one line of plain ASCII, cut to about `longest` characters; text is quoted."""
    text = value if isinstance(value, str) else ascii(value)
    cut = text[:longest] + "..." if len(text) > longest else text
    return ascii(cut) if isinstance(value, str) else cut


def clean(text: str) -> str:
    """The same text without what a terminal would act on: control and direction characters become `?`."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def one_line(text: str) -> str:
    """`clean`, with every run of white space as one space."""
    return clean(" ".join(text.split()))


_FULL_NAME = re.compile(r"\b(?:https://[\w.-]+/compute/v1/)?projects/(?:[\w.:-]+/)+([\w.-]+)")


def short_names(text: str) -> str:
    """The same text with the last part of each full resource name; where there is room the log has all of it."""
    return _FULL_NAME.sub(r"\1", text)


def duration(seconds: float) -> str:
    """`0.4s`, `12s`, `2m05s`, `1h30m`."""
    if seconds < 9.95:
        return f"{seconds:.1f}s".replace(".0s", "s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m{rest:02d}s" if minutes < 60 else f"{minutes // 60}h{minutes % 60:02d}m"
