"""Secret Manager: that a secret exists. There are no versions and no values here."""

from __future__ import annotations

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.projects import by_id
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World


@handles("secretmanager.secrets.get")
async def get(world: World, call: Call) -> Body:
    name = by_id(world, call.text("name"))
    body = world.store.get(f"secretmanager/{name}")
    if body is None:
        id_ = projects.owner(name)
        numbered = name.replace(f"projects/{id_}/", f"projects/{projects.numbered(world, id_)}/")
        raise ApiError(404, f"Secret [{numbered}] not found.")
    return body


@handles("secretmanager.secrets.list")
async def list_(world: World, call: Call) -> Body:
    found = [body for _, body in world.store.children(f"secretmanager/{by_id(world, call.text('parent'))}", "secrets")]
    return {**page(call, "secrets", found), "totalSize": len(found)}


def seed(world: World) -> None:
    """The secrets of the scenario."""
    for secret in world.scenario.secrets:
        project = secret.project or world.project
        name = f"projects/{projects.numbered(world, project)}/secrets/{secret.name}"
        body = {"name": name, "replication": {"automatic": {}}, "createTime": world.timestamp()}
        world.store.put(f"secretmanager/projects/{project}/secrets/{secret.name}", body)
