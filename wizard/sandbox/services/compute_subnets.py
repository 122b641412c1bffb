"""Subnetworks: create with every check of ranges, read with utilisation. Changes: `compute_subnet_changes`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox import quotas
from wizard.sandbox.api import Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    NAME,
    NAME_RULE,
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
from wizard.sandbox.services.compute_ranges import check_range
from wizard.sandbox.services.compute_routes import subnet_route
from wizard.sandbox.world import World

RESERVED = 4
"""The first two and last two addresses of a primary range (facts: 7.1)."""


def path_of(call: Call, name: str) -> str:
    return f"projects/{call.text('project')}/regions/{call.text('region')}/subnetworks/{name}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A subnetwork as the server keeps it (prior art, 1.4, also of other purposes); `network` is a path."""
    region = path.split("/subnetworks/")[0]
    whole = ipaddress.IPv4Network(wanted["ipCidrRange"])
    body = newborn(world, "subnetwork", path, {**wanted, "network": link(wanted["network"]), "region": link(region)})
    defaults: Body = {
        "gatewayAddress": str(whole[1]),
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        "privateIpGoogleAccess": False,
        "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
        "allowSubnetCidrRoutesOverlap": False,
        "enableFlowLogs": False,
        "logConfig": {"enable": False},
        "fingerprint": fingerprint(world),
    }
    if wanted.get("purpose") == "PRIVATE_NAT":
        del defaults["stackType"]
    if str(wanted.get("purpose", "")).endswith("_MANAGED_PROXY"):
        defaults |= {"role": "ACTIVE", "state": "READY"}
    return {**defaults, **body}


@changes("compute.subnetworks.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("subnetworkResource") or {})
    path = path_of(call, str(wanted.get("name", "")))
    check_new(world, path)
    wanted["network"] = known_network(world, wanted.get("network"), call.text("project"))
    check_ranges(world, wanted)
    return operation(world, call, path, 12.0, body=wanted)


@completes("compute.subnetworks.insert")
def inserted(world: World, arguments: Body) -> None:
    wanted = arguments["body"]
    known_network(world, wanted["network"], arguments["target"].split("/")[1])
    check_ranges(world, wanted)
    quotas.claim(world, "SUBNETWORKS", arguments["target"].split("/")[1])
    put(world, arguments["target"], wanted)


def ranges_of(body: Body) -> list[str]:
    """The primary range, then the secondary ones."""
    return [str(part.get("ipCidrRange", "")) for part in (body, *(body.get("secondaryIpRanges") or []))]


def check_ranges(world: World, wanted: Body, *, without: str = "", first: int = 0) -> None:
    """Every range of a subnetwork, from the index `first` on, fits into its network, and they leave each other alone.

    `without` is the subnetwork's own name once it exists. Raises ApiError(400).
    """
    ranges = ranges_of(wanted)
    routes = not wanted.get("allowSubnetCidrRoutesOverlap")
    for index, text in enumerate(ranges):
        field = f"secondaryIpRanges[{index - 1}].ipCidrRange" if index else "ipCidrRange"
        if index >= first:
            check_range(world, wanted["network"], field, text, without=without, routes=routes)
        for other in ranges[:index]:
            if ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(other)):
                raise invalid(field, text, f"Invalid IPCidrRange: {text} overlaps with {other} of the same subnetwork.")
    _check_names(wanted.get("secondaryIpRanges") or [])


def _check_names(secondary: list[Body]) -> None:
    names = [str(one.get("rangeName", "")) for one in secondary]
    for index, name in enumerate(names):
        if not NAME.fullmatch(name) or name in names[:index]:
            why = "Must be unique within the subnetwork." if name in names[:index] else NAME_RULE
            raise invalid(f"secondaryIpRanges[{index}].rangeName", name, why)


def put(world: World, path: str, wanted: Body) -> None:
    """Store a subnetwork with the routes to its ranges."""
    world.store.put(f"compute/{path}", body_of(world, path, wanted))
    for range_ in ranges_of(wanted):
        subnet_route(world, wanted["network"], range_)


@handles("compute.subnetworks.get")
async def get(world: World, call: Call) -> Body:
    return _with_utilisation(world, call, found(world, path_of(call, call.text("subnetwork"))))


@handles("compute.subnetworks.list")
async def list_(world: World, call: Call) -> Body:
    place = f"projects/{call.text('project')}/regions/{call.text('region')}"
    bodies = (_with_utilisation(world, call, b) for _, b in world.store.children(f"compute/{place}", "subnetworks"))
    return page(call, "subnetwork", bodies, f"{place}/subnetworks")


@handles("compute.subnetworks.aggregatedList")
async def list_all(world: World, call: Call) -> Body:
    reply = aggregated(world, call, "subnetworks", "subnetwork")
    for scope in reply["items"].values():
        if "subnetworks" in scope:
            scope["subnetworks"] = [_with_utilisation(world, call, body) for body in scope["subnetworks"]]
    return reply


def _with_utilisation(world: World, call: Call, body: Body) -> Body:
    """With `views=WITH_UTILIZATION`: free and allocated addresses of the primary range (facts: trap 14)."""
    views = call.request.get("views") or []
    if "WITH_UTILIZATION" not in ([views] if isinstance(views, str) else views):
        return body
    whole = ipaddress.IPv4Network(body["ipCidrRange"])
    used = sum(_taken(world, link_path(body["selfLink"]), whole))
    used += next((s.used for s in world.scenario.subnets if s.name == body["name"]), 0)
    free = max(0, whole.num_addresses - RESERVED - used)
    entry = {"rangeName": "", "totalAllocatedIp": str(used), "totalFreeIp": str(free)}
    return {**body, "utilizationDetails": {"ipv4Utilizations": [entry]}}


def _taken(world: World, path: str, whole: ipaddress.IPv4Network) -> Iterator[int]:
    """Addresses of the subnet that machines and Cloud Run hold."""
    project = path.split("/")[1]
    for _, address in world.store.children(f"compute/{path.split('/subnetworks/')[0]}", "addresses"):
        if link_path(str(address.get("subnetwork", ""))) == path:
            yield 1 << (32 - int(address.get("prefixLength") or 32))
    for _, machine in world.store.children(f"compute/projects/{project}/zones/-", "instances"):
        yield sum(1 for i in machine["networkInterfaces"] if link_path(str(i.get("subnetwork", ""))) == path)
