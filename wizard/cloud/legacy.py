"""Users of connectors that are no Cloud Run resources, over REST: 1st generation functions and App Engine versions.

Google's client libraries for both are not among the dependencies; only lists are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from wizard.cloud.calls import Caller
from wizard.cloud.links import last, part
from wizard.cloud.rest import Body, Rest
from wizard.errors import CloudError
from wizard.records import Legacy

FUNCTION, VERSION = "1st gen function", "App Engine version"

_FUNCTIONS = "cloudfunctions.googleapis.com"
_APP_ENGINE = "appengine.googleapis.com"
_EGRESS = {
    "PRIVATE_RANGES_ONLY": "private-ranges-only",
    "PRIVATE_IP_RANGES": "private-ranges-only",
    "ALL_TRAFFIC": "all-traffic",
}
"""The words of both APIs for the egress setting, and gcloud's for Cloud Run."""
_SERVICES_AT_ONCE = 8


class LegacyUsers:
    """Those of one project. Every method raises CloudError."""

    def __init__(self, rest: Rest, caller: Caller, project: str) -> None:
        self._rest = rest
        self._caller = caller
        self._project = project

    async def functions(self, region: str) -> tuple[Legacy, ...]:
        """1st generation functions of the region that have a connector."""
        path = f"v1/projects/{quote(self._project, safe='')}/locations/{quote(region, safe='')}/functions"
        bodies = await self._pages("list 1st generation functions", _FUNCTIONS, path, "functions", {})
        return tuple(function(body) for body in bodies if body.get("vpcConnector"))

    async def app_engine_versions(self) -> tuple[Legacy, ...]:
        """Versions of every App Engine service that have a connector; none without an application."""
        path = f"v1/apps/{quote(self._project, safe='')}/services"
        try:
            services = await self._pages("list App Engine services", _APP_ENGINE, path, "services", {})
        except CloudError as error:
            if error.status == "NOT_FOUND":
                return ()
            raise
        gate = asyncio.Semaphore(_SERVICES_AT_ONCE)

        async def versions(name: str) -> list[Body]:
            async with gate:
                where, query = f"{path}/{quote(name, safe='')}/versions", {"view": "FULL"}
                return await self._pages(f"list the versions of {name}", _APP_ENGINE, where, "versions", query)

        names = [last(str(body.get("name", ""))) for body in services]
        found = await asyncio.gather(*map(versions, names))
        return tuple(version(body) for bodies in found for body in bodies if _connector(body))

    async def _pages(self, doing: str, api: str, path: str, field: str, query: Mapping[str, str]) -> list[Body]:
        """The entries of every page of a list. One that leaves places out is none: users may be there."""
        found: list[Body] = []
        token = ""
        while True:
            reply = await self._page(doing, api, path, {**query, **({"pageToken": token} if token else {})})
            if missing := reply.get("unreachable"):
                raise CloudError(f"no answer from {', '.join(map(str, missing))}", status="UNAVAILABLE", doing=doing)
            found += [entry for entry in reply.get(field) or () if isinstance(entry, dict)]
            token = str(reply.get("nextPageToken") or "")
            if not token:
                return found

    async def _page(self, doing: str, api: str, path: str, query: Mapping[str, str]) -> Body:
        async def send(timeout: float) -> Body:
            return await self._rest.send(timeout, "GET", api, path, query=dict(query) or None)

        return await self._caller.read(doing, path.removeprefix("v1/"), send)


def function(body: Body) -> Legacy:
    """A function's JSON as a record. Its connector may be a bare name: then it is one of its own project and region."""
    name = str(body.get("name", ""))
    connector = str(body.get("vpcConnector", ""))
    region = part(name, "locations")
    if connector and "/" not in connector:
        connector = f"projects/{part(name, 'projects')}/locations/{region}/connectors/{connector}"
    labels = body.get("labels") or {}
    return Legacy(
        kind=FUNCTION,
        name=last(name),
        region=region,
        connector=connector,
        egress=_egress(body.get("vpcConnectorEgressSettings")),
        labels={str(key): str(value) for key, value in labels.items()},
        serving=body.get("status", "ACTIVE") not in ("OFFLINE", "DELETE_IN_PROGRESS"),
    )


def version(body: Body) -> Legacy:
    """A version's JSON as a record, named `SERVICE/VERSION`; its region is the connector's."""
    name = str(body.get("name", ""))
    connector = _connector(body)
    return Legacy(
        kind=VERSION,
        name=f"{part(name, 'services')}/{last(name)}",
        region=part(connector, "locations"),
        connector=connector,
        egress=_egress((body.get("vpcAccessConnector") or {}).get("egressSetting")),
        serving=body.get("servingStatus", "SERVING") == "SERVING",
    )


def _connector(body: Body) -> str:
    return str((body.get("vpcAccessConnector") or {}).get("name") or "")


def _egress(word: object) -> str:
    text = str(word or "")
    return "" if text.endswith("_UNSPECIFIED") else _EGRESS.get(text, text)
