"""Which users anybody may call from the internet, and what they answer now."""

from __future__ import annotations

import asyncio

from msgspec import structs

from wizard.errors import CloudError
from wizard.fleet.model import Fleet
from wizard.inventory import Gap
from wizard.ports import Cloud
from wizard.records import Service

EVERYBODY = "allUsers"

_AT_ONCE = 16


async def public_services(cloud: Cloud, fleet: Fleet) -> Fleet:
    """The fleet with its services that the internet reaches and that need no credentials.

    Where that may not be read a service does not count as public; one gap names all of them.
    """
    gate = asyncio.Semaphore(_AT_ONCE)
    refused: dict[str, CloudError] = {}

    async def one(service: Service) -> bool:
        if service.invoker_iam_disabled:
            return True
        try:
            async with gate:
                return EVERYBODY in await cloud.invokers(service.region, service.name)
        except CloudError as error:
            refused[service.name] = error
            return False

    asked = [service for service in users_services(fleet) if service.ingress == "all"]
    answers = await asyncio.gather(*map(one, asked))
    public = frozenset(service.name for service, yes in zip(asked, answers, strict=True) if yes)
    return structs.replace(_with_gap(fleet, refused), public=public)


async def called_now(cloud: Cloud, fleet: Fleet) -> Fleet:
    """The fleet with the HTTP status of one call of each public service (0: nothing came)."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(service: Service) -> int:
        async with gate:
            return (await cloud.call(service.uri)).status

    asked = [service for service in users_services(fleet) if service.name in fleet.public and service.uri]
    answers = await asyncio.gather(*map(one, asked))
    return structs.replace(fleet, answers_now={s.name: status for s, status in zip(asked, answers, strict=True)})


def users_services(fleet: Fleet) -> tuple[Service, ...]:
    """The services (and 2nd generation functions) among the users."""
    names = {user.name for user in fleet.users if user.kind != "job"}
    return tuple(service for service in fleet.inventory.services if service.name in names)


def _with_gap(fleet: Fleet, refused: dict[str, CloudError]) -> Fleet:
    if not refused:
        return fleet
    error = next(iter(refused.values()))
    gap = Gap(what=f"who may call {', '.join(sorted(refused))}", status=error.status, message=error.message)
    return structs.replace(fleet, inventory=structs.replace(fleet.inventory, gaps=(*fleet.inventory.gaps, gap)))
