"""Cloud Resource Manager: the project, and which permissions the caller has."""

from __future__ import annotations

from fnmatch import fnmatchcase

from wizard.sandbox import permissions
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World

SEE = "resourcemanager.projects.get"
"""The permission without which a project is not found by a search."""

_FIELDS = {
    "displayname": "displayName",
    "name": "displayName",
    "id": "projectId",
    "projectid": "projectId",
    "state": "state",
    "lifecyclestate": "state",
}
"""The fields that a query may name, in lower case."""


@handles("cloudresourcemanager.projects.get")
async def get(world: World, call: Call) -> Body:
    """v1: the project by id or number."""
    _check(world, call.text("projectId"))
    project = world.scenario.project
    return {
        "projectNumber": str(project.number),
        "projectId": project.id,
        "lifecycleState": "ACTIVE",
        "name": project.id,
    }


@handles("cloudresourcemanager.v3.projects.get")
async def get_v3(world: World, call: Call) -> Body:
    _check(world, call.text("name").removeprefix("projects/"))
    return _project(world)


@handles("cloudresourcemanager.v3.projects.search")
async def search(world: World, call: Call) -> Body:
    """The project, when the caller may see it and one of the terms of the query fits; no permission means no result."""
    seen = SEE not in permissions.denied(world, call.member)
    found = [_project(world)] if seen and _fits(_project(world), call.text("query")) else []
    reply = page(call, "projects", found)
    return reply if found else {}


@handles("cloudresourcemanager.projects.testIamPermissions")
async def test_permissions(world: World, call: Call) -> Body:
    """All permissions that are asked for, less those that the scenario denies the caller."""
    _check(world, call.text("resource").removeprefix("projects/"))
    denied = permissions.denied(world, call.member)
    return {"permissions": [p for p in call.request.get("permissions") or [] if p not in denied]}


def _project(world: World) -> Body:
    """The project as v3 has it."""
    project = world.scenario.project
    return {"name": f"projects/{project.number}", "projectId": project.id, "state": "ACTIVE", "displayName": project.id}


def _fits(project: Body, query: str) -> bool:
    """Whether any `field:value` of a query fits; case does not matter, and `*` stands for anything at an end."""
    terms = query.lower().split()
    for term in terms:
        name, colon, value = term.partition(":")
        if not colon or name not in _FIELDS:
            raise ApiError(400, "Request contains an invalid argument.")
        if fnmatchcase(str(project[_FIELDS[name]]).lower(), value):
            return True
    return not terms


def _check(world: World, name: str) -> None:
    if name not in (world.scenario.project.id, str(world.scenario.project.number)):
        raise ApiError(403, "The caller does not have permission")
