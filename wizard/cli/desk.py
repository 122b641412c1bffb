"""The desk of the screens: clouds as this command line opens them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.cli.argv import scenario_names
from wizard.cli.options import Options
from wizard.cli.place import Place, ask, running_sandbox, scenario_hash, start_sandbox
from wizard.cli.session import environment_of, opener
from wizard.desk import ProjectInfo, Session
from wizard.errors import InputError
from wizard.lessons.library import sandbox_names
from wizard.paths import find_paths
from wizard.sandbox.client import Sandbox

if TYPE_CHECKING:
    from wizard.cloud.connect import Connection

_SCENARIOS = {
    "tutorial": "a Redis, a PostgreSQL and an API on VMs",
    "managed": "a managed Redis and SQL, by private services access",
    "seed": "the well-known tutorial with its own names",
    "migration": "six services and three jobs on one connector",
}

_OFFERED = ("tutorial", "managed", "seed")
"""Those that the first page lists: for a first set-up. The others are asked for by name."""


class TerminalDesk:
    """Implements `wizard.desk.Desk` for the options of this invocation."""

    def __init__(self, options: Options) -> None:
        self._options = options

    @property
    def state(self) -> Path:
        return find_paths().state

    @property
    def read_only(self) -> bool:
        return self._options.read_only

    @property
    def scenarios(self) -> Mapping[str, str]:
        own = self._options.sandbox
        offered = {name: _SCENARIOS[name] for name in _OFFERED}
        return offered if own in offered or not own else {own: _SCENARIOS.get(own, "your own scenario"), **offered}

    def scenario_of(self, environment: str) -> str:
        kind, _, content = environment.partition(":")
        if kind != "sandbox":
            return ""
        for name in dict.fromkeys((*self.scenarios, *scenario_names(), *sandbox_names())):
            if content == scenario_hash(name):
                return name
        raise InputError(
            "the run belongs to a sandbox with a scenario file that is not known here",
            field="--sandbox",
            fix="start again with --sandbox FILE",
        )

    async def sandbox(self, scenario: str, region: str = "") -> Session:
        place = await asyncio.to_thread(start_sandbox, replace(self._options, sandbox=scenario))
        banner = f"SIMULATION {place.name}, {place.pace}: no real cloud, no cost"
        return await self._open(place.sandbox.url, place, banner, place.project, region or place.region)

    async def live(self, project: str, region: str) -> Session:
        from wizard.cloud.connect import Connection, identity

        account = (await identity(Connection())).account or "unknown account"
        return await self._open("", None, f"LIVE {account}@{project}", project, region)

    async def _open(self, endpoint: str, place: Place | None, banner: str, project: str, region: str) -> Session:
        from wizard.cloud.connect import Connection, open_cloud

        connection = Connection(endpoint=endpoint, read_only=self._options.read_only)
        cloud = await open_cloud(connection, project, region)
        scenario = place.name if place is not None else ""
        paused = place is not None and place.paused
        others = opener(connection, region)
        return Session(cloud, environment_of(place, project), banner, project, region, scenario, paused, others)

    async def default_project(self) -> str:
        from wizard.cloud.connect import Connection, default_project

        return await default_project(Connection())

    async def projects(self, scenario: str) -> tuple[ProjectInfo, ...]:
        from wizard.cloud.projects import projects

        return await projects(await self._connection(scenario))

    async def regions(self, scenario: str, project: str) -> tuple[str, ...]:
        from wizard.cloud.projects import regions

        return await regions(await self._connection(scenario), project)

    async def _connection(self, scenario: str) -> Connection:
        from wizard.cloud.connect import Connection

        if not scenario:
            return Connection(read_only=self._options.read_only)
        sandbox = await self._running(scenario)
        return Connection(endpoint=sandbox.url, read_only=self._options.read_only)

    async def advance(self, scenario: str, seconds: float) -> None:
        await self._ask(scenario, "POST", "clock", {"advance": seconds})

    async def faults(self, scenario: str) -> tuple[str, ...]:
        reply = await self._ask(scenario, "GET", "faults")
        waiting = (f for f in reply.get("faults", ()) if not f["times"] or f["struck"] < f["times"])
        return tuple(f"{fault['on']}: {fault['kind']}" for fault in waiting)

    async def paused(self, scenario: str) -> bool:
        return bool((await self._ask(scenario, "GET", "clock"))["paused"])

    async def pause(self, scenario: str, *, paused: bool) -> None:
        await self._ask(scenario, "POST", "clock", {"paused": paused})

    async def fault(self, scenario: str, on: str, kind: str, times: int = 1) -> None:
        if on:
            await self._ask(scenario, "POST", "faults", {"on": on, "kind": kind, "times": times})
        else:
            await self._ask(scenario, "POST", "faults/clear")

    async def _ask(self, scenario: str, verb: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return await asyncio.to_thread(ask, await self._running(scenario), verb, what, body)

    async def _running(self, scenario: str) -> Sandbox:
        sandbox = await asyncio.to_thread(running_sandbox, replace(self._options, sandbox=scenario))
        if sandbox is None:
            raise InputError("the sandbox does not run any more", field="--sandbox", fix="F5 starts it again")
        return sandbox
