"""Addresses and internal ranges, global and regional."""

from __future__ import annotations

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services import compute_address_choice as choice
from wizard.sandbox.services.compute_common import (
    aggregated,
    changes,
    check_new,
    fingerprint,
    found,
    invalid,
    known_network,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.world import World

LARGEST_RANGE, SMALLEST_RANGE = 8, 29
"""Prefix lengths of a range for VPC peering (the bounds are ours)."""


def _place(call: Call) -> str:
    scope = f"regions/{call.text('region')}" if call.text("region") else "global"
    return f"projects/{call.text('project')}/{scope}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """An address as the server keeps it."""
    filled = {"status": "RESERVED", "networkTier": "PREMIUM", "description": "", "addressType": "INTERNAL", **wanted}
    filled["labelFingerprint"] = fingerprint(world)
    place = path.split("/addresses/")[0]
    if not place.endswith("/global"):
        filled["region"] = link(place)
    for field in ("network", "subnetwork"):
        if filled.get(field):
            filled[field] = link(link_path(str(filled[field])))
    return newborn(world, "address", path, filled)


async def insert(world: World, call: Call) -> Body:
    """Labels in the request are ignored (prior art, 1.4): they are set by a call of their own."""
    given = dict(call.request.get("addressResource") or {})
    wanted = {key: value for key, value in given.items() if key not in ("labels", "labelFingerprint")}
    path = f"{_place(call)}/addresses/{wanted.get('name', '')}"
    check_new(world, path)
    if wanted.get("network"):
        wanted["network"] = known_network(world, wanted["network"], call.text("project"))
    if wanted.get("subnetwork"):
        wanted["subnetwork"] = _known_subnet(world, call, str(wanted["subnetwork"]))
    internal = wanted.get("subnetwork") or wanted.get("network") or wanted.get("purpose")
    wanted["addressType"] = wanted.get("addressType") or ("INTERNAL" if internal else "EXTERNAL")
    return operation(world, call, path, 5.0, body=_placed(world, wanted))


def _known_subnet(world: World, call: Call, given: str) -> str:
    path = link_path(given)
    if not path.startswith("projects/"):
        path = f"{_place(call)}/subnetworks/{path.rsplit('/', 1)[-1]}"
    if world.store.get(f"compute/{path}") is None:
        raise invalid("subnetwork", link(path), "The referenced subnetwork resource cannot be found.")
    return path


def _placed(world: World, wanted: Body) -> Body:
    """With the address that is asked for, if it can be had, or one that is free. Raises ApiError(400)."""
    address = str(wanted.get("address") or "")
    if wanted["addressType"] == "EXTERNAL":
        return {**wanted, "address": address or choice.public(world)}
    if wanted.get("purpose") == "VPC_PEERING":
        prefix, network = int(wanted.get("prefixLength") or 0), str(wanted.get("network") or "")
        if not LARGEST_RANGE <= prefix <= SMALLEST_RANGE:
            raise invalid("prefixLength", prefix, f"Must be between {LARGEST_RANGE} and {SMALLEST_RANGE}.")
        if not network:
            raise invalid("network", "", "A range for VPC peering needs a network.")
        if address:
            choice.check_peering_range(world, network, address, prefix)
        return {**wanted, "address": address or choice.range_for_peering(world, network, prefix)}
    if wanted.get("subnetwork"):
        purpose = wanted.get("purpose") or "GCE_ENDPOINT"
        return {**wanted, "purpose": purpose, "address": choice.in_subnet(world, wanted["subnetwork"], address)}
    if not address:
        raise invalid("address", "", "The sandbox chooses addresses in subnetworks and for VPC peering only: give one.")
    return wanted


def inserted(world: World, arguments: Body) -> None:
    """What was free when the request came may be taken by now."""
    path, wanted = arguments["target"], _placed(world, arguments["body"])
    world.store.put(f"compute/{path}", body_of(world, path, wanted))


async def set_labels(world: World, call: Call) -> Body:
    """Done at once (prior art, 1.4); a fingerprint that is given must be the present one."""
    path = f"{_place(call)}/addresses/{call.text('resource')}"
    body = found(world, path)
    given = call.request.get("globalSetLabelsRequestResource") or call.request.get("regionSetLabelsRequestResource")
    wanted = dict(given or {})
    if wanted.get("labelFingerprint") != body["labelFingerprint"]:
        text = "Labels fingerprint either invalid or resource labels have changed"
        raise ApiError(412, text, reason="conditionNotMet")
    started = operation(world, call, path, 0.0, labels=wanted.get("labels") or {})
    world.settle()
    return found(world, link_path(started["selfLink"]))


def labels_set(world: World, arguments: Body) -> None:
    path = arguments["target"]
    body = {**found(world, path), "labels": arguments["labels"], "labelFingerprint": fingerprint(world)}
    world.store.put(f"compute/{path}", body)


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
    changes(f"compute.{_collection}.setLabels")(set_labels)
    completes(f"compute.{_collection}.setLabels")(labels_set)
    handles(f"compute.{_collection}.get")(get)
    handles(f"compute.{_collection}.list")(list_)
    changes(f"compute.{_collection}.delete")(delete)
    completes(f"compute.{_collection}.delete")(deleted)


@handles("compute.addresses.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    return aggregated(world, call, "addresses", "address")
