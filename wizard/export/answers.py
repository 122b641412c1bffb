"""The answers as a TOML file that replays them."""

from __future__ import annotations

from wizard.answers import Answers, by_key
from wizard.export import toml


def render(answers: Answers) -> str:
    """The answers as a file that gives exactly these answers again."""
    lines = []
    tables: dict[str, list[str]] = {}
    for key, value in by_key(answers).items():
        table, dot, name = key.partition(".")
        if isinstance(value, dict):
            tables[key] = [f"{toml.key(inner)} = {toml.value(held)}" for inner, held in value.items()]
        elif dot:
            tables.setdefault(table, []).append(f"{name} = {toml.value(value)}")
        else:
            lines.append(f"{key} = {toml.value(value)}")
    for table, entries in tables.items():
        lines += ["", f"[{table}]", *entries]
    return "\n".join(lines) + "\n"
