"""Peerings of VPC networks: each side makes its own, both together are active; routes that are exchanged."""

from __future__ import annotations

import ipaddress

from wizard.sandbox import org_policies, peer_routes
from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    NAME,
    NAME_RULE,
    changes,
    found,
    invalid,
    link,
    network_path,
    operation,
    page,
    stamp,
)
from wizard.sandbox.services.compute_ranges import subnet_ranges
from wizard.sandbox.world import World

CHANGEABLE = (
    "importCustomRoutes",
    "exportCustomRoutes",
    "importSubnetRoutesWithPublicIp",
    "exportSubnetRoutesWithPublicIp",
    "stackType",
    "updateStrategy",
)
DEFAULTS: Body = {
    "autoCreateRoutes": True,
    "exchangeSubnetRoutes": True,
    "importCustomRoutes": False,
    "exportCustomRoutes": False,
    "importSubnetRoutesWithPublicIp": False,
    "exportSubnetRoutesWithPublicIp": True,
    "stackType": "IPV4_ONLY",
    "updateStrategy": "INDEPENDENT",
}


def _network(call: Call) -> str:
    return f"projects/{call.text('project')}/global/networks/{call.text('network')}"


def peerings_of(world: World, path: str) -> list[Body]:
    """The peerings of a network, which may be one that does not exist."""
    return list((world.store.get(f"compute/{path}") or {}).get("peerings") or [])


def put(world: World, path: str, peerings: list[Body]) -> None:
    """Store the peerings of a network; the key is absent when there are none (prior art, 1.4)."""
    body = found(world, path)
    body.pop("peerings", None)
    world.store.put(f"compute/{path}", {**body, **({"peerings": peerings} if peerings else {})})


def settle_states(world: World, path: str) -> None:
    """A peering is active as long as the peer has its own that leads back."""
    for network in {path, *(link_path(str(one["network"])) for one in peerings_of(world, path))}:
        peerings = peerings_of(world, network)
        if peerings:
            put(world, network, [_with_state(world, network, peering) for peering in peerings])


def _with_state(world: World, network: str, peering: Body) -> Body:
    known = world.store.get(f"compute/{link_path(str(peering['network']))}") is not None
    state = "ACTIVE" if peer_routes.active(world, network, link_path(str(peering["network"]))) else "INACTIVE"
    if not known or peering.get("state") == state:
        return peering
    words = "Connected." if state == "ACTIVE" else "Waiting for peer network to connect."
    return {**peering, "state": state, "stateDetails": f"[{stamp(world)}]: {words}"}


@changes("compute.networks.addPeering")
async def add(world: World, call: Call) -> Body:
    path, project = _network(call), call.text("project")
    found(world, path)
    given = dict(call.request.get("networksAddPeeringRequestResource") or {})
    wanted: Body = {**DEFAULTS, **(given.get("networkPeering") or {})}
    wanted["name"] = given.get("name") or wanted.get("name", "")
    wanted["network"] = link(network_path(world, given.get("peerNetwork") or wanted.get("network"), project))
    _check_new(world, path, wanted)
    return operation(world, call, path, 12.0, peering=wanted)


@completes("compute.networks.addPeering")
def added(world: World, arguments: Body) -> None:
    path, wanted = arguments["target"], arguments["peering"]
    _check_new(world, path, wanted)
    org_policies.check_peering(world, path.split("/")[1], link_path(str(wanted["network"])))
    put(world, path, [*peerings_of(world, path), wanted])
    settle_states(world, path)


def _check_new(world: World, path: str, wanted: Body) -> None:
    """Name and peer are new to the network, and no subnet range of one lies in one of the other."""
    peer = link_path(str(wanted["network"]))
    if not NAME.fullmatch(str(wanted["name"])):
        raise invalid("name", wanted["name"], NAME_RULE)
    if peer == path:
        raise invalid("network", wanted["network"], "A network cannot be its own peer.")
    for other in peerings_of(world, path):
        if other["name"] == wanted["name"]:
            text = f"There is already a peering '{other['name']}' in network '{path}'."
            raise ApiError(409, text, reason="alreadyExists")
        if link_path(str(other["network"])) == peer:
            text = f"There is already a peering '{other['name']}' with the same network. Select another network."
            raise ApiError(400, text, reason="invalid")
    for range_, words in subnet_ranges(world, path):
        for other_range, other_words in subnet_ranges(world, peer):
            if ipaddress.IPv4Network(range_).overlaps(ipaddress.IPv4Network(other_range)):
                text = f"{words} ({range_}) overlaps with {other_words} ({other_range}) of the peer network."
                raise ApiError(400, f"The networks cannot be peered: {text}", reason="invalid")


@changes("compute.networks.updatePeering")
async def update(world: World, call: Call) -> Body:
    given = dict(call.request.get("networksUpdatePeeringRequestResource") or {})
    wanted = dict(given.get("networkPeering") or {})
    path = _network(call)
    _existing(world, path, str(wanted.get("name", "")))
    change = {key: wanted[key] for key in CHANGEABLE if key in wanted}
    return operation(world, call, path, 8.0, name=wanted["name"], change=change)


@completes("compute.networks.updatePeering")
def updated(world: World, arguments: Body) -> None:
    path, name = arguments["target"], arguments["name"]
    _existing(world, path, name)
    kept = peerings_of(world, path)
    put(world, path, [{**one, **arguments["change"]} if one["name"] == name else one for one in kept])


@changes("compute.networks.removePeering")
async def remove(world: World, call: Call) -> Body:
    """The peering of the other side stays, and is inactive from then on."""
    given = dict(call.request.get("networksRemovePeeringRequestResource") or {})
    path, name = _network(call), str(given.get("name", ""))
    _existing(world, path, name)
    return operation(world, call, path, 8.0, name=name)


@completes("compute.networks.removePeering")
def removed(world: World, arguments: Body) -> None:
    path = arguments["target"]
    peer = link_path(str(_existing(world, path, arguments["name"])["network"]))
    put(world, path, [one for one in peerings_of(world, path) if one["name"] != arguments["name"]])
    if world.store.get(f"compute/{peer}") is not None:
        settle_states(world, peer)


def _existing(world: World, path: str, name: str) -> Body:
    found(world, path)
    known = next((one for one in peerings_of(world, path) if one["name"] == name), None)
    if known is None:
        raise ApiError(400, f"There is no peering '{name}' in network '{path}'.", reason="invalid")
    return known


@handles("compute.networks.listPeeringRoutes")
async def exchanged(world: World, call: Call) -> Body:
    """The routes that come through the network's peerings (INCOMING), or that one peer gets (OUTGOING)."""
    path, name = _network(call), call.text("peeringName")
    found(world, path)
    if call.text("direction") == "OUTGOING":
        items = peer_routes.outgoing(world, path, name)
    else:
        items = [route for peering, route in peer_routes.incoming(world, path) if name in ("", peering)]
    return page(call, "exchangedPeeringRoutes", items, f"{path}/peeringRoutes")
