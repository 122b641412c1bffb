"""Addresses and internal ranges, global and regional."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    aggregated,
    changes,
    check_new,
    found,
    invalid,
    known_network,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.world import World


def _place(call: Call) -> str:
    scope = f"regions/{call.text('region')}" if call.text("region") else "global"
    return f"projects/{call.text('project')}/{scope}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """An address as the server keeps it."""
    filled = {"status": "RESERVED", "networkTier": "PREMIUM", "description": "", "addressType": "INTERNAL", **wanted}
    if filled.get("network"):
        filled["network"] = link(link_path(str(filled["network"])))
    return newborn(world, "address", path, filled)


async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("addressResource") or {})
    path = f"{_place(call)}/addresses/{wanted.get('name', '')}"
    check_new(world, path)
    if wanted.get("network"):
        wanted["network"] = known_network(world, wanted["network"], call.text("project"))
    if not wanted.get("address"):
        raise invalid("address", "", "The sandbox does not choose addresses: give one.")
    return operation(world, call, path, 5.0, body=wanted)


def inserted(world: World, arguments: Body) -> None:
    world.store.put(f"compute/{arguments['target']}", body_of(world, arguments["target"], arguments["body"]))


async def get(world: World, call: Call) -> Body:
    return found(world, f"{_place(call)}/addresses/{call.text('address')}")


async def list_(world: World, call: Call) -> Body:
    bodies = (body for _, body in world.store.children(f"compute/{_place(call)}", "addresses"))
    return page(call, "address", bodies, f"{_place(call)}/addresses")


async def delete(world: World, call: Call) -> Body:
    path = f"{_place(call)}/addresses/{call.text('address')}"
    if found(world, path).get("purpose") == "SERVERLESS":
        message = f"The address resource '{path}' is managed by Cloud Run and cannot be deleted."
        raise ApiError(400, message, reason="resourceInUseByAnotherResource")
    return operation(world, call, path, 5.0)


def deleted(world: World, arguments: Body) -> None:
    world.store.delete(f"compute/{arguments['target']}")


for _collection in ("addresses", "globalAddresses"):
    changes(f"compute.{_collection}.insert")(insert)
    completes(f"compute.{_collection}.insert")(inserted)
    handles(f"compute.{_collection}.get")(get)
    handles(f"compute.{_collection}.list")(list_)
    changes(f"compute.{_collection}.delete")(delete)
    completes(f"compute.{_collection}.delete")(deleted)


@handles("compute.addresses.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    return aggregated(world, call, "addresses", "address")
