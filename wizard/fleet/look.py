"""Looking into one project for users of a connector: bounded reads, and a note of each that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from wizard.errors import CloudError
from wizard.fleet.labels import owner_of
from wizard.fleet.users import User, is_this, users_of
from wizard.inventory import Gap
from wizard.ports import Cloud
from wizard.records import Connector, Job, Legacy, Revision, Service

T = TypeVar("T")
D = TypeVar("D")

ALL_SERVICES = "-"
"""In place of a service: the revisions of every one."""
FUNCTIONS = "1st generation functions"
APP_ENGINE = "App Engine versions"

_APIS = ("run.googleapis.com", "cloudfunctions.googleapis.com", "appengine.googleapis.com")
_AT_ONCE = 16


class Look:
    """Reads of one project. A failed one becomes a gap and its default; an API that is off has nothing to see."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.gaps: list[Gap] = []
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._apis: dict[str, bool] = {}

    async def begin(self) -> None:
        """Ask which APIs are enabled. When that may not be read, all count as enabled."""
        try:
            self._apis = dict(await self.cloud.apis(_APIS))
        except CloudError:
            self._apis = {}

    async def read(self, what: str, call: Callable[[], Awaitable[T]], default: D, api: str = "") -> T | D:
        """`call()`'s answer, or the default."""
        if api and not self._apis.get(f"{api}.googleapis.com", True):
            return default
        try:
            async with self._gate:
                return await call()
        except CloudError as error:
            self.gaps.append(Gap(what=what, status=error.status, message=error.message))
            return default

    async def revisions(self, region: str) -> tuple[Revision, ...]:
        """Those of every service."""
        return await self.read("revisions", lambda: self.cloud.revisions(region, ALL_SERVICES), (), "run")

    async def services(self, region: str) -> tuple[Service, ...]:
        return await self.read("services", lambda: self.cloud.services(region), (), "run")

    async def jobs(self, region: str) -> tuple[Job, ...]:
        return await self.read("jobs", lambda: self.cloud.jobs(region), (), "run")

    async def legacy(self, region: str) -> tuple[Legacy, ...]:
        """1st generation functions of the region, and App Engine versions, that have any connector."""
        functions, versions = await asyncio.gather(
            self.read(FUNCTIONS, lambda: self.cloud.functions(region), (), "cloudfunctions"),
            self.read(APP_ENGINE, self.cloud.app_engine_versions, (), "appengine"),
        )
        return (*functions, *versions)


class Found(Struct, frozen=True, kw_only=True):
    """What was found in one project, and what could not be seen there."""

    users: tuple[User, ...] = ()
    gaps: tuple[Gap, ...] = ()


async def users_in(cloud: Cloud, connector: Connector, home: str) -> Found:
    """Everything in a project that uses the connector of the project `home`: services, jobs, functions, versions."""
    look = Look(cloud)
    await look.begin()
    services, revisions, jobs, legacy = await asyncio.gather(
        look.services(connector.region),
        look.revisions(connector.region),
        look.jobs(connector.region),
        look.legacy(connector.region),
    )
    users = users_of(connector, cloud.project, home=home, services=services, revisions=revisions, jobs=jobs)
    return Found(
        users=users + fixed_of(connector, cloud.project, home, legacy),
        gaps=tuple(sorted(look.gaps, key=lambda gap: gap.what)),
    )


def fixed_of(connector: Connector, project: str, home: str, legacy: tuple[Legacy, ...]) -> tuple[User, ...]:
    """Those of them that use the connector, functions first, by name."""
    chosen = [one for one in legacy if is_this(connector, home, project, one.connector, one.region)]
    users = (
        User(
            kind=one.kind,
            name=one.name,
            region=one.region,
            template=True,
            egress=one.egress,
            owner=owner_of(one.labels),
        )
        for one in chosen
    )
    return tuple(sorted(users, key=lambda user: (user.kind, user.name)))
