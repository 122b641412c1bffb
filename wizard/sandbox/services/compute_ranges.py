"""Address ranges of a VPC network: which are taken and by what, and which a subnetwork may not have."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox import peer_routes
from wizard.sandbox.api import Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import invalid
from wizard.sandbox.world import World

PROHIBITED = (
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "199.36.153.4/30",
    "199.36.153.8/30",
    "255.255.255.255/32",
)
"""Facts, section 7.3."""

AUTO_BLOCK = "10.128.0.0/9"
LONGEST_PREFIX = 29


def check_range(world: World, network: str, field: str, text: str, *, without: str = "", routes: bool = True) -> None:
    """Refuse a range that is malformed, prohibited, or in conflict with something of the network or its peers.

    `without` is the name of the subnetwork (`projects/P/regions/R/subnetworks/S`) whose own ranges do not count;
    without `routes` a conflict with a custom route is no matter (`allowSubnetCidrRoutesOverlap`, facts: 7.1).
    """
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
        words = f"Extended subnetworks in auto subnet mode networks cannot overlap with {AUTO_BLOCK}."
        raise invalid(field, text, words)
    for other, words in ranges_in_use(world, network, without):
        if not routes and words.startswith("route "):
            continue
        if wanted.overlaps(ipaddress.IPv4Network(other, strict=False)):
            raise invalid(field, text, f"Invalid IPCidrRange: {text} conflicts with existing {words}.")


def ranges_in_use(world: World, network: str, without: str = "") -> Iterator[tuple[str, str]]:
    """Ranges of a network and what they belong to, in the wording of the refusal.

    `without` is the full name of a subnetwork or connector that is left out.
    """
    yield from subnet_ranges(world, network, without)
    yield from _connector_ranges(world, network, without)
    project = network.split("/")[1]
    for _, address in world.store.look(f"compute/projects/{project}/global", "addresses"):
        if address.get("purpose") == "VPC_PEERING" and link_path(address["network"]) == network:
            yield f"{address['address']}/{address['prefixLength']}", f"allocated range '{address['name']}'"
    for _, reserved in world.store.look(f"networkconnectivity/projects/{project}/locations/global", "internalRanges"):
        if link_path(reserved["network"]) == network:
            yield reserved["ipCidrRange"], f"internal range '{reserved['name'].rsplit('/', 1)[-1]}'"
    for _, route in world.store.look(f"compute/projects/{project}/global", "routes"):
        if link_path(route["network"]) == network and route["routeType"] != "SUBNET" and not _is_default(route):
            yield route["destRange"], f"route '{route['name']}'"
    for name, route in peer_routes.incoming(world, network):
        if route["type"] == peer_routes.SUBNET or (route["imported"] and not _is_default(route)):
            yield route["destRange"], f"peering route of '{name}'"


def subnet_ranges(world: World, network: str, without: str = "") -> Iterator[tuple[str, str]]:
    """Primary and secondary ranges of the subnetworks of a network."""
    project = network.split("/")[1]
    for key, subnet in world.store.look(f"compute/projects/{project}/regions/-", "subnetworks"):
        if link_path(subnet["network"]) == network and key != f"compute/{without}":
            region = subnet["region"].rsplit("/", 1)[-1]
            words = f"subnetwork '{subnet['name']}' in region '{region}'"
            yield subnet["ipCidrRange"], words
            yield from ((s["ipCidrRange"], words) for s in subnet.get("secondaryIpRanges") or [])


def _connector_ranges(world: World, network: str, without: str) -> Iterator[tuple[str, str]]:
    """The ranges of connectors without a subnetwork of the user's: Google keeps one that nobody can list
    (facts: trap 10)."""
    project = network.split("/")[1]
    for _, connector in world.store.look(f"vpcaccess/projects/{project}/locations/-", "connectors"):
        own = connector.get("ipCidrRange") and connector["network"].rsplit("/", 1)[-1] == network.rsplit("/", 1)[-1]
        if own and connector["name"] != without and connector["state"] != "CREATING":
            region, short = connector["name"].split("/")[3], connector["name"].rsplit("/", 1)[-1]
            yield connector["ipCidrRange"], f"subnetwork 'aet-{region.replace('-', '')}-{short}' in region '{region}'"


def _is_default(route: Body) -> bool:
    """Whether a route is no matter for subnet ranges: the way out, or IPv6."""
    return route["destRange"] == "0.0.0.0/0" or ":" in route["destRange"]
