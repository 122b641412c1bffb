"""Cloud Resource Manager: the project, and which permissions the caller has."""

from __future__ import annotations

from fnmatch import fnmatchcase

from wizard.sandbox import permissions, projects
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.scenario_model import Project
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
    return _project_v1(_found(world, call.text("projectId")))


@handles("cloudresourcemanager.projects.list")
async def list_(world: World, call: Call) -> Body:
    """v1: the projects that fit a filter such as `lifecycleState:ACTIVE AND (id:a name:b)`, if they may be seen."""
    seen = SEE not in permissions.denied(world, call.member)
    known = [_project_v1(project) for project in world.scenario.projects if seen]
    found = [project for project in known if _passes(project, call.text("filter"))]
    return page(call, "projects", found) if found else {}


def _passes(project: Body, text: str) -> bool:
    """Whether a v1 project has everything that a filter asks for."""
    for term in text.replace("(", " ").replace(")", " ").split():
        name, colon, value = term.lower().partition(":")
        if term.upper() == "AND":
            continue
        if not colon or name not in _FIELDS_V1:
            raise ApiError(400, "Request contains an invalid argument.")
        if not fnmatchcase(str(project[_FIELDS_V1[name]]).lower(), value.strip('"')):
            return False
    return True


_FIELDS_V1 = {"id": "projectId", "projectid": "projectId", "name": "name", "lifecyclestate": "lifecycleState"}


def _project_v1(project: Project) -> Body:
    return {
        "projectNumber": str(project.number),
        "projectId": project.id,
        "lifecycleState": "ACTIVE",
        "name": project.id,
    }


@handles("cloudresourcemanager.v3.projects.get")
async def get_v3(world: World, call: Call) -> Body:
    return _project(_found(world, call.text("name").removeprefix("projects/")))


@handles("cloudresourcemanager.v3.projects.search")
async def search(world: World, call: Call) -> Body:
    """The projects that one of the terms of the query fits, when the caller may see them; no permission, no result."""
    seen = SEE not in permissions.denied(world, call.member)
    known = [_project(project) for project in world.scenario.projects if seen]
    found = [project for project in known if _fits(project, call.text("query"))]
    reply = page(call, "projects", found)
    return reply if found else {}


@handles("cloudresourcemanager.projects.testIamPermissions")
async def test_permissions(world: World, call: Call) -> Body:
    """All permissions that are asked for, less those that the scenario denies the caller."""
    _found(world, call.text("resource").removeprefix("projects/"))
    denied = permissions.denied(world, call.member)
    return {"permissions": [p for p in call.request.get("permissions") or [] if p not in denied]}


def _project(project: Project) -> Body:
    """A project as v3 has it."""
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


def _found(world: World, name: str) -> Project:
    """A project by id or number; one that does not exist is refused like one that may not be seen."""
    known = projects.find(world, name)
    if known is None:
        raise ApiError(403, "The caller does not have permission")
    return known
