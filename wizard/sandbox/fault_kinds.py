"""The kinds of fault, from the table that the command line and the pages read too (`wizard/fault_kinds.toml`)."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

IN_V2 = "run.v1."
"""Methods of Cloud Run's v1 are answered by asking v2's (`knative`): those are what a fault can be on."""


@cache
def table() -> dict[str, dict[str, Any]]:
    """The entries of the table, by name."""
    text = resources.files("wizard").joinpath("fault_kinds.toml").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in tomllib.loads(text)["kind"]}


def forms() -> str:
    """How each kind is written, for messages."""
    return ", ".join(entry["form"] for entry in table().values())


def is_kind(kind: str) -> bool:
    """Whether this is one of the kinds, with an argument where it wants one."""
    name, colon, argument = kind.partition(":")
    entry = table().get(name)
    if entry is None:
        return False
    if not colon:
        return "argument" not in entry or bool(entry.get("optional"))
    return "argument" in entry and re.fullmatch(entry["argument"], argument, re.ASCII) is not None


def usual_times(kind: str) -> int:
    """How often a kind strikes unless told otherwise; 0 is every time."""
    return int(table()[kind.partition(":")[0]]["times"])


def problem(on: str, kind: str) -> str:
    """Why a fault of this (proper) kind can never strike calls of `on`, with the nearest methods; empty when it can.

    `on` is a method's name or a pattern such as `compute.*`.
    """
    from wizard.sandbox.routes import table as routes

    known = {r.method: r.writes for r in routes().routes if not r.method.startswith(IN_V2)}
    meant = [method for method in known if fnmatchcase(method, on)]
    if not meant:
        near = _nearest(on, sorted(known))
        return f"no method is called {on[:60]!a}" + (f"; near are {', '.join(near)}" if near else "")
    calls = table()[kind.partition(":")[0]]["calls"]
    if calls == "any" or any(known[method] is (calls == "writes") for method in meant):
        return ""
    return f"{kind} strikes only {calls}, and {on} is none"


def _nearest(on: str, known: list[str]) -> list[str]:
    """Methods that look like it, whichever way the letters' case is and even when the API is not named."""
    by_word: dict[str, list[str]] = {}
    for method in known:
        for word in (method.lower(), method.lower().partition(".")[2], method.lower().rpartition(".")[2]):
            by_word.setdefault(word, []).append(method)
    found = (method for word in get_close_matches(on.lower(), by_word, 3) for method in by_word[word])
    return list(dict.fromkeys(found))[:3]
