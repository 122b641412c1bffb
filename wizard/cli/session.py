"""Connecting to the cloud that the options name: the live one, or a sandbox on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.place import Place, start_sandbox
from wizard.desk import Session
from wizard.errors import InputError
from wizard.ports import Cloud, OpenProject

if TYPE_CHECKING:
    from wizard.cloud.connect import Connection


def environment_of(place: Place | None, project: str) -> str:
    """`sandbox:HASH` of the scenario's content, or `live:PROJECT`."""
    return f"sandbox:{place.sandbox.scenario_hash}" if place is not None else f"live:{project}"


def opener(connection: Connection, region: str) -> OpenProject:
    """Opens other projects of the same cloud, with the same credentials."""

    async def opened(project: str) -> Cloud:
        from wizard.cloud.connect import open_cloud

        return await open_cloud(connection, project, region)

    return opened


@asynccontextmanager
async def connected(options: Options, console: Console, *, project: str, region: str) -> AsyncIterator[Session]:
    """The connection for one command. Empty `project` and `region` are filled by the scenario or by the credentials.

    Says the banner. Raises CloudError when there are no credentials, InputError when no region or project is known.
    """
    from wizard.cloud.connect import Connection, default_project, identity, open_cloud

    if options.sandbox:
        place = start_sandbox(options)
        project, region = project or place.project, region or place.region
        connection = Connection(endpoint=place.sandbox.url, read_only=options.read_only)
        banner = f"SIMULATION {place.name}, {place.pace}: no real cloud, no cost"
        for line in place.notes:
            console.note(f"sandbox: {line}")
    else:
        place = None
        connection = Connection(read_only=options.read_only)
        project = project or await default_project(connection)
        banner = f"LIVE {(await identity(connection)).account or 'unknown account'}@{project}"
    _require(project, region)
    console.say(banner)
    cloud = await open_cloud(connection, project, region)
    try:
        yield Session(
            cloud,
            environment_of(place, project),
            banner,
            project,
            region,
            options.sandbox,
            open_project=opener(connection, region),
        )
    finally:
        await cloud.aclose()


def _require(project: str, region: str) -> None:
    if not project:
        raise InputError("no project is known", field="project", fix="--project PROJECT")
    if not region:
        raise InputError("no region is known", field="region", fix="--region us-central1")
