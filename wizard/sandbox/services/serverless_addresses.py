"""Addresses that Direct VPC egress takes from a subnet, in blocks of 16, and gives back late (facts: 2.2).

A revision holds one block while it is the newest one or serves; the tasks of an execution hold as many as they need.
When the user is gone, its blocks stay for `direct.release` simulated seconds, which `instant` does not shorten: that is
why a subnet cannot be deleted at once.
"""

from __future__ import annotations

import ipaddress

from wizard.sandbox.api import Body, completes
from wizard.sandbox.entry import link_path
from wizard.sandbox.world import Pending, World

BLOCK = 16
RELEASE_SECONDS = 5400.0
SMALLEST_PREFIX = 26


def subnet_key(world: World, interface: Body, region: str) -> str:
    """The store's key of the subnet that an interface means; a network alone means the subnet of the same name."""
    named, network = str(interface.get("subnetwork") or ""), str(interface.get("network") or "")
    path = link_path(named or network)
    name = path.rsplit("/", 1)[-1]
    project = path.split("/")[1] if path.startswith("projects/") else world.project
    return f"compute/projects/{project}/regions/{region}/subnetworks/{name}"


def reserve(world: World, interface: Body, region: str, count: int, user: str) -> str:
    """Give `user` blocks for `count` addresses; Cloud Run's text when the subnet has not enough, else empty."""
    key = subnet_key(world, interface, region)
    subnet = world.store.get(key)
    if subnet is None:
        return f"VPC subnetwork {key.removeprefix('compute/')} does not exist or is not accessible."
    held = _blocks(world, key)
    own = [body for body in held if user in body.get("users", [])]
    missing = -(-count // BLOCK) - len(own)
    free = _free_blocks(world, subnet, held)
    used = sum(s.used for s in world.scenario.subnets if s.name == subnet["name"])
    free = free[: max(0, len(free) - -(-used // BLOCK))]
    if missing > len(free):
        return (
            f"Instance failed to start because of insufficient free IP addresses in the subnetwork {subnet['selfLink']}"
            " when attempting to create an address in the subnetwork. Please consider moving to a subnetwork with more"
            " available IP addresses."
        )
    for block in free[: max(missing, 0)]:
        _take(world, key, subnet, block, user)
    return ""


def release(world: World, user: str) -> None:
    """The user is gone: its blocks are given back after a while."""
    due = world.clock.now() + world.scenario.timing.get("direct.release", RELEASE_SECONDS)
    for key in world.store.keys("compute/"):
        body = world.store.get(key) or {}
        if body.get("purpose") == "SERVERLESS" and user in body.get("users", []):
            world.pending.append(Pending(f"run/releases/{body['name']}", "direct.release", due, {"key": key}))


@completes("direct.release")
def released(world: World, arguments: Body) -> None:
    world.store.delete(arguments["key"])


def _blocks(world: World, subnet: str) -> list[Body]:
    place, path = subnet.split("/subnetworks/")[0], subnet.removeprefix("compute/")
    return [
        body
        for _, body in world.store.children(place, "addresses")
        if body.get("purpose") == "SERVERLESS" and link_path(str(body["subnetwork"])) == path
    ]


def _free_blocks(world: World, subnet: Body, held: list[Body]) -> list[ipaddress.IPv4Network]:
    """Aligned blocks of the primary range that hold no VM and no other block."""
    whole = ipaddress.IPv4Network(subnet["ipCidrRange"])
    taken = {ipaddress.IPv4Address(body["address"]) for body in held}
    machines = {
        ipaddress.IPv4Address(interface["networkIP"])
        for key in world.store.keys("compute/")
        if "/instances/" in key
        for interface in (world.store.get(key) or {}).get("networkInterfaces", [])
        if interface.get("networkIP")
    }
    inside = [address for address in machines if address in whole]
    if whole.prefixlen > 28:
        return []
    return [
        block
        for block in whole.subnets(new_prefix=28)
        if block.network_address not in taken and not any(address in block for address in inside)
    ]


def _take(world: World, key: str, subnet: Body, block: ipaddress.IPv4Network, user: str) -> None:
    place = key.split("/subnetworks/")[0]
    name = f"serverless-ipv4-{world.seed.getrandbits(60)}"
    base = str(subnet["selfLink"]).split("/subnetworks/")[0]
    body: Body = {
        "kind": "compute#address",
        "id": str(world.seed.getrandbits(62)),
        "creationTimestamp": world.timestamp(),
        "name": name,
        "address": str(block.network_address),
        "prefixLength": 28,
        "addressType": "INTERNAL",
        "purpose": "SERVERLESS",
        "status": "IN_USE",
        "networkTier": "PREMIUM",
        "region": base,
        "subnetwork": subnet["selfLink"],
        "selfLink": f"{base}/addresses/{name}",
        "users": [user],
    }
    world.store.put(f"{place}/addresses/{name}", body)
