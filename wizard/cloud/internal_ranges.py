"""Internal range reservations of Network Connectivity, over REST: its client library is not among the dependencies."""

from __future__ import annotations

from urllib.parse import quote

from wizard.cloud.calls import Caller
from wizard.cloud.links import last
from wizard.cloud.rest import Body, Rest
from wizard.records import Address

_API = "networkconnectivity.googleapis.com"


class InternalRanges:
    """The reservations of one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller, project: str) -> None:
        self._rest = rest
        self._caller = caller
        self._path = f"v1/projects/{quote(project, safe='')}/locations/global/internalRanges"

    async def list(self) -> tuple[Address, ...]:
        """All of them; one that has no block (yet) is left out."""
        found: list[Address] = []
        token = ""
        while True:
            reply = await self._page(token)
            bodies = (body for body in reply.get("internalRanges") or () if isinstance(body, dict))
            found += [internal_range(body) for body in bodies if body.get("ipCidrRange")]
            token = str(reply.get("nextPageToken") or "")
            if not token:
                return tuple(found)

    async def _page(self, token: str) -> Body:
        async def send(timeout: float) -> Body:
            query = {"pageToken": token} if token else None
            return await self._rest.send(timeout, "GET", _API, self._path, query=query)

        return await self._caller.read("list internal ranges", self._path.removeprefix("v1/"), send)


def internal_range(body: Body) -> Address:
    """A reservation's JSON as a record; its purpose is INTERNAL_RANGE, which is no purpose of Compute's addresses."""
    return Address(
        name=last(str(body.get("name", ""))),
        created=str(body.get("createTime", "")),
        range=str(body.get("ipCidrRange", "")),
        purpose="INTERNAL_RANGE",
        network=last(str(body.get("network", ""))),
        users=tuple(last(str(user)) for user in body.get("users") or ()),
    )
