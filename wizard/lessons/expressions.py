"""Path expressions on API bodies: `a.b[0].c`, `a[*].b` for every element; and what a value is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

EXAMPLE = "allowed[*].ports[0]"

_PART = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(\d{1,4}|\*)\]")

Wanted = str | int | bool
"""A text is a pattern (`*` for anything); `false` also fits where nothing is said."""


def check(expression: str) -> None:
    """Raise ValueError for what is no path expression."""
    if not expression or expression.startswith(".") or _PART.sub("", expression):
        raise ValueError(f"{expression[:60]!r} is no path expression")


def values(body: object, expression: str) -> list[object]:
    """Everything that a path expression finds in a body; nothing where the path ends early."""
    found = [body]
    for name, index in _PART.findall(expression):
        found = [inner for one in found for inner in _step(one, name, index)]
    return found


def _step(body: object, name: str, index: str) -> Iterable[object]:
    if name:
        return [body[name]] if isinstance(body, Mapping) and name in body else []
    if not isinstance(body, list | tuple):
        return []
    return body if index == "*" else body[int(index) : int(index) + 1]


def fits(found: Iterable[object], wanted: Wanted) -> bool:
    """Whether one of the values is as wanted. Numbers may stand as text, as JSON of Google's has them."""
    held = list(found)
    if isinstance(wanted, bool):
        return any(value is wanted for value in held) or (not wanted and not held)
    return any(not isinstance(value, bool) and fnmatchcase(str(value), str(wanted)) for value in held)
