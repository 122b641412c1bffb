"""Lists as v1 has them: of a whole namespace, chosen by labels, in pages by `limit` and `continue`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.knative.visit import Visit
from wizard.sandbox.services.paging import LARGEST_PAGE
from wizard.sandbox.world import World

TERM = re.compile(r"\s*([^\s,=!()]+)\s*(==|=|!=|\bnotin\b|\bin\b)\s*(\([^)]*\)|[^\s,()]*)\s*(?:,|$)")

Show = Callable[[World, Body], Body]


@dataclass(frozen=True)
class Term:
    """One condition of a label selector: the label is (not) one of these values."""

    label: str
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, labels: dict[str, str]) -> bool:
        return (labels.get(self.label) in self.values) != self.negated


def terms(selector: str) -> list[Term]:
    """The conditions of a label selector such as `a = b,c in (d,e)`. Raises ApiError(400)."""
    found: list[Term] = []
    at = 0
    while at < len(selector):
        match = TERM.match(selector, at)
        if match is None:
            raise ApiError(400, f"labelSelector: unable to parse {selector!r}.")
        label, operator, text = match.groups()
        values = tuple(value.strip() for value in text.strip("()").split(","))
        found.append(Term(label, values, operator in ("!=", "notin")))
        at = match.end()
    return found


@dataclass(frozen=True)
class Listing:
    """A v1 list: the v2 method, the field of its reply, the kind of its items, and how they are put.

    `within` names the labels that say what the items are in, with the v2 parent below the location: `services/{}`.
    """

    method: str
    field: str
    kind: str
    api: str
    show: Show
    parent: str = ""
    within: tuple[str, str] = ("", "")

    async def answer(self, visit: Visit, request: Body) -> Body:
        """The reply."""
        label, below = self.within
        wanted = terms(str(request.get("labelSelector", "")))
        inside = next((t for t in wanted if t.label == label and len(t.values) == 1 and not t.negated), None)
        rest = [term for term in wanted if term is not inside]
        place = visit.place(str(request["parent"]), listing=True)
        under = below.format(inside.values[0]) if inside else self.parent
        parent = f"{place}/{under}" if under else place
        reply = await (self._all(visit, parent) if rest else self._page(visit, parent, request))
        items = [self.show(visit.world, body) for body in reply.get(self.field) or []]
        chosen = [item for item in items if all(term.holds(item["metadata"]["labels"]) for term in rest)]
        more = {"continue": reply["nextPageToken"]} if reply.get("nextPageToken") else {}
        return {"apiVersion": self.api, "kind": f"{self.kind}List", "metadata": more, "items": chosen}

    async def _page(self, visit: Visit, parent: str, request: Body) -> Body:
        size = int(request.get("limit") or LARGEST_PAGE)
        asked = {"parent": parent, "pageSize": size, "pageToken": request.get("continue", "")}
        return await visit.ask(self.method, asked)

    async def _all(self, visit: Visit, parent: str) -> Body:
        """Every item, in as many pages as it takes."""
        bodies: list[Body] = []
        token = ""
        while True:
            reply = await visit.ask(self.method, {"parent": parent, "pageSize": LARGEST_PAGE, "pageToken": token})
            bodies += reply.get(self.field) or []
            token = str(reply.get("nextPageToken", ""))
            if not token:
                return {self.field: bodies}
