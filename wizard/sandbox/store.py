"""The resources of the sandbox as API bodies, by full name.

A key is `API/RESOURCE-NAME`: `compute/projects/p/global/networks/n`, `vpcaccess/projects/p/locations/r/connectors/c`,
`run/projects/p/locations/r/services/s`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from wizard.sandbox.api import Body


class Store:
    """A dictionary of bodies that hands out copies, so that nothing changes without `put`."""

    def __init__(self, bodies: dict[str, Body] | None = None) -> None:
        self._bodies: dict[str, Body] = bodies or {}
        self.changes = 0
        """Grows with each change; whoever saves the state watches it."""

    def get(self, key: str) -> Body | None:
        body = self._bodies.get(key)
        return copy.deepcopy(body) if body is not None else None

    def put(self, key: str, body: Body) -> None:
        self._bodies[key] = copy.deepcopy(body)
        self.changes += 1

    def delete(self, key: str) -> None:
        if self._bodies.pop(key, None) is not None:
            self.changes += 1

    def keys(self, prefix: str = "") -> list[str]:
        return sorted(key for key in self._bodies if key.startswith(prefix))

    def children(self, parent: str, collection: str) -> Iterator[tuple[str, Body]]:
        """The resources `PARENT/COLLECTION/NAME`; a `-` or `*` as one segment of the parent matches any."""
        wanted = f"{parent}/{collection}".split("/")
        for key in sorted(self._bodies):
            parts = key.split("/")
            if len(parts) == len(wanted) + 1 and all(w in ("-", "*", p) for w, p in zip(wanted, parts, strict=False)):
                yield key, copy.deepcopy(self._bodies[key])

    def view(self) -> Mapping[str, Body]:
        """Everything as it is kept, to look at only."""
        return MappingProxyType(self._bodies)

    def bodies(self) -> dict[str, Body]:
        """Everything, as copies."""
        return copy.deepcopy(self._bodies)
