"""Cloud Functions v1 and App Engine Admin v1, as far as connectors go: lists of what the scenario has. Read-only.

A project without versions has no App Engine application, and its API says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox import projects
from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.legacy_tables import AppEngine, Function

FUNCTION_EGRESS = {"private-ranges-only": "PRIVATE_RANGES_ONLY", "all-traffic": "ALL_TRAFFIC"}
VERSION_EGRESS = {"private-ranges-only": "PRIVATE_IP_RANGES", "all-traffic": "ALL_TRAFFIC"}
VIEWS = ("", "BASIC", "FULL")
ANY = "-"
"""In place of a location: functions of every one."""


@handles("cloudfunctions.functions.list")
async def functions(world: World, call: Call) -> Body:
    parent = call.text("parent")
    place, _, location = parent.rpartition("/")
    if location == ANY:
        found = [
            body for key in world.store.keys(f"cloudfunctions/{place}/") if (body := world.store.get(key)) is not None
        ]
        return page(call, "functions", found)
    return page(call, "functions", [b for _, b in world.store.children(f"cloudfunctions/{parent}", "functions")])


@handles("appengine.services.list")
async def services(world: World, call: Call) -> Body:
    app = call.text("parent")
    found = [body for _, body in world.store.children(f"appengine/{app}", "services")]
    if not found:
        project = app.removeprefix("apps/")
        raise ApiError(404, f'Could not find Application "{project}".')
    return page(call, "services", found)


@handles("appengine.services.versions.list")
async def versions(world: World, call: Call) -> Body:
    """Only the view FULL has the settings of the network."""
    parent, view = call.text("parent"), call.text("view")
    if view not in VIEWS:
        raise ApiError(400, f"Invalid value at 'view': {view!r}")
    if world.store.get(f"appengine/{parent}") is None:
        raise ApiError(404, f'Service "{parent.rpartition("/")[2]}" was not found.')
    found = [body for _, body in world.store.children(f"appengine/{parent}", "versions")]
    hidden = {"vpcAccessConnector"} if view != "FULL" else set()
    return page(call, "versions", [{k: v for k, v in body.items() if k not in hidden} for body in found])


def seed(world: World) -> None:
    """The functions and versions of the scenario."""
    for function in world.scenario.functions:
        _function(world, function)
    apps: dict[str, dict[str, list[AppEngine]]] = {}
    for version in world.scenario.app_engine:
        services = apps.setdefault(version.project or world.project, {})
        services.setdefault(version.service, []).append(version)
    for project, services in apps.items():
        for service, entries in services.items():
            _app_service(world, f"apps/{project}/services/{service}", entries)


def _function(world: World, entry: Function) -> None:
    region, project = entry.region or world.scenario.project.region, entry.project or world.project
    place = f"projects/{project}/locations/{region}"
    name = f"{place}/functions/{entry.name}"
    body: Body = {
        "name": name,
        "httpsTrigger": {"url": f"https://{region}-{project}.cloudfunctions.net/{entry.name}"},
        "status": "ACTIVE",
        "entryPoint": "main",
        "runtime": "python312",
        "timeout": "60s",
        "availableMemoryMb": 256,
        "serviceAccountEmail": f"{project}@appspot.gserviceaccount.com",
        "updateTime": world.timestamp(),
        "versionId": "1",
        "ingressSettings": "ALLOW_ALL",
    }
    if entry.labels:
        body["labels"] = dict(entry.labels)
    if entry.connector:
        body["vpcConnector"] = projects.connector_path(entry.connector, place)
        body["vpcConnectorEgressSettings"] = FUNCTION_EGRESS[entry.egress or "private-ranges-only"]
    world.store.put(f"cloudfunctions/{name}", body)


def _app_service(world: World, name: str, entries: list[AppEngine]) -> None:
    """A service with its versions; the first that serves gets everything."""
    serving = next((entry.version for entry in entries if entry.serving), entries[0].version)
    service: Body = {"name": name, "id": name.rpartition("/")[2], "split": {"allocations": {serving: 1}}}
    world.store.put(f"appengine/{name}", service)
    for entry in entries:
        world.store.put(f"appengine/{name}/versions/{entry.version}", _version(world, name, entry))


def _version(world: World, service: str, entry: AppEngine) -> Body:
    body: Body = {
        "name": f"{service}/versions/{entry.version}",
        "id": entry.version,
        "runtime": "python312",
        "env": "standard",
        "servingStatus": "SERVING" if entry.serving else "STOPPED",
        "createTime": world.timestamp(),
    }
    if entry.connector:
        place = f"projects/{entry.project or world.project}/locations/{entry.region or world.scenario.project.region}"
        connector = projects.connector_path(entry.connector, place)
        body["vpcAccessConnector"] = {
            "name": connector,
            "egressSetting": VERSION_EGRESS[entry.egress or "private-ranges-only"],
        }
    return body
