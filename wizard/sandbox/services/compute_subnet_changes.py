"""Subnetworks that exist: access to Google's APIs, descriptions, secondary ranges, growth, deletion."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox.api import ApiError, Body, Call, completes
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import changes, fingerprint, found, in_use, invalid, operation
from wizard.sandbox.services.compute_routes import remove_subnet_route, subnet_route
from wizard.sandbox.services.compute_subnets import check_ranges, path_of, ranges_of
from wizard.sandbox.world import World

PLAIN = ("description", "enableFlowLogs", "logConfig", "privateIpGoogleAccess", "allowSubnetCidrRoutesOverlap")
"""Fields that `patch` changes as they are given."""

CHANGEABLE = (*PLAIN, "secondaryIpRanges")
GIVEN_ALONG = ("fingerprint", "id", "kind", "name", "network", "region", "selfLink")
"""What a body may carry that says nothing about the change."""


def _put(world: World, path: str, body: Body) -> None:
    """Store a changed subnetwork; routes go and come with its ranges."""
    network = link_path(body["network"])
    before = ranges_of(found(world, path))
    for range_ in before:
        if range_ not in ranges_of(body):
            remove_subnet_route(world, network, range_)
    for range_ in ranges_of(body):
        if range_ not in before:
            subnet_route(world, network, range_)
    world.store.put(f"compute/{path}", {**body, "fingerprint": fingerprint(world)})


@changes("compute.subnetworks.setPrivateIpGoogleAccess")
async def set_access(world: World, call: Call) -> Body:
    path = path_of(call, call.text("subnetwork"))
    found(world, path)
    wanted = call.request.get("subnetworksSetPrivateIpGoogleAccessRequestResource") or {}
    on = bool(wanted.get("privateIpGoogleAccess"))
    return operation(world, call, path, 6.0, on=on)


@completes("compute.subnetworks.setPrivateIpGoogleAccess")
def access_set(world: World, arguments: Body) -> None:
    path = arguments["target"]
    _put(world, path, {**found(world, path), "privateIpGoogleAccess": arguments["on"]})


@changes("compute.subnetworks.patch")
async def patch(world: World, call: Call) -> Body:
    """Needs the present fingerprint; a list of secondary ranges stands for all of them."""
    path = path_of(call, call.text("subnetwork"))
    body = found(world, path)
    wanted = dict(call.request.get("subnetworkResource") or {})
    if wanted.get("fingerprint") != body["fingerprint"]:
        raise ApiError(412, "Invalid fingerprint.", reason="conditionNotMet")
    for field in wanted.keys() - {*CHANGEABLE, *GIVEN_ALONG}:
        if wanted[field] != body.get(field):
            raise invalid(field, wanted[field], "The sandbox does not emulate a change of this field.")
    change = {key: wanted[key] for key in CHANGEABLE if key in wanted}
    _check_change(world, path, {**body, **change})
    return operation(world, call, path, 8.0, body=change)


@completes("compute.subnetworks.patch")
def patched(world: World, arguments: Body) -> None:
    path = arguments["target"]
    body = {**found(world, path), **arguments["body"]}
    _check_change(world, path, body)
    if not body.get("secondaryIpRanges"):
        body.pop("secondaryIpRanges", None)
    _put(world, path, body)


def _check_change(world: World, path: str, body: Body, first: int = 1) -> None:
    check_ranges(world, {**body, "network": link_path(body["network"])}, without=path, first=first)


@changes("compute.subnetworks.expandIpCidrRange")
async def expand(world: World, call: Call) -> Body:
    """A primary range can only grow, and what it was must lie in it (facts: 7.1)."""
    path = path_of(call, call.text("subnetwork"))
    body = found(world, path)
    text = str((call.request.get("subnetworksExpandIpCidrRangeRequestResource") or {}).get("ipCidrRange", ""))
    wider = {**body, "ipCidrRange": text}
    _check_growth(body, text)
    _check_change(world, path, wider, first=0)
    return operation(world, call, path, 10.0, range=text)


def _check_growth(body: Body, text: str) -> None:
    before = ipaddress.IPv4Network(body["ipCidrRange"])
    try:
        after = ipaddress.IPv4Network(text)
    except ValueError as error:
        raise _bad_growth(text, "Must be a CIDR address range that is contained in a valid range.") from error
    if after == before or not before.subnet_of(after):
        raise _bad_growth(text, f"It must be larger than the present range {before} and contain it.")


def _bad_growth(text: str, why: str) -> ApiError:
    return ApiError(400, f"Invalid value for field 'ipCidrRange': '{text}'. {why}", reason="invalid")


@completes("compute.subnetworks.expandIpCidrRange")
def expanded(world: World, arguments: Body) -> None:
    path = arguments["target"]
    body = {**found(world, path), "ipCidrRange": arguments["range"]}
    _check_change(world, path, body, first=0)
    _put(world, path, body)


@changes("compute.subnetworks.delete")
async def delete(world: World, call: Call) -> Body:
    path = path_of(call, call.text("subnetwork"))
    body = found(world, path)
    network = world.store.get(f"compute/{link_path(body['network'])}") or {}
    if network.get("autoCreateSubnetworks") and path.rsplit("/", 1)[-1] == network["name"]:
        raise ApiError(400, AUTO_SUBNET, reason="invalidResourceUsage")
    return operation(world, call, path, 10.0)


AUTO_SUBNET = "Invalid resource usage: 'Cannot delete auto subnetwork from an auto subnet mode network.'."
"""The real text (troubleshooting page of forseti-security)."""


@completes("compute.subnetworks.delete")
def deleted(world: World, arguments: Body) -> None:
    path = arguments["target"]
    body = found(world, path)
    for user in users(world, path):
        raise in_use("subnetwork", path, user)
    for range_ in ranges_of(body):
        remove_subnet_route(world, link_path(body["network"]), range_)
    world.store.delete(f"compute/{path}")


def users(world: World, path: str) -> Iterator[str]:
    """What keeps a subnetwork from being deleted: its addresses, machines, connectors and NAT gateways."""
    _, project, _, region, _, name = path.split("/")
    for key, address in world.store.look(f"compute/projects/{project}/regions/{region}", "addresses"):
        if link_path(str(address.get("subnetwork", ""))) == path:
            yield key.removeprefix("compute/")
    for key, machine in world.store.look(f"compute/projects/{project}/zones/-", "instances"):
        if any(link_path(str(i.get("subnetwork", ""))) == path for i in machine["networkInterfaces"]):
            yield key.removeprefix("compute/")
    for _, connector in world.store.look(f"vpcaccess/projects/-/locations/{region}", "connectors"):
        subnet = connector.get("subnet") or {}
        owner = subnet.get("projectId") or connector["name"].split("/")[1]
        if (subnet.get("name"), owner) == (name, project):
            yield f"projects/{project}/zones/{region}-b/instances/aet-{region.replace('-', '')}-{name}"
    for key, router in world.store.look(f"compute/projects/{project}/regions/{region}", "routers"):
        for nat in router.get("nats") or []:
            if any(link_path(s["name"]) == path for s in nat.get("subnetworks") or []):
                yield key.removeprefix("compute/")
