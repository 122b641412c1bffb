"""Addresses that Direct VPC egress takes from a subnet, in blocks of 16, and gives back late (facts: 2.2).

The model: a revision has blocks of its own, for two addresses per instance; every task of a job takes one address, and
tasks share the blocks. When the user is gone, its addresses stay its own for a while (20 minutes for a revision, 7 for
a task), then another user may have them, and after `direct.release` simulated seconds (the documented 1 to 2 hours)
they leave the subnet. `instant` shortens the first time only: a subnet cannot be deleted at once.
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
IDLE = "run.instances.idle"
HELD = (RELEASE, IDLE)
"""What happens hours later and keeps no server alive."""

TASKS = "/tasks/"
"""In the names of users that share blocks."""


def subnet_key(world: World, interface: Body, region: str) -> str:
    """The store's key of the subnet that an interface means; a network alone means the subnet of the same name."""
    path = link_path(str(interface.get("subnetwork") or interface.get("network") or ""))
    project = path.split("/")[1] if path.startswith("projects/") else world.project
    return f"compute/projects/{project}/regions/{region}/subnetworks/{path.rsplit('/', 1)[-1]}"


def reserve(world: World, key: str, count: int, user: str) -> str:
    """Give `user` the blocks for `count` addresses of a subnet, and take back those that it has beyond.

    Returns Cloud Run's text when there are too few, else empty. A task is always given one address.
    """
    held = _held(world, key)
    own = [name for name, body in held.items() if user in body["users"]]
    if TASKS in user:
        _keep(world, own, user)
        return "" if own else _share(world, key, held, user)
    wanted = -(-count // BLOCK)
    _keep(world, own[:wanted], user)
    _leave(world, own[wanted:], user, REVISION_SECONDS)
    missing = max(0, wanted - len(own))
    idle = [name for name, body in held.items() if name not in own and not _active(world, name, body)]
    free = _free(world, key, held)
    if missing > len(idle) + len(free):
        return _exhausted(world, key)
    for name in idle[:missing]:
        _take_over(world, name, held[name], user)
    for block in free[: missing - len(idle[:missing])]:
        _take(world, key, block, user)
    return ""


def _share(world: World, key: str, held: dict[str, Body], user: str) -> str:
    """Give a task an address of a block that tasks have and that is not full, or of another block."""
    for name, body in held.items():
        active = _active(world, name, body)
        if all(TASKS in other for other in body["users"]) and len(active) < BLOCK:
            gone = [other for other in body["users"] if other not in active]
            kept = [other for other in body["users"] if other not in gone[: max(0, len(body["users"]) - BLOCK + 1)]]
            world.store.put(name, {**body, "users": [*kept, user]})
            return ""
    idle = [name for name, body in held.items() if not _active(world, name, body)]
    free = _free(world, key, held)
    if idle:
        _take_over(world, idle[0], held[idle[0]], user)
    elif free:
        _take(world, key, free[0], user)
    return "" if idle or free else _exhausted(world, key)


def _exhausted(world: World, key: str) -> str:
    """The real text."""
    link = (world.store.get(key) or {}).get("selfLink", "")
    return (
        f"Instance failed to start because of insufficient free IP addresses in the subnetwork {link}"
        " when attempting to create an address in the subnetwork. Please consider moving to a subnetwork with more"
        " available IP addresses."
    )


def release(world: World, user: str, seconds: float) -> None:
    """The user is gone: after `seconds` others may have its addresses, and later they leave the subnet."""
    known = world.store.look("compute/projects/-/regions/-", "addresses")
    held = [key for key, body in known if body.get("purpose") == "SERVERLESS" and user in body["users"]]
    _leave(world, held, user, seconds)


def _leave(world: World, keys: list[str], user: str, seconds: float) -> None:
    now = world.clock.now()
    due = now + world.scenario.timing.get(RELEASE, RELEASE_SECONDS)
    leaving = {pending.arguments["key"] for pending in _leavings(world) if pending.arguments["user"] == user}
    for key in keys:
        if key not in leaving:
            arguments = {"key": key, "user": user, "idle": now + world.clock.operation_seconds(seconds)}
            world.pending.append(Pending(f"run/releases/{key.rsplit('/', 1)[-1]}", RELEASE, due, arguments))


def _leavings(world: World) -> list[Pending]:
    return [pending for pending in world.pending if pending.method == RELEASE]


@completes(RELEASE)
def released(world: World, arguments: Body) -> None:
    """One user of a block is forgotten; with the last of them the block goes."""
    body = world.store.get(arguments["key"])
    users = [user for user in body["users"] if user != arguments["user"]] if body else []
    if body and users:
        world.store.put(arguments["key"], {**body, "users": users})
    else:
        world.store.delete(arguments["key"])


def _keep(world: World, keys: list[str], user: str) -> None:
    """These blocks are used again by their user: they do not leave."""
    world.pending[:] = [
        p for p in world.pending if p.method != RELEASE or p.arguments["key"] not in keys or p.arguments["user"] != user
    ]


def _take_over(world: World, key: str, body: Body, user: str) -> None:
    """A block that nobody uses any more has a new user alone."""
    world.pending[:] = [p for p in world.pending if p.method != RELEASE or p.arguments["key"] != key]
    world.store.put(key, {**body, "users": [user]})


def _active(world: World, key: str, body: Body) -> list[str]:
    """The users of a block whose addresses nobody else may have yet."""
    now = world.clock.now()
    gone = {p.arguments["user"] for p in _leavings(world) if p.arguments["key"] == key and p.arguments["idle"] <= now}
    return [user for user in body["users"] if user not in gone]


def _held(world: World, subnet: str) -> dict[str, Body]:
    """The blocks of a subnet by their keys."""
    place, path = subnet.split("/subnetworks/")[0], subnet.removeprefix("compute/")
    return {
        key: body
        for key, body in world.store.children(place, "addresses")
        if body.get("purpose") == "SERVERLESS" and link_path(str(body["subnetwork"])) == path
    }


def _free(world: World, key: str, held: dict[str, Body]) -> list[ipaddress.IPv4Network]:
    """Aligned blocks of the primary range that hold no machine and no other address; the lowest first.

    The scenario's `used` addresses are at the low end.
    """
    subnet = world.store.get(key) or {}
    whole = ipaddress.IPv4Network(subnet["ipCidrRange"])
    used = next((s.used for s in world.scenario.subnets if s.name == subnet["name"]), 0)
    taken = {ipaddress.IPv4Address(body["address"]) for body in held.values()}
    for body in world.store.view().values():
        if body.get("networkInterfaces"):
            taken |= {ipaddress.IPv4Address(i["networkIP"]) for i in body["networkInterfaces"] if i.get("networkIP")}
    inside = [address for address in taken if address in whole]
    blocks = list(whole.subnets(new_prefix=BLOCK_PREFIX))[-(-used // BLOCK) :]
    return [block for block in blocks if not any(address in block for address in inside)]


def _take(world: World, key: str, block: ipaddress.IPv4Network, user: str) -> None:
    subnet = world.store.get(key) or {}
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
