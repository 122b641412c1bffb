"""Which address Compute Engine gives when the request names none: the first that is free (the order is ours)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.entry import link_path
from wizard.sandbox.services.compute_common import invalid
from wizard.sandbox.services.compute_ranges import AUTO_BLOCK, ranges_in_use
from wizard.sandbox.world import World

PRIVATE_BLOCKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
PUBLIC_BLOCK = "203.0.113.0/24"
"""Documentation addresses (RFC 5737), so that no external address of the sandbox belongs to anybody."""

Block = ipaddress.IPv4Network


def range_for_peering(world: World, network: str, prefix: int) -> str:
    """The first address of a free range of this length in a network. Raises ApiError(400)."""
    taken = sorted(_merged(world, network), key=lambda block: block.network_address)
    size = 1 << (32 - prefix)
    for text in PRIVATE_BLOCKS:
        whole = Block(text)
        start = int(whole.network_address)
        for block in taken:
            if int(block.broadcast_address) >= start and int(block.network_address) < start + size:
                start = -(-(int(block.broadcast_address) + 1) // size) * size
        if start + size - 1 <= int(whole.broadcast_address):
            return str(ipaddress.IPv4Address(start))
    raise ApiError(400, f"No free range with prefix length {prefix} is left in the network.", reason="invalid")


def _merged(world: World, network: str) -> Iterator[Block]:
    """What is taken, without overlaps; the whole block of auto-mode networks counts, for regions to come."""
    taken = [Block(text, strict=False) for text, _ in ranges_in_use(world, network)]
    if (world.store.get(f"compute/{network}") or {}).get("autoCreateSubnetworks"):
        taken.append(Block(AUTO_BLOCK))
    return ipaddress.collapse_addresses(taken)


def check_peering_range(world: World, network: str, address: str, prefix: int) -> None:
    """The range that a request names is well formed and free. Raises ApiError(400)."""
    try:
        wanted = Block(f"{address}/{prefix}")
    except ValueError as error:
        raise invalid("address", address, f"Must be the first address of a range of length /{prefix}.") from error
    for text, words in ranges_in_use(world, network):
        if wanted.overlaps(Block(text, strict=False)):
            raise invalid("address", f"{address}/{prefix}", f"The range conflicts with existing {words}.")


def in_subnet(world: World, path: str, address: str) -> str:
    """The address itself if it is free in the subnetwork, or without one the first that is. Raises ApiError(400)."""
    whole = Block((world.store.get(f"compute/{path}") or {})["ipCidrRange"])
    taken = set(_taken(world, path))
    usable = range(int(whole.network_address) + 2, int(whole.broadcast_address) - 1)
    if not address:
        free = next((one for one in usable if one not in taken), None)
        if free is None:
            raise ApiError(400, f"No free address is left in the subnetwork '{path}'.", reason="invalid")
        return str(ipaddress.IPv4Address(free))
    try:
        number = int(ipaddress.IPv4Address(address))
    except ValueError as error:
        raise invalid("address", address, "Must be a valid IPv4 address.") from error
    if number not in usable:
        raise invalid("address", address, f"Must be an unreserved address of the subnetwork's range {whole}.")
    if number in taken:
        raise invalid("address", address, "The address is already in use.")
    return address


def _taken(world: World, path: str) -> Iterator[int]:
    project = path.split("/")[1]
    for _, address in world.store.look(f"compute/{path.split('/subnetworks/')[0]}", "addresses"):
        if link_path(str(address.get("subnetwork", ""))) == path:
            block = Block(f"{address['address']}/{address.get('prefixLength') or 32}", strict=False)
            yield from range(int(block.network_address), int(block.broadcast_address) + 1)
    for _, machine in world.store.look(f"compute/projects/{project}/zones/-", "instances"):
        for interface in machine.get("networkInterfaces") or []:
            if link_path(str(interface.get("subnetwork", ""))) == path and interface.get("networkIP"):
                yield int(ipaddress.IPv4Address(interface["networkIP"]))


def public(world: World) -> str:
    """An external address that nobody in the sandbox has."""
    taken = {str(body.get("address")) for body in _addresses(world)}
    return next(str(one) for one in Block(PUBLIC_BLOCK).hosts() if str(one) not in taken)


def _addresses(world: World) -> Iterator[Body]:
    for place in ("global", "regions/-"):
        yield from (body for _, body in world.store.look(f"compute/projects/-/{place}", "addresses"))
