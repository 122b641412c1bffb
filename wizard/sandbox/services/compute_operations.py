"""Operations of Compute Engine: get, wait, list, delete."""

from __future__ import annotations

import asyncio
from time import monotonic

from wizard.sandbox.api import Body, Call, handles
from wizard.sandbox.services.compute_common import aggregated, finish, found, page
from wizard.sandbox.world import FINISH, World

LONGEST_WAIT, WAIT_STEP = 30.0, 0.02
"""Real seconds; the real service answers within two minutes."""

FINISH["compute"] = finish


def _path(call: Call) -> str:
    place = f"regions/{call.text('region')}" if call.text("region") else "global"
    if call.text("zone"):
        place = f"zones/{call.text('zone')}"
    return f"projects/{call.text('project')}/{place}"


async def get(world: World, call: Call) -> Body:
    return found(world, f"{_path(call)}/operations/{call.text('operation')}")


async def wait(world: World, call: Call) -> Body:
    """Answers when the operation is done, or after a while with what there is."""
    end = monotonic() + LONGEST_WAIT
    body = await get(world, call)
    while body["status"] != "DONE" and monotonic() < end:
        await asyncio.sleep(WAIT_STEP)
        world.settle()
        body = await get(world, call)
    return body


async def list_(world: World, call: Call) -> Body:
    bodies = [body for _, body in world.store.children(f"compute/{_path(call)}", "operations")]
    return page(call, "operation", bodies, f"{_path(call)}/operations")


@handles("compute.globalOperations.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    return aggregated(world, call, "operations", "operation")


async def delete(world: World, call: Call) -> Body:
    await get(world, call)
    world.store.delete(f"compute/{_path(call)}/operations/{call.text('operation')}")
    return {}


for _scope in ("globalOperations", "regionOperations", "zoneOperations"):
    handles(f"compute.{_scope}.get")(get)
    handles(f"compute.{_scope}.wait")(wait)
    handles(f"compute.{_scope}.list")(list_)
    handles(f"compute.{_scope}.delete")(delete)
