"""The room that a subnet has for what moves there: without its neighbours at their maximum, and what else is in it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wizard.fleet.demand import at_once, needed
from wizard.fleet.draft import MigrationDraft
from wizard.fleet.model import Move
from wizard.network.address_budget import OtherUser, usable
from wizard.records import Subnet, VpcAccess


class Room(Struct, frozen=True, kw_only=True):
    """The addresses of a subnet that moves may take: `whole` are those it can give out at all, `left` those for us."""

    subnet: Subnet
    whole: int
    left: int
    siblings: tuple[OtherUser, ...]

    @property
    def words(self) -> str:
        """The subnet, and what is left of it."""
        return f"subnet {self.subnet.name} ({self.subnet.range}) has {self.left} addresses for these users"


def room_of(draft: MigrationDraft, subnet: Subnet, moves: Iterable[Move]) -> Room:
    """What neighbours leave with all their instances running, and never more than what is free now."""
    whole = usable(prefix_of(subnet))
    siblings = _siblings(draft, subnet, {move.group for move in moves})
    left = whole - _fixed(draft, subnet) - needed(siblings)
    if subnet.free is not None:
        left = min(left, subnet.free)
    return Room(subnet=subnet, whole=whole, left=max(0, left), siblings=siblings)


def in_subnet(vpc: VpcAccess, subnet: Subnet) -> bool:
    """Whether these settings lead into this subnet; a network alone means the subnet of its name (facts: 2.1)."""
    return vpc.kind == "direct" and (vpc.subnet or vpc.network).rsplit("/", 1)[-1] == subnet.name


def _siblings(draft: MigrationDraft, subnet: Subnet, moving: set[str]) -> tuple[OtherUser, ...]:
    """Services and jobs that are in the subnet already, and are not among those that move."""
    world = draft.fleet.inventory
    services = [s for s in world.services if s.name not in moving and in_subnet(s.vpc, subnet)]
    jobs = [j for j in world.jobs if f"job:{j.name}" not in moving and in_subnet(j.vpc, subnet)]
    found = [OtherUser(name=s.name, instances=s.max_instances) for s in services]
    return (*found, *(OtherUser(name=f"job:{j.name}", tasks=at_once(j)) for j in jobs))


def _fixed(draft: MigrationDraft, subnet: Subnet) -> int:
    """Addresses that VMs and reservations hold; those of Cloud Run itself are counted with its services."""
    world = draft.fleet.inventory
    held = {i.address for i in world.instances if (i.subnet, i.network) == (subnet.name, subnet.network)}
    reserved = (a for a in world.addresses if (a.subnet, a.region) == (subnet.name, subnet.region))
    return len(held | {a.range for a in reserved if a.purpose != "SERVERLESS"})


def prefix_of(subnet: Subnet) -> int:
    """The prefix length of its primary range, which is an IPv4 one."""
    return int(subnet.range.rsplit("/", 1)[-1])
