"""Reading everything that a migration must know: one connector, its users everywhere, and what surrounds them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine

from msgspec import Struct, structs

from wizard import inventory
from wizard.errors import CloudError, InputError
from wizard.fleet.answers import CONNECTOR, DIRECT
from wizard.fleet.direct_users import direct_users
from wizard.fleet.look import Look, fixed_of, users_in
from wizard.fleet.model import Elsewhere, Fleet
from wizard.fleet.policies import POLICIES
from wizard.fleet.reached import called_now, public_services
from wizard.fleet.users import User, users_of
from wizard.inventory import Gap, Inventory
from wizard.ports import Cloud, OpenProject
from wizard.records import Connector, Legacy, Ref, Revision, Subnet

_FULL = re.compile(r"projects/(?P<project>[^/]+)/locations/(?P<region>[^/]+)/connectors/(?P<name>[^/]+)")
_MANY = 8
_IN_INVENTORY = frozenset({"services", "jobs"})
"""What of an inventory's gaps may hide a user."""


class Place(Struct, frozen=True, kw_only=True):
    """Which connector is meant: its own project, its region, its name."""

    project: str
    region: str
    name: str


def place_of(connector: str, project: str, region: str) -> Place:
    """The connector of a name, or of `projects/P/locations/R/connectors/N`. Raises InputError for other texts."""
    full = _FULL.fullmatch(connector)
    if full is not None:
        return Place(**full.groupdict())
    if "/" in connector:
        fix = "a name, or projects/PROJECT/locations/REGION/connectors/NAME"
        raise InputError(f"{connector} names no connector", field="--connector", fix=fix)
    return Place(project=project, region=region, name=connector)


async def read_fleet(
    cloud: Cloud,
    region: str,
    connector: str,
    *,
    open_project: OpenProject | None = None,
    permissions: tuple[str, ...] = (),
    dns: bool = False,
    call: bool = True,
    to: str = DIRECT,
    subnet: str = "",
    network: str = "",
    around: bool = True,
) -> Fleet:
    """Everything that uses a connector, given by name or (in another project, or another region) in full.

    `to="connector"`: everything with Direct VPC egress in `network` (and `subnet`) instead; then the connector may be
    missing or empty. Without `permissions` it stays unknown what is granted. `dns`: also what traces take, private
    zones and the machines behind load balancers. `call`: call the public services once. Without `around` only the
    users are read: nothing of networks, nobody is called.
    Raises CloudError when the connector may not be read, and NOT_FOUND when it is not there.
    """
    place = place_of(connector, cloud.project, region)
    back = to == CONNECTOR
    found = await _connector(cloud, place, required=not back) if connector else None
    through = network or await _network(cloud, place, found)
    look = Look(cloud)
    await look.begin()
    reading = (
        _around(cloud, place.region, network=through.rpartition("/")[2], permissions=permissions, dns=dns)
        if around
        else _users_alone(look, place.region)
    )
    seen = await _see(look, reading, place, None if back else found, open_project)
    users = _direct(seen, network=through, subnet=subnet) if back else _on(seen, place, found)
    fleet = Fleet(
        inventory=seen.world if permissions else structs.replace(seen.world, granted=None),
        connector=found,
        home=place.project,
        users=users,
        revisions=seen.revisions,
        fixed=fixed_of(found, cloud.project, place.project, seen.legacy) if found else (),
        elsewhere=seen.elsewhere,
        unseen=seen.unseen,
    )
    return await _reached(cloud, fleet, call=call) if around else fleet


class _Seen(Struct, frozen=True, kw_only=True):
    """What was read at the same time, and what of it failed."""

    world: Inventory
    revisions: tuple[Revision, ...]
    legacy: tuple[Legacy, ...]
    elsewhere: tuple[Elsewhere, ...]
    unseen: tuple[Gap, ...]


async def _see(
    look: Look,
    reading: Coroutine[None, None, Inventory],
    place: Place,
    connector: Connector | None,
    open_project: OpenProject | None,
) -> _Seen:
    """Everything at the same time. Without a connector nobody is looked for who could only have one."""
    async with asyncio.TaskGroup() as group:
        world = group.create_task(reading)
        revisions = group.create_task(look.revisions(place.region))
        legacy = group.create_task(_legacy(look, place, wanted=connector is not None))
        others = group.create_task(_elsewhere(look.cloud.project, connector, place, open_project))
    elsewhere, unseen = others.result()
    own = [*look.gaps, *(gap for gap in world.result().gaps if gap.what in _IN_INVENTORY)]
    return _Seen(
        world=world.result(),
        revisions=revisions.result(),
        legacy=legacy.result(),
        elsewhere=elsewhere,
        unseen=(*sorted(own, key=lambda gap: gap.what), *unseen),
    )


