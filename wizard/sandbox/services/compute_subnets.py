"""Subnetworks: create with every check of ranges, read with utilisation, change, delete when nothing uses them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox.api import ApiError, Body, Call, completes, handles
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import (
    aggregated,
    changes,
    check_new,
    fingerprint,
    found,
    in_use,
    invalid,
    known_network,
    link,
    newborn,
    operation,
    page,
)
from wizard.sandbox.services.compute_routes import remove_subnet_route, subnet_route
from wizard.sandbox.world import World

PROHIBITED = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "199.36.153.4/30", "199.36.153.8/30")
"""Facts, section 7.3."""

AUTO_BLOCK = "10.128.0.0/9"
LONGEST_PREFIX = 29
CHANGEABLE = ("description", "enableFlowLogs", "logConfig", "privateIpGoogleAccess")
"""Fields that `patch` changes here; ranges of a subnetwork that exists stay as they are."""

RESERVED = 4
"""The first two and last two addresses of a primary range (facts: 7.1)."""


def _path(call: Call, name: str) -> str:
    return f"projects/{call.text('project')}/regions/{call.text('region')}/subnetworks/{name}"


def body_of(world: World, path: str, wanted: Body) -> Body:
    """A subnetwork as the server keeps it; `network` is a path."""
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
    return {**defaults, **body}


@changes("compute.subnetworks.insert")
async def insert(world: World, call: Call) -> Body:
    wanted = dict(call.request.get("subnetworkResource") or {})
    path = _path(call, str(wanted.get("name", "")))
    check_new(world, path)
    wanted["network"] = known_network(world, wanted.get("network"), call.text("project"))
    _check_ranges(world, wanted)
    return operation(world, call, path, 12.0, body=wanted)


@completes("compute.subnetworks.insert")
def inserted(world: World, arguments: Body) -> None:
    wanted = arguments["body"]
    known_network(world, wanted["network"], arguments["target"].split("/")[1])
    _check_ranges(world, wanted)
    put(world, arguments["target"], wanted)


def _ranges(body: Body) -> list[str]:
    """The primary range, then the secondary ones."""
    return [str(part.get("ipCidrRange", "")) for part in (body, *(body.get("secondaryIpRanges") or []))]


def _check_ranges(world: World, wanted: Body) -> None:
    """Every range of a new subnetwork fits into its network, and they leave each other alone."""
    ranges = _ranges(wanted)
    for index, text in enumerate(ranges):
        field = f"secondaryIpRanges[{index - 1}].ipCidrRange" if index else "ipCidrRange"
        check_range(world, wanted["network"], field, text)
        for other in ranges[:index]:
            if ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(other)):
                raise invalid(field, text, f"Invalid IPCidrRange: {text} overlaps with {other} of the same subnetwork.")


def put(world: World, path: str, wanted: Body) -> None:
    """Store a subnetwork with the routes to its ranges."""
    world.store.put(f"compute/{path}", body_of(world, path, wanted))
    for range_ in _ranges(wanted):
        subnet_route(world, wanted["network"], range_)


def check_range(world: World, network: str, field: str, text: str) -> None:
    """Refuse a range that is malformed, prohibited, or in conflict with something of the network or its peers."""
    try:
        wanted = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise invalid(field, text, "Must be a CIDR address range that is contained in a valid range.") from error
    if wanted.prefixlen > LONGEST_PREFIX:
        raise invalid(field, text, f"Invalid IPCidrRange: {text} must be /{LONGEST_PREFIX} or larger.")
    if any(wanted.overlaps(ipaddress.IPv4Network(one)) for one in PROHIBITED):
        raise invalid(field, text, "Invalid IPCidrRange: the range is prohibited.")
    body = world.store.get(f"compute/{network}") or {}
    if body.get("autoCreateSubnetworks") and wanted.overlaps(ipaddress.IPv4Network(AUTO_BLOCK)):
        text_ = f"Extended subnetworks in auto subnet mode networks cannot overlap with {AUTO_BLOCK}."
        raise ApiError(400, f"Invalid value for field 'resource.{field}': '{text}'. {text_}", reason="invalid")
    for other, words in ranges_in_use(world, network):
        if wanted.overlaps(ipaddress.IPv4Network(other, strict=False)):
            raise invalid(field, text, f"Invalid IPCidrRange: {text} conflicts with existing {words}.")


def ranges_in_use(world: World, network: str, without: str = "") -> Iterator[tuple[str, str]]:
    """Ranges of a network and what they belong to, in the wording of the refusal; `without` a connector's own."""
    project = network.split("/")[1]
    for _, subnet in world.store.children(f"compute/projects/{project}/regions/-", "subnetworks"):
        if link_path(subnet["network"]) == network:
            region = subnet["region"].rsplit("/", 1)[-1]
            words = f"subnetwork '{subnet['name']}' in region '{region}'"
            yield subnet["ipCidrRange"], words
            yield from ((s["ipCidrRange"], words) for s in subnet.get("secondaryIpRanges") or [])
    for _, connector in world.store.children(f"vpcaccess/projects/{project}/locations/-", "connectors"):
        own = connector.get("ipCidrRange") and connector["network"].rsplit("/", 1)[-1] == network.rsplit("/", 1)[-1]
        if own and connector["name"] != without and connector["state"] != "CREATING":
            region, short = connector["name"].split("/")[3], connector["name"].rsplit("/", 1)[-1]
            yield connector["ipCidrRange"], f"subnetwork 'aet-{region.replace('-', '')}-{short}' in region '{region}'"
    for _, address in world.store.children(f"compute/projects/{project}/global", "addresses"):
        if address.get("purpose") == "VPC_PEERING" and link_path(address["network"]) == network:
            yield f"{address['address']}/{address['prefixLength']}", f"allocated range '{address['name']}'"
    for _, route in world.store.children(f"compute/projects/{project}/global", "routes"):
        if (
            link_path(route["network"]) == network
            and route["routeType"] != "SUBNET"
            and route["destRange"] != "0.0.0.0/0"
        ):
            yield route["destRange"], f"route '{route['name']}'"
    for peering in world.scenario.peerings:
        if peering.network == network.rsplit("/", 1)[-1]:
            yield from ((route, f"peering route of '{peering.name}'") for route in peering.routes)


