"""Where a service can be: the projects that the caller may see, and the regions that Cloud Run has for one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from wizard.cloud.calls import Caller, Patience
from wizard.cloud.connect import Connection, access_to
from wizard.cloud.links import last
from wizard.cloud.rest import Body, Rest, Threads
from wizard.desk import ProjectInfo

_RESOURCES = "cloudresourcemanager.googleapis.com"
_RUN = "run.googleapis.com"
_AT_ONCE = 500
"""Entries asked for in one page; a server may send fewer."""


async def projects(connection: Connection) -> tuple[ProjectInfo, ...]:
    """Every project that the caller may see (permission `resourcemanager.projects.get`), in the order of their ids.

    Newly made ones may be missing for a while: the search is eventually consistent. Raises CloudError.
    """
    found = map(_project, await _list(connection, "list projects", _RESOURCES, "v3/projects:search", "projects"))
    return tuple(sorted((project for project in found if project.id), key=lambda project: project.id))


async def regions(connection: Connection, project: str) -> tuple[str, ...]:
    """The names of the regions in which this project can have a Cloud Run service. Raises CloudError.

    It is the list that `gcloud run regions list` shows (Cloud Run Admin API v1, `projects.locations.list`): the API's
    clients for v2 have no such method, and Compute Engine has regions that Cloud Run has not.
    """
    path = f"v1/projects/{quote(project, safe='')}/locations"
    found = map(_region, await _list(connection, "list the regions of Cloud Run", _RUN, path, "locations"))
    return tuple(sorted({name for name in found if name}))


async def _list(connection: Connection, doing: str, api: str, path: str, field: str) -> list[Body]:
    """The entries of every page of a list."""
    access = await asyncio.to_thread(access_to, connection)
    caller = Caller(Patience(call=connection.call_timeout, total=connection.total_timeout))
    threads = Threads()
    rest = Rest(access, threads)
    found: list[Body] = []
    query = {"pageSize": str(_AT_ONCE)}
    try:
        while True:
            reply = await caller.read(doing, path, _get(rest, api, path, query))
            found += [entry for entry in reply.get(field) or () if isinstance(entry, dict)]
            token = reply.get("nextPageToken")
            if not token:
                return found
            query = {**query, "pageToken": str(token)}
    finally:
        rest.close()
        threads.close()


def _get(rest: Rest, api: str, path: str, query: dict[str, str]) -> Callable[[float], Awaitable[Body]]:
    return lambda timeout: rest.send(timeout, "GET", api, path, query=dict(query))


def _project(body: Body) -> ProjectInfo:
    return ProjectInfo(
        id=_text(body, "projectId"),
        name=_text(body, "displayName"),
        number=last(_text(body, "name")),
        state=_text(body, "state") or "STATE_UNSPECIFIED",
    )


def _region(body: Body) -> str:
    """A location's name; some have it only at the end of their full name."""
    return _text(body, "locationId") or last(_text(body, "name"))


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
