"""Cloud Resource Manager: the project, and which permissions the caller has."""

from __future__ import annotations

from wizard.sandbox import permissions
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.world import World


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
    project = world.scenario.project
    return {"name": f"projects/{project.number}", "projectId": project.id, "state": "ACTIVE", "displayName": project.id}


@handles("cloudresourcemanager.projects.testIamPermissions")
async def test_permissions(world: World, call: Call) -> Body:
    """All permissions that are asked for, less those that the scenario denies the caller."""
    _check(world, call.text("resource").removeprefix("projects/"))
    denied = permissions.denied(world, call.member)
    return {"permissions": [p for p in call.request.get("permissions") or [] if p not in denied]}


def _check(world: World, name: str) -> None:
    if name not in (world.scenario.project.id, str(world.scenario.project.number)):
        raise ApiError(403, "The caller does not have permission")
