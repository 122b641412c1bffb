"""How large a subnet must be for Direct VPC egress, and how many instances one can bear (facts: 2.2).

Every user of the subnet counts: the service with its old and its new revision during a rollout, the tasks of a probe,
other services and jobs. Addresses are taken in blocks; each revision or execution has blocks of its own.
"""

from __future__ import annotations

from functools import cache
from itertools import count

from msgspec import Struct

from wizard.errors import InputError
from wizard.network.data import load


class _Rules(Struct, frozen=True):
    date: str
    source: str
    block: int
    per_instance: int
    per_task: int
    revisions_in_rollout: int
    kept_minutes_service: int
    kept_minutes_job: int
    held_hours_min: int
    held_hours_max: int
    reserved: int
    longest_prefix: int
    shortest_prefix: int


class OtherUser(Struct, frozen=True, kw_only=True):
    """Another service (`instances`: its maximum) or job (`tasks` that run at once) on the same subnet."""

    name: str
    instances: int = 0
    tasks: int = 0


class Line(Struct, frozen=True):
    """One entry of the budget: what for, and how many addresses in how many blocks."""

    what: str
    addresses: int
    blocks: int


class AddressBudget(Struct, frozen=True, kw_only=True):
    """Addresses needed at the worst moment against those there are.

    `usable` is what the subnet holds without reserved addresses (0 when no subnet was given), `free` what is left of it
    now (None when not known). `largest_safe_max_instances` is for the subnet given, or else for the smallest that fits.
    """

    needed: int
    needed_blocks: int
    usable: int
    free: int | None
    fits: bool
    smallest_prefix: int
    largest_safe_max_instances: int
    lines: tuple[Line, ...]
    basis: str

    @property
    def explanation(self) -> str:
        """The lines as one sentence part: `200 addresses for …, 3 for …`."""
        return ", ".join(f"{line.addresses} addresses for {line.what}" for line in self.lines)


@cache
def _rules() -> _Rules:
    return load("wizard.network", "address_budget.toml", _Rules)


def held_hours() -> tuple[int, int]:
    """Hours, least and most, until a subnet that Direct VPC egress used can be deleted (facts: trap 12)."""
    return _rules().held_hours_min, _rules().held_hours_max


def longest_prefix() -> int:
    """The longest prefix length (smallest subnet) that Direct VPC egress accepts."""
    return _rules().longest_prefix


def usable(prefix: int) -> int:
    """Addresses of a subnet's primary range that can be given out."""
    return max(0, (1 << (32 - prefix)) - _rules().reserved)


def budget(
    max_instances: int,
    *,
    prefix: int | None = None,
    free: int | None = None,
    probe_tasks: int = 0,
    others: tuple[OtherUser, ...] = (),
    rollout: bool = True,
) -> AddressBudget:
    """The budget of a service with `max_instances` (per revision) on a subnet of length `prefix`, if one is chosen.

    `free` is the subnet's number of free addresses as reported; what `others` already hold is then not in it, so pass
    only those that are yet to start. `rollout` False is for jobs and for what is replaced while it stands still. Raises
    InputError when a count is below zero, or when no subnet could ever be large enough.
    """
    if max_instances < 0 or probe_tasks < 0:
        raise InputError("instances and tasks cannot be negative", field="max_instances", fix="for example 20")
    lines = _lines(max_instances, probe_tasks, others, rollout)
    smallest = _smallest_prefix(lines)
    given = smallest if prefix is None else prefix
    return AddressBudget(
        needed=sum(line.addresses for line in lines),
        needed_blocks=sum(line.blocks for line in lines),
        usable=0 if prefix is None else usable(prefix),
        free=free,
        fits=prefix is None or _fits(lines, prefix, free),
        smallest_prefix=smallest,
        largest_safe_max_instances=_largest_safe(given, free, probe_tasks, others, rollout),
        lines=lines,
        basis=f"{_rules().source}, {_rules().date}",
    )


def _lines(max_instances: int, probe_tasks: int, others: tuple[OtherUser, ...], rollout: bool) -> tuple[Line, ...]:
    rules = _rules()
    found: list[Line] = []
    if max_instances:
        each = max_instances * rules.per_instance
        revisions = rules.revisions_in_rollout if rollout else 1
        rolling = f"an old and a new revision of {max_instances} instances each"
        what = rolling if rollout else f"{max_instances} instances"
        found.append(Line(what, each * revisions, _blocks(each) * revisions))
    if probe_tasks:
        addresses = probe_tasks * rules.per_task
        kept = f"kept for {rules.kept_minutes_job} minutes after each"
        found.append(Line(f"{probe_tasks} probe tasks, {kept}", addresses, _blocks(addresses)))
    for other in others:
        addresses = other.instances * rules.per_instance + other.tasks * rules.per_task
        found.append(Line(other.name, addresses, _blocks(addresses)))
    return tuple(found)


def _blocks(addresses: int) -> int:
    return -(-addresses // _rules().block)


def _fits(lines: tuple[Line, ...], prefix: int, free: int | None = None) -> bool:
    """Large enough in addresses and in blocks; the blocks at both ends count although they hold reserved addresses."""
    room = usable(prefix) if free is None else min(free, usable(prefix))
    blocks = (1 << (32 - prefix)) // _rules().block if free is None else _blocks(room)
    enough = sum(line.addresses for line in lines) <= room and sum(line.blocks for line in lines) <= blocks
    return enough and prefix <= _rules().longest_prefix


def _smallest_prefix(lines: tuple[Line, ...]) -> int:
    for prefix in range(_rules().longest_prefix, _rules().shortest_prefix - 1, -1):
        if _fits(lines, prefix):
            return prefix
    raise InputError("no subnet is large enough for that", field="max_instances", fix="for example 100")


def _largest_safe(prefix: int, free: int | None, probe_tasks: int, others: tuple[OtherUser, ...], rollout: bool) -> int:
    """Bisection: whether it fits only goes from yes to no as the instances grow."""

    def fits(instances: int) -> bool:
        return _fits(_lines(instances, probe_tasks, others, rollout), prefix, free)

    if not fits(1):
        return 0
    high = next(1 << bits for bits in count(1) if not fits(1 << bits))
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
