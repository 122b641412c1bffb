"""How Direct VPC egress uses up its subnet: the budget as parts of a bar, and how far each subnet size goes."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from wizard.errors import InputError
from wizard.guide.existing_subnets import other_users, prefix_of
from wizard.guide.ground import Ground
from wizard.network.address_budget import OtherUser, budget, longest_prefix, usable
from wizard.network.intervals import parse

_LADDER = 5


class Use(StrEnum):
    """What addresses are used for; the values are words for a legend."""

    NOW = "in use now"
    OTHERS = "other services"
    OLD = "old revision"
    NEW = "new revision"
    TEST = "live test"
    FREE = "free"


class Part(Struct, frozen=True):
    """A piece of the bar and its number of addresses."""

    use: Use
    addresses: int


class Rung(Struct, frozen=True, kw_only=True):
    """A subnet size: its addresses, the largest maximum of instances that is safe there, and whether it is the one."""

    prefix: int
    usable: int
    instances: int
    here: bool


class AddressUse(Struct, frozen=True, kw_only=True):
    """The subnet (`name` empty: a new one) and its worst moment. `usable` addresses against `needed` ones of `parts`.

    `largest` is the largest safe maximum of instances here, `instances` that of the service now, `fits` whether both
    revisions and the live test have room. `ladder` tells the same of other subnet sizes.
    """

    name: str
    range: str
    usable: int
    needed: int
    parts: tuple[Part, ...]
    fits: bool
    instances: int
    largest: int
    ladder: tuple[Rung, ...]
    basis: str


def address_use(ground: Ground, range_: str) -> AddressUse:
    """The use of the answered subnet, or of a new one on `range_` (CIDR; empty: the smallest that fits)."""
    name, prefix, free, others = _subnet(ground, range_)
    found = budget(ground.instances, prefix=prefix, free=free, probe_tasks=ground.tasks, others=others)
    return AddressUse(
        name=name,
        range=_range(ground, name) if name else range_,
        usable=found.usable,
        needed=found.needed,
        parts=_parts(ground, found.usable, free, others),
        fits=found.fits,
        instances=ground.instances,
        largest=found.largest_safe_max_instances,
        ladder=_ladder(ground, prefix),
        basis=found.basis,
    )


def cells(parts: tuple[Part, ...], width: int) -> tuple[int, ...]:
    """How many of `width` cells each part gets: in proportion, at least one, and all of them together `width`."""
    whole = sum(part.addresses for part in parts)
    if not whole or width < len(parts):
        return tuple(1 for _ in parts)
    found = [max(1, part.addresses * width // whole) for part in parts]
    while sum(found) != width:
        step = 1 if sum(found) < width else -1
        # The part that is furthest from its exact share gives or takes a cell.
        exact = [part.addresses * width / whole for part in parts]
        order = [n for n in range(len(parts)) if step > 0 or found[n] > 1]
        found[max(order, key=lambda n: step * (exact[n] - found[n]))] += step
    return tuple(found)


def _subnet(ground: Ground, range_: str) -> tuple[str, int, int | None, tuple[OtherUser, ...]]:
    wanted = ground.answers.subnet
    place = (wanted, ground.region, ground.network.name)
    subnet = next((s for s in ground.inventory.subnets if (s.name, s.region, s.network) == place), None)
    if subnet is not None:
        others = other_users(ground).get(subnet.name, ()) if subnet.free is None else ()
        return subnet.name, prefix_of(subnet), subnet.free, others
    try:
        first, last = parse(range_) if range_ else (0, -1)
    except InputError:
        first, last = 0, -1
    prefix = 33 - (last - first + 1).bit_length() if last >= first else ground.prefix
    return "", prefix, None, ()


def _range(ground: Ground, name: str) -> str:
    return next((s.range for s in ground.inventory.subnets if (s.name, s.region) == (name, ground.region)), "")


def _parts(ground: Ground, room: int, free: int | None, others: tuple[OtherUser, ...]) -> tuple[Part, ...]:
    """From left to right. With the free addresses reported, everything that runs now is `in use now`."""
    now = 0 if free is None else max(0, room - free)
    one = budget(ground.instances, rollout=False).needed
    both = budget(ground.instances).needed
    parts = [
        Part(Use.NOW, now),
        Part(Use.OTHERS, budget(0, others=others).needed),
        Part(Use.OLD, both - one),
        Part(Use.NEW, one),
        Part(Use.TEST, budget(0, probe_tasks=ground.tasks).needed),
    ]
    parts.append(Part(Use.FREE, max(0, room - sum(part.addresses for part in parts))))
    return tuple(part for part in parts if part.addresses)


def _ladder(ground: Ground, here: int) -> tuple[Rung, ...]:
    usual = range(longest_prefix() - _LADDER + 1, longest_prefix() + 1)
    prefixes = sorted({*usual, here} if here <= longest_prefix() else set(usual))
    found = []
    for prefix in reversed(prefixes):
        safe = budget(ground.instances, prefix=prefix, probe_tasks=ground.tasks).largest_safe_max_instances
        found.append(Rung(prefix=prefix, usable=usable(prefix), instances=safe, here=prefix == here))
    return tuple(found)