@handles("compute.subnetworks.get")
async def get(world: World, call: Call) -> Body:
    return _with_utilisation(world, call, found(world, _path(call, call.text("subnetwork"))))


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


@changes("compute.subnetworks.setPrivateIpGoogleAccess")
async def set_access(world: World, call: Call) -> Body:
    path = _path(call, call.text("subnetwork"))
    found(world, path)
    wanted = call.request.get("subnetworksSetPrivateIpGoogleAccessRequestResource") or {}
    on = bool(wanted.get("privateIpGoogleAccess"))
    return operation(world, call, path, 6.0, on=on)


@completes("compute.subnetworks.setPrivateIpGoogleAccess")
def access_set(world: World, arguments: Body) -> None:
    body = found(world, arguments["target"])
    body |= {"privateIpGoogleAccess": arguments["on"], "fingerprint": fingerprint(world)}
    world.store.put(f"compute/{arguments['target']}", body)


@changes("compute.subnetworks.patch")
async def patch(world: World, call: Call) -> Body:
    path = _path(call, call.text("subnetwork"))
    body = found(world, path)
    wanted = dict(call.request.get("subnetworkResource") or {})
    if wanted.get("fingerprint") != body["fingerprint"]:
        raise ApiError(412, "Invalid fingerprint.", reason="conditionNotMet")
    return operation(world, call, path, 8.0, body={key: wanted[key] for key in CHANGEABLE if key in wanted})


@completes("compute.subnetworks.patch")
def patched(world: World, arguments: Body) -> None:
    body = {**found(world, arguments["target"]), **arguments["body"], "fingerprint": fingerprint(world)}
    world.store.put(f"compute/{arguments['target']}", body)


@changes("compute.subnetworks.delete")
async def delete(world: World, call: Call) -> Body:
    path = _path(call, call.text("subnetwork"))
    found(world, path)
    return operation(world, call, path, 10.0)


@completes("compute.subnetworks.delete")
def deleted(world: World, arguments: Body) -> None:
    path = arguments["target"]
    body = found(world, path)
    for user in _users(world, path):
        raise in_use("subnetwork", path, user)
    for range_ in _ranges(body):
        remove_subnet_route(world, link_path(body["network"]), range_)
    world.store.delete(f"compute/{path}")


def _users(world: World, path: str) -> Iterator[str]:
    """What keeps a subnetwork from being deleted."""
    _, project, _, region, _, name = path.split("/")
    for key, address in world.store.children(f"compute/projects/{project}/regions/{region}", "addresses"):
        if link_path(str(address.get("subnetwork", ""))) == path:
            yield key.removeprefix("compute/")
    for key, machine in world.store.children(f"compute/projects/{project}/zones/-", "instances"):
        if any(link_path(str(i.get("subnetwork", ""))) == path for i in machine["networkInterfaces"]):
            yield key.removeprefix("compute/")
    for _, connector in world.store.children(f"vpcaccess/projects/-/locations/{region}", "connectors"):
        if (connector.get("subnet") or {}).get("name") == name:
            yield f"projects/{project}/zones/{region}-b/instances/aet-{region.replace('-', '')}-{name}"
    for key, router in world.store.children(f"compute/projects/{project}/regions/{region}", "routers"):
        for nat in router.get("nats") or []:
            if any(link_path(s["name"]) == path for s in nat.get("subnetworks") or []):
                yield key.removeprefix("compute/")
