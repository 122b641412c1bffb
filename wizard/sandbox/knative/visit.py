"""One v1 call on its way through the dispatcher: where it is meant for, and how a v2 method is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body, Caller
from wizard.sandbox.dispatch import Dispatcher
from wizard.sandbox.knative import metadata
from wizard.sandbox.routes import table
from wizard.sandbox.world import World

REGIONAL = re.compile(r"([a-z]+-[a-z]+[0-9]+)-run\.googleapis\.com")
EVERYWHERE = "-"


@dataclass(frozen=True)
class Visit:
    """A v1 call: the dispatcher that answers it and the client that made it."""

    dispatcher: Dispatcher
    caller: Caller

    @property
    def world(self) -> World:
        return self.dispatcher.world

    async def ask(self, method: str, request: Body) -> Body:
        """The reply of a v2 method. Raises ApiError in v1's words."""
        try:
            return await self.dispatcher.call(table().by_method[method], request, self.caller)
        except ApiError as error:
            raise metadata.in_v1_words(error) from None

    def place(self, name: str, *, listing: bool = False) -> str:
        """`projects/P/locations/R` of a v1 name. The region is in the name (`projects/P/locations/R/…`) or the host's.

        A host of no region means every region to a list, and the scenario's own to other calls.
        """
        kind, project, *rest = name.split("/")
        known = projects.find(self.world, project)
        if kind == "projects":
            region = rest[1]
        else:
            regional = REGIONAL.fullmatch(self.caller.host)
            other = EVERYWHERE if listing else self.world.scenario.project.region
            region = regional[1] if regional else other
        return f"projects/{known.id if known else project}/locations/{region}"

    def full(self, name: str, below: str) -> str:
        """v2's name of what v1 names in its flat way: `below` is where its collection is, such as `services/-`.

        With `-` in it when there is no such resource.
        """
        collection, short = name.split("/")[-2:]
        place = self.place(name)
        if not below:
            return f"{place}/{collection}/{short}"
        known = (key for key, _ in self.world.store.look(f"run/{place}/{below}", collection))
        found = (key.removeprefix("run/") for key in known if key.endswith(f"/{short}"))
        return next(found, f"{place}/{below}/{collection}/{short}")

    def settled(self, name: str) -> Body | None:
        """A resource as it is once everything that is due has happened; None when it is gone."""
        self.world.settle()
        return self.world.store.get(f"run/{name}")
