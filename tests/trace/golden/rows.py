"""The golden rows: what Google's documentation says becomes of a connection, each with its source.

A row is a scenario (a base, parts, its own tables, changes to API bodies), a question, and the documented answer.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from wizard.sandbox.api import Body
from wizard.sandbox.world import World

FOLDER = Path(__file__).parent
NETWORKS = ("network", "no-default-route")


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One documented case. `source` is a page with the day it was seen, a library's text, or a fact with its mark.

    `parts` are texts of the base, `extra` is TOML, `patch` fields of API bodies by key of the sandbox's store. `as_`,
    `egress` and `network` are the what-if. An empty `verdict` or `cause` is not judged: no source settles it.
    `decided_by` is a kind or a name; `hops` are states that occur in this order, `without` those that do not.
    `resolves` is the address that the target's name has. `verify` says that the trace must ask for a live test, and
    without it, must not. `gateway` is the reason why the sandbox's gateway may answer otherwise.
    """

    name: str
    source: str
    service: str
    target: str
    parts: tuple[str, ...] = ()
    extra: str = ""
    patch: dict[str, dict[str, Any]] = {}
    as_: str = msgspec.field(name="as", default="")
    egress: str = ""
    network: str = ""
    verdict: str = ""
    cause: str = ""
    decided_by: str = ""
    hops: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    resolves: str = ""
    verify: bool = False
    gateway: str = ""

    @property
    def scenario(self) -> str:
        """The whole scenario file of this row."""
        base = _base()
        parts = self.parts if set(self.parts) & set(NETWORKS) else (NETWORKS[0], *self.parts)
        return "\n".join([base.scenario, *(base.parts[part] for part in parts), self.extra])


class _Base(Struct, frozen=True, forbid_unknown_fields=True):
    scenario: str
    parts: dict[str, str]


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    row: tuple[Row, ...]


def _base() -> _Base:
    return msgspec.convert(tomllib.loads((FOLDER / "base.toml").read_text("utf-8")), _Base)


def rows() -> dict[str, Row]:
    """Every row by `file: name`, in the order of files and rows."""
    tables = {
        file.stem: msgspec.convert(tomllib.loads(file.read_text("utf-8")), _Table)
        for file in sorted(FOLDER.glob("*.toml"))
        if file.name != "base.toml"
    }
    found = [(f"{stem}: {row.name}", row) for stem, table in tables.items() for row in table.row]
    assert len(found) == len(dict(found)), "two rows have the same name"
    return dict(found)


def change(world: World, patch: dict[str, Body]) -> None:
    """Set fields of bodies that the world has; what a scenario has no words for."""
    for key, fields in patch.items():
        body = world.store.get(key)
        assert body is not None, f"the sandbox has no {key}"
        world.store.put(key, {**body, **fields})
