"""The resources of the sandbox as API bodies, by full name.

A key is `API/RESOURCE-NAME`: `compute/projects/p/global/networks/n`, `vpcaccess/projects/p/locations/r/connectors/c`,
`run/projects/p/locations/r/services/s`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from wizard.sandbox.api import Body
from wizard.sandbox.history import History

ANY = ("-", "*")
"""Segments of a parent that stand for any name."""


class Store:
    """A dictionary of bodies that hands out copies, so that nothing changes without `put`."""

    def __init__(self, bodies: dict[str, Body] | None = None) -> None:
        self._bodies: dict[str, Body] = bodies or {}
        self._collections: dict[str, list[str]] = {}
        for key in sorted(self._bodies):
            self._collections.setdefault(_collection(key), []).append(key)
        self.history = History()
        self._encoded: dict[str, msgspec.Raw] = {}
        self._unencoded = set(self._bodies)
        self.changes = 0
        """Grows with each change; whoever saves the state watches it."""

    def get(self, key: str) -> Body | None:
        body = self._bodies.get(key)
        return _copy(body) if body is not None else None

    def put(self, key: str, body: Body) -> None:
        before = self._bodies.get(key)
        if before is None:
            insort(self._collections.setdefault(_collection(key), []), key)
        self._bodies[key] = _copy(body)
        self._changed(key, before)

    def delete(self, key: str) -> None:
        before = self._bodies.pop(key, None)
        if before is not None:
            keys = self._collections[_collection(key)]
            del keys[bisect_left(keys, key)]
            if not keys:
                del self._collections[_collection(key)]
            self._changed(key, before)

    def keys(self, prefix: str = "") -> list[str]:
        return sorted(key for key in self._bodies if key.startswith(prefix))

    def children(self, parent: str, collection: str) -> Iterator[tuple[str, Body]]:
        """The resources `PARENT/COLLECTION/NAME`; a `-` or `*` as one segment of the parent matches any."""
        for key, body in self.look(parent, collection):
            yield key, _copy(body)

    def look(self, parent: str, collection: str) -> list[tuple[str, Body]]:
        """The same as they are kept, to look at only: long lists are filtered and cut before anything is copied."""
        wanted = f"{parent}/{collection}"
        if not any(part in ANY for part in wanted.split("/")):
            return [(key, self._bodies[key]) for key in self._collections.get(wanted, ())]
        parts = wanted.split("/")
        fitting = (keys for path, keys in self._collections.items() if _fits(path.split("/"), parts))
        return [(key, self._bodies[key]) for key in sorted(key for keys in fitting for key in keys)]

    def view(self) -> Mapping[str, Body]:
        """Everything as it is kept, to look at only."""
        return MappingProxyType(self._bodies)

    def bodies(self) -> dict[str, Body]:
        """Everything, as copies."""
        return {key: _copy(body) for key, body in self._bodies.items()}

    def encoded(self) -> dict[str, msgspec.Raw]:
        """Everything as JSON text; only what has changed since the last time is encoded again."""
        for key in self._unencoded:
            body = self._bodies.get(key)
            if body is None:
                self._encoded.pop(key, None)
            else:
                self._encoded[key] = msgspec.Raw(msgspec.json.encode(body))
        self._unencoded.clear()
        return self._encoded

    def past(self, changes: int) -> Store:
        """Everything as it was when `changes` had this value, or as long ago as is remembered."""
        bodies = dict(self._bodies)
        for key, before in self.history.since(changes):
            if before is None:
                bodies.pop(key, None)
            else:
                bodies[key] = before
        return Store(bodies)

    def _changed(self, key: str, before: Body | None) -> None:
        self.changes += 1
        self._unencoded.add(key)
        self.history.changed(self.changes, key, before)


def _collection(key: str) -> str:
    return key.rpartition("/")[0]


def _fits(parts: list[str], wanted: list[str]) -> bool:
    return len(parts) == len(wanted) and all(w in (*ANY, p) for w, p in zip(wanted, parts, strict=True))


def _copy(value: Any) -> Any:
    """A copy of JSON; many times as fast as `copy.deepcopy`, which prepares for anything."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    if isinstance(value, tuple):
        return tuple(_copy(inner) for inner in value)
    return value
