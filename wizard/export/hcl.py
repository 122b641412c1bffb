"""Printing HCL as `terraform fmt` would, from plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_MAPS = frozenset({"labels", "annotations"})
"""Attributes whose value is a map; every other nested table is a block."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def block(head: str, attributes: Mapping[str, object], references: Sequence[str] = ()) -> str:
    """`head { … }` with scalars aligned, then maps, then nested blocks; `references` become `depends_on`."""
    return "\n".join([f"{head} {{", *_body(attributes, "  ", references), "}"])


def label(text: str) -> str:
    """A name fit to be a resource's label."""
    fitting = re.sub(r"[^A-Za-z0-9_-]", "_", text)
    return fitting if _IDENTIFIER.fullmatch(fitting) else f"_{fitting}"


def quoted(text: str) -> str:
    """A string literal in which nothing is a template: `${` and `%{` are doubled."""
    escaped = "".join(_ESCAPES.get(c) or (c if c.isprintable() else _code(c)) for c in text)
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _body(attributes: Mapping[str, object], indent: str, references: Sequence[str] = ()) -> list[str]:
    scalars = {name: _scalar(value) for name, value in attributes.items() if not _is_nested(value)}
    maps = {name: value for name, value in attributes.items() if name in _MAPS and isinstance(value, Mapping)}
    width = max(map(len, scalars), default=0)
    parts = [[f"{indent}{name:{width}} = {text}" for name, text in scalars.items()]]
    parts += [_map(name, value, indent) for name, value in maps.items()]
    for name, value in attributes.items():
        if _is_nested(value) and name not in maps:
            parts += [_nested(name, inner, indent) for inner in _blocks(value)]
    if references:
        parts.append([f"{indent}depends_on = [{', '.join(references)}]"])
    return "\n\n".join("\n".join(part) for part in parts if part).split("\n") if any(parts) else []


def _nested(name: str, attributes: Mapping[str, object], indent: str) -> list[str]:
    return [f"{indent}{name} {{", *_body(attributes, indent + "  "), f"{indent}}}"]


def _map(name: str, value: Mapping[str, object], indent: str) -> list[str]:
    if not value:
        return [f"{indent}{name} = {{}}"]
    keys = {key: key if _IDENTIFIER.fullmatch(key) else quoted(key) for key in value}
    width = max(map(len, keys.values()))
    inner = [f"{indent}  {keys[key]:{width}} = {_scalar(held)}" for key, held in value.items()]
    return [f"{indent}{name} = {{", *inner, f"{indent}}}"]


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)
    )


def _blocks(value: object) -> list[Mapping[str, object]]:
    if isinstance(value, Mapping):
        return [value]
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    return quoted(str(value))
