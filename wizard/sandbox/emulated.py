"""The table of what is emulated (`emulated.toml`) as Markdown: `python -m wizard.sandbox.emulated docs/sandbox.md`.

What the file does not say is taken from the table of routes: how many methods a row has, and which methods of Google's
clients are refused.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct, convert

from wizard.sandbox import services
from wizard.sandbox.api import HANDLERS
from wizard.sandbox.knative import facade
from wizard.sandbox.routes import table

BEGIN, END = "<!-- emulated: begin -->", "<!-- emulated: end -->"
"""What stands around the generated part of the page."""


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One area: the patterns of its methods, what is emulated, from where that is known, and what is missing."""

    area: str
    methods: tuple[str, ...]
    emulated: str
    known: tuple[str, ...]
    confidence: str
    missing: str


def rows() -> list[Row]:
    """The rows of the file. Raises msgspec.ValidationError for one that is not of this form."""
    text = Path(__file__).with_name("emulated.toml").read_text(encoding="utf-8")
    return convert(tomllib.loads(text)["row"], list[Row])


def methods() -> list[str]:
    """Every emulated method, sorted."""
    services.load()
    return sorted({*HANDLERS, *facade.METHODS})


def covered(row: Row, known: Iterable[str]) -> list[str]:
    """The methods among these that are a row's. `run.*` stands for v2 alone: v1's methods have a dot more."""
    return [method for method in known if any(fits(method, pattern) for pattern in row.methods)]


def fits(method: str, pattern: str) -> bool:
    """Whether a pattern means a method: a star does not reach over a dot unless it is the pattern's end."""
    same_depth = pattern.endswith(".*") or method.count(".") == pattern.count(".")
    return same_depth and fnmatchcase(method, pattern)


def refused() -> dict[str, list[str]]:
    """Methods that Google's clients have and the sandbox refuses, by what they are about."""
    known = set(methods())
    found: dict[str, list[str]] = {}
    for method in sorted({route.method for route in table().routes} - known):
        about, _, verb = method.rpartition(".")
        found.setdefault(about, []).append(verb)
    return found


def render() -> str:
    """The generated part of the page, with its marks."""
    known = methods()
    lines = ["| area | emulated | known from | confidence | not emulated |", "|---|---|---|---|---|"]
    for row in rows():
        count = len(covered(row, known))
        area = f"{row.area} ({count} method{'s' * (count != 1)})" if row.methods else row.area
        lines.append(f"| {area} | {row.emulated} | {'; '.join(row.known)} | {row.confidence} | {row.missing} |")
    lines += ["", "Methods that Google's clients have and that are refused by name:", ""]
    lines += [f"- `{about}`: {', '.join(verbs)}" for about, verbs in refused().items()]
    return "\n".join([BEGIN, *lines, END])


def replaced(page: str) -> str:
    """A page with its generated part made anew. Raises ValueError for a page without the marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return before + render() + after


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(replaced(target.read_text(encoding="utf-8")), encoding="utf-8")
