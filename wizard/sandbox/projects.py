"""The projects of a sandbox: one, or a Shared VPC's host with its service projects.

The first project of a scenario is the one that everything is in which names no other. What belongs to a network
(subnets, routes, rules, targets …) is in the network's project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.api import Body

if TYPE_CHECKING:
    from wizard.sandbox.scenario_model import Project
    from wizard.sandbox.world import World

NAMING = ("project", "projectId", "name", "parent", "resource")
"""Fields of a request that name a project, or a resource by its full name."""


def find(world: World, name: str) -> Project | None:
    """A project by its id or its number."""
    return next((p for p in world.scenario.projects if name in (p.id, str(p.number))), None)


def numbered(world: World, id_: str) -> int:
    """The number of a project; the first project's for an id that is none of the scenario's."""
    return (find(world, id_) or world.scenario.project).number


def owner(path: str) -> str:
    """The project in `projects/P/…` (App Engine: `apps/P/…`); empty for other texts."""
    collection, slash, rest = path.partition("/")
    return rest.partition("/")[0] if slash and collection in ("projects", "apps") else ""


def of_network(world: World, name: str) -> str:
    """The id of the project that a network of the scenario is in."""
    named = (network.project for network in world.scenario.networks if network.name == name)
    return next(named, "") or world.project


def network_path(world: World, name: str) -> str:
    """`projects/P/global/networks/N` of a network of the scenario."""
    return f"projects/{of_network(world, name)}/global/networks/{name}"


def connector_path(connector: str, place: str) -> str:
    """The full name of a scenario's connector in `projects/P/locations/R`; one that is given in full stays as it is."""
    return connector if owner(connector) else f"{place}/connectors/{connector}"


def host_of(world: World, id_: str) -> str:
    """The host project to which a service project is attached, or empty."""
    known = find(world, id_)
    return known.host_project if known else ""


def attached_to(world: World, host: str) -> list[str]:
    """The service projects of a host."""
    return [project.id for project in world.scenario.projects if project.host_project == host]


def shares_with(world: World, owner: str, user: str) -> bool:
    """Whether networks of the project `owner` can be used from the project `user`."""
    return owner == user or owner == host_of(world, user)


def with_ids(world: World, request: Body) -> Body:
    """The request with the project's id wherever a resource's name has its number, which every API takes too."""
    changed: Body = {}
    for key, value in request.items():
        if key in NAMING and isinstance(value, str):
            changed[key] = by_id(world, value)
        elif isinstance(value, dict) and str(value.get("name", "")).startswith("projects/"):
            changed[key] = {**value, "name": by_id(world, str(value["name"]))}
    return {**request, **changed}


def by_id(world: World, name: str) -> str:
    """`projects/ID/…` of `projects/NUMBER/…`, and the id of a bare number; other texts as they are."""
    head, slash, rest = name.removeprefix("projects/").partition("/")
    known = find(world, head) if head.isdigit() else None
    if known is None:
        return name
    prefix = "projects/" if name.startswith("projects/") else ""
    return f"{prefix}{known.id}{slash}{rest}"


def in_full(access: Body, project: str, region: str) -> Body:
    """A `vpcAccess` whose networks and subnets are named in full: a short name means one of the user's own project."""
    interfaces = [_in_full(one, project, region) for one in access.get("networkInterfaces") or []]
    return {**access, "networkInterfaces": interfaces} if interfaces else access


def _in_full(interface: Body, project: str, region: str) -> Body:
    places = {
        "network": f"projects/{project}/global/networks",
        "subnetwork": f"projects/{project}/regions/{region}/subnetworks",
    }
    short = {key: str(interface[key]) for key in places if interface.get(key) and "/" not in str(interface[key])}
    return {**interface, **{key: f"{places[key]}/{name}" for key, name in short.items()}}