async def _around(cloud: Cloud, region: str, *, network: str, permissions: tuple[str, ...], dns: bool) -> Inventory:
    return await inventory.read(
        cloud, region, "", network=network, permissions=permissions, dns=dns, backends=dns, policies=POLICIES
    )


async def _reached(cloud: Cloud, fleet: Fleet, *, call: bool) -> Fleet:
    public = await public_services(cloud, fleet)
    return await called_now(cloud, public) if call else public


async def _users_alone(look: Look, region: str) -> Inventory:
    """The services and jobs, and nothing else. What fails is noted by `look`."""
    services, jobs = await asyncio.gather(look.services(region), look.jobs(region))
    return Inventory(project=look.cloud.project, region=region, services=services, jobs=jobs)


async def _connector(cloud: Cloud, place: Place, *, required: bool) -> Connector | None:
    ref = Ref(kind="connector", project=place.project, location=place.region, name=place.name)
    found = await cloud.find(ref)
    if isinstance(found, Connector):
        return found
    if not required:
        return None
    there = f"; there: {await _names(cloud, place.region)}" if place.project == cloud.project else ""
    where = "" if place.project == cloud.project else f" of project {place.project}"
    message = f"there is no {ref}{where}{there}"
    raise CloudError(message, status="NOT_FOUND", doing="read", resource=str(ref), fix="look at the name and --region")


async def _names(cloud: Cloud, region: str) -> str:
    try:
        there = await cloud.connectors()
    except CloudError as error:
        return f"unknown ({error.status})"
    return ", ".join(sorted(one.name for one in there if one.region == region)[:_MANY]) or "none"


async def _network(cloud: Cloud, place: Place, connector: Connector | None) -> str:
    """The network that the connector is in; empty when that cannot be known."""
    if connector is None or connector.network:
        return connector.network if connector else ""
    owner = connector.subnet_project or place.project
    try:
        found = await cloud.find(Ref(kind="subnet", project=owner, location=place.region, name=connector.subnet))
    except CloudError:
        return ""
    return found.network if isinstance(found, Subnet) else ""


async def _legacy(look: Look, place: Place, *, wanted: bool) -> tuple[Legacy, ...]:
    return await look.legacy(place.region) if wanted else ()


def _on(seen: _Seen, place: Place, connector: Connector | None) -> tuple[User, ...]:
    if connector is None:
        return ()
    world = seen.world
    return users_of(
        connector,
        world.project,
        home=place.project,
        services=world.services,
        revisions=seen.revisions,
        jobs=world.jobs,
    )


def _direct(seen: _Seen, *, network: str, subnet: str) -> tuple[User, ...]:
    world = seen.world
    return direct_users(
        world.project,
        network=network,
        subnet=subnet,
        subnets=world.subnets,
        services=world.services,
        revisions=seen.revisions,
        jobs=world.jobs,
    )


async def _elsewhere(
    own: str, connector: Connector | None, place: Place, open_project: OpenProject | None
) -> tuple[tuple[Elsewhere, ...], tuple[Gap, ...]]:
    """What uses the connector in every other connected project, and what of them could not be seen."""
    if connector is None:
        return (), ()
    gate = asyncio.Semaphore(_MANY)

    async def one(project: str) -> tuple[Elsewhere | None, tuple[Gap, ...]]:
        if open_project is None:
            return None, (Gap(what=f"project {project}", status="NOT_READ", message="not looked into"),)
        async with gate:
            return await _in_project(project, connector, place, open_project)

    others = [project for project in connector.connected_projects if project != own]
    answers = await asyncio.gather(*(one(project) for project in dict.fromkeys(others)))
    seen = tuple(there for there, _ in answers if there is not None)
    return seen, tuple(gap for _, gaps in answers for gap in gaps)


async def _in_project(
    project: str, connector: Connector, place: Place, open_project: OpenProject
) -> tuple[Elsewhere | None, tuple[Gap, ...]]:
    try:
        other = await open_project(project)
    except (CloudError, InputError) as error:
        return None, (Gap(what=f"project {project}", status=error.code.upper(), message=error.message),)
    try:
        found = await users_in(other, connector, place.project)
    finally:
        await other.aclose()
    refused = {gap.what: gap for gap in found.gaps}
    if refused.keys() >= _IN_INVENTORY:
        first = refused["services"]
        return None, (Gap(what=f"project {project}", status=first.status, message=first.message),)
    gaps = tuple(Gap(what=f"{g.what} of project {project}", status=g.status, message=g.message) for g in found.gaps)
    return Elsewhere(project=project, users=found.users), gaps
