"""Addresses that Direct VPC egress takes from a subnet, in blocks of 16, and gives back late (facts: 2.2).

The model: a revision holds one block while it is the newest one or serves; the tasks of an execution hold as many as
they need. When the user is gone, its blocks stay its own for a while (20 minutes for a revision, 7 for tasks), then
another user may have them, and after `direct.release` simulated seconds (the documented 1 to 2 hours) they leave the
subnet. `instant` shortens the first time only: a subnet cannot be deleted at once.
"""

from __future__ import annotations

import ipaddress

from wizard.sandbox.api import Body, completes
from wizard.sandbox.entry import link_path
from wizard.sandbox.world import Pending, World

BLOCK, BLOCK_PREFIX = 16, 28
LONGEST_PREFIX = 26
"""Of a subnet that Direct VPC egress accepts."""

RELEASE_SECONDS = 5400.0
REVISION_SECONDS, TASK_SECONDS = 1200.0, 420.0
RELEASE = "direct.release"


def subnet_key(world: World, interface: Body, region: str) -> str:
    """The store's key of the subnet that an interface means; a network alone means the subnet of the same name."""
    path = link_path(str(interface.get("subnetwork") or interface.get("network") or ""))
    project = path.split("/")[1] if path.startswith("projects/") else world.project
    return f"compute/projects/{project}/regions/{region}/subnetworks/{path.rsplit('/', 1)[-1]}"


def reserve(world: World, key: str, count: int, user: str) -> str:
    """Give `user` blocks for `count` addresses of a subnet; Cloud Run's text when there are too few, else empty."""
    subnet = world.store.get(key) or {}
    held = _held(world, key)
    own = [name for name, body in held.items() if user in body["users"]]
    idle = [name for name in _idle(world) if name in held and name not in own]
    free = _free(world, subnet, held)
    missing = max(0, -(-count // BLOCK) - len(own))
    if missing > len(idle) + len(free):
        return (
            f"Instance failed to start because of insufficient free IP addresses in the subnetwork {subnet['selfLink']}"
            " when attempting to create an address in the subnetwork. Please consider moving to a subnetwork with more"
            " available IP addresses."
        )
    _keep(world, own)
    _keep(world, idle[:missing])
    for name in idle[:missing]:
        world.store.put(name, {**held[name], "users": [user]})
    for block in free[: missing - len(idle[:missing])]:
        _take(world, key, subnet, block, user)
    return ""


def release(world: World, user: str, seconds: float) -> None:
    """The user is gone: after `seconds` others may have its blocks, and later they leave the subnet."""
    now = world.clock.now()
    due = now + world.scenario.timing.get(RELEASE, RELEASE_SECONDS)
    leaving = {pending.arguments["key"] for pending in world.pending if pending.method == RELEASE}
    for key in world.store.keys("compute/"):
        body = world.store.view()[key]
        if body.get("purpose") == "SERVERLESS" and user in body["users"] and key not in leaving:
            arguments = {"key": key, "idle": now + world.clock.operation_seconds(seconds)}
            world.pending.append(Pending(f"run/releases/{body['name']}", RELEASE, due, arguments))


@completes(RELEASE)
def released(world: World, arguments: Body) -> None:
    world.store.delete(arguments["key"])


def _keep(world: World, keys: list[str]) -> None:
    """These blocks are used again: they do not leave."""
    world.pending[:] = [p for p in world.pending if p.method != RELEASE or p.arguments["key"] not in keys]


def _idle(world: World) -> list[str]:
    """Blocks that another user may have."""
    now = world.clock.now()
    return [p.arguments["key"] for p in world.pending if p.method == RELEASE and p.arguments["idle"] <= now]


def _held(world: World, subnet: str) -> dict[str, Body]:
    """The blocks of a subnet by their keys."""
    place, path = subnet.split("/subnetworks/")[0], subnet.removeprefix("compute/")
    return {
        key: body
        for key, body in world.store.children(place, "addresses")
        if body.get("purpose") == "SERVERLESS" and link_path(str(body["subnetwork"])) == path
    }


def _free(world: World, subnet: Body, held: dict[str, Body]) -> list[ipaddress.IPv4Network]:
    """Aligned blocks of the primary range that hold no machine and no other address; the lowest first.

    The scenario's `used` addresses are at the low end.
    """
    whole = ipaddress.IPv4Network(subnet["ipCidrRange"])
    used = next((s.used for s in world.scenario.subnets if s.name == subnet["name"]), 0)
    taken = {ipaddress.IPv4Address(body["address"]) for body in held.values()}
    for body in world.store.view().values():
        if body.get("networkInterfaces"):
            taken |= {ipaddress.IPv4Address(i["networkIP"]) for i in body["networkInterfaces"] if i.get("networkIP")}
    inside = [address for address in taken if address in whole]
    blocks = list(whole.subnets(new_prefix=BLOCK_PREFIX))[-(-used // BLOCK) :]
    return [block for block in blocks if not any(address in block for address in inside)]


def _take(world: World, key: str, subnet: Body, block: ipaddress.IPv4Network, user: str) -> None:
    name = f"serverless-ipv4-{world.seed.getrandbits(60)}"
    base = str(subnet["selfLink"]).split("/subnetworks/")[0]
    body: Body = {
        "kind": "compute#address",
        "id": str(world.seed.getrandbits(62)),
        "creationTimestamp": world.timestamp(),
        "name": name,
        "address": str(block.network_address),
        "prefixLength": BLOCK_PREFIX,
        "addressType": "INTERNAL",
        "purpose": "SERVERLESS",
        "status": "IN_USE",
        "networkTier": "PREMIUM",
        "region": base,
        "subnetwork": subnet["selfLink"],
        "selfLink": f"{base}/addresses/{name}",
        "users": [user],
    }
    world.store.put(f"{key.split('/subnetworks/')[0]}/addresses/{name}", body)
