"""Values and keys as TOML writes them."""

from __future__ import annotations

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def key(name: str) -> str:
    """A key, quoted where it must be."""
    return name if name.replace("_", "").isalnum() and name.isascii() else quoted(name)


def value(held: object) -> str:
    """A text, number, switch or list of these. Raises TypeError for anything else."""
    match held:
        case bool():
            return str(held).lower()
        case str():
            return quoted(held)
        case int() | float():
            return str(held)
        case tuple():
            return f"[{', '.join(map(value, held))}]"
    raise TypeError(f"{type(held).__name__} is no value of an answer")


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + "".join(_ESCAPES.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'
