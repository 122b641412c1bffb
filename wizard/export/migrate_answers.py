"""The answers of a migration as a TOML file that replays them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from wizard.export import toml
from wizard.fleet.answers import MigrateAnswers


def render(answers: MigrateAnswers) -> str:
    """The answers as a file that gives exactly these answers again. They hold no secrets: URLs have no credentials."""
    tables: list[str] = []
    lines: list[str] = []
    for name, value in structs.asdict(answers).items():
        if name == "wave":
            for wave in answers.wave:
                tables += ["", "[[wave]]", *_entries(structs.asdict(wave))]
        elif isinstance(value, dict):
            tables += ["", f"[{name}]", *_entries(value)] if value else []
        elif hasattr(value, "__struct_fields__"):
            tables += ["", f"[{name}]", *_entries(structs.asdict(value))]
        else:
            lines.append(f"{name} = {toml.value(value)}")
    return "\n".join(lines + tables) + "\n"


def _entries(values: Mapping[str, Any]) -> list[str]:
    return [f"{toml.key(name)} = {toml.value(value)}" for name, value in values.items()]
