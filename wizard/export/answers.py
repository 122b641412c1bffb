"""The answers as a TOML file that replays them."""

from __future__ import annotations

from wizard.answers import Answers, Value, by_key


def render(answers: Answers) -> str:
    """The answers as a file that gives exactly these answers again."""
    lines = []
    tables: dict[str, list[str]] = {}
    for key, value in by_key(answers).items():
        table, dot, name = key.partition(".")
        if isinstance(value, dict):
            tables[key] = [f"{_key(inner)} = {_toml(held)}" for inner, held in value.items()]
        elif dot:
            tables.setdefault(table, []).append(f"{name} = {_toml(value)}")
        else:
            lines.append(f"{key} = {_toml(value)}")
    for table, entries in tables.items():
        lines += ["", f"[{table}]", *entries]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else _quoted(name)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_quoted(item) for item in value)}]"
    return _quoted(value) if isinstance(value, str) else str(value)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'
