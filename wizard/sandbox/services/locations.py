"""The regions that this small cloud has, as Cloud Run and Serverless VPC Access list them."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, handles
from wizard.sandbox.services.paging import page
from wizard.sandbox.world import World


def regions(world: World) -> list[str]:
    """The project's own region and those that something in the world is in."""
    named = {world.scenario.project.region}
    for parts in (key.split("/") for key in world.store.view()):
        if len(parts) > 5 and parts[3] in ("regions", "locations"):
            named.add(parts[4])
    return sorted(named - {"global"})


@handles("run.ListLocations")
@handles("vpcaccess.ListLocations")
async def list_(world: World, call: Call) -> Body:
    return page(call, "locations", [_body(call.text("name"), region) for region in regions(world)])


@handles("vpcaccess.GetLocation")
async def get(world: World, call: Call) -> Body:
    parent, _, region = call.text("name").partition("/locations/")
    if region not in regions(world):
        raise ApiError(404, f"Location {region} is not found or access is unauthorized.")
    return _body(parent, region)


def _body(project: str, region: str) -> Body:
    labels = {"cloud.googleapis.com/region": region}
    return {"name": f"{project}/locations/{region}", "locationId": region, "labels": labels}
