"""The kinds of fault of the sandbox, for help and menus: `fault_kinds.toml`, which the sandbox reads too."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Kind:
    """One kind. `form` is how it is written, `calls` are `any`, `reads` or `writes`, `choices` a kind and its words.

    `times` is how often it strikes unless told otherwise; 0 is every time.
    """

    name: str
    form: str
    help: str
    calls: str
    times: int
    choices: tuple[tuple[str, str], ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of the table."""
    text = resources.files("wizard").joinpath("fault_kinds.toml").read_text(encoding="utf-8")
    return tuple(
        Kind(
            name=entry["name"],
            form=entry["form"],
            help=entry["help"],
            calls=entry["calls"],
            times=entry["times"],
            choices=tuple((kind, words) for kind, words in entry["choices"]),
        )
        for entry in tomllib.loads(text)["kind"]
    )


def usual_times(kind: str) -> int:
    """How often a kind strikes unless told otherwise; once for one that is not known."""
    name = kind.partition(":")[0]
    return next((known.times for known in kinds() if known.name == name), 1)
