"""Which of the subnets that exist could be used, and why the others cannot: judged as the planner judges them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from msgspec import Struct

from wizard.guide.ground import DIRECT, Ground
from wizard.network.address_budget import OtherUser, budget, longest_prefix, usable
from wizard.network.intervals import parse_found
from wizard.records import Subnet


class SubnetChoice(Struct, frozen=True, kw_only=True):
    """A subnet of this network and region. `room` is in words; `refused` says why it cannot be used, empty: it can.

    `kind` is a short word for the reason, the same for all that are refused alike. `addresses` are its free ones,
    or, when they are not reported, all that it can give out.
    """

    name: str
    range: str
    room: str
    addresses: int
    kind: str = ""
    refused: str = ""


Judge = Callable[[Subnet], tuple[str, str]]
"""Kind and reason of a refusal; both empty for a subnet that can be used."""


def existing_subnets(ground: Ground) -> tuple[SubnetChoice, ...]:
    """Every subnet here: those that can be used first, the roomiest at the top. Near-linear in what exists."""
    here = (s for s in ground.inventory.subnets if (s.network, s.region) == (ground.network.name, ground.region))
    judge = _for_direct(ground) if ground.path == DIRECT else _for_connector(ground)
    return tuple(sorted((_choice(s, judge) for s in here), key=lambda c: (bool(c.refused), -c.addresses, c.name)))


def summary(refused: Iterable[SubnetChoice]) -> str:
    """`4,970 not a /28, 3 in use by a connector`: how many are refused for what."""
    counts: dict[str, int] = defaultdict(int)
    for choice in refused:
        counts[choice.kind] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count:,} {kind}" for kind, count in ordered)


def prefix_of(subnet: Subnet) -> int:
    """The length of its primary range; 32 for one that has none (IPv6 only)."""
    found = parse_found(subnet.range)
    return 32 if found is None else 32 - (found[1] - found[0]).bit_length()


def _choice(subnet: Subnet, judge: Judge) -> SubnetChoice:
    other = ("for another purpose", f"its purpose is {subnet.purpose}, not PRIVATE")
    kind, refused = judge(subnet) if subnet.purpose == "PRIVATE" else other
    all_ = usable(prefix_of(subnet))
    free = all_ if subnet.free is None else subnet.free
    return SubnetChoice(
        name=subnet.name,
        range=subnet.range,
        room=f"{all_:,} addresses" if subnet.free is None else f"{free:,} of {all_:,} addresses free",
        addresses=free,
        kind=kind,
        refused=refused,
    )


def _for_connector(ground: Ground) -> Judge:
    """A connector needs exactly its prefix length, for itself alone (facts: 1.4)."""
    users = {c.subnet: c.name for c in ground.inventory.connectors if c.subnet and c.region == ground.region}
    machines = {m.subnet: m.name for m in ground.inventory.instances if m.network == ground.network.name}

    def judge(subnet: Subnet) -> tuple[str, str]:
        if prefix_of(subnet) != ground.prefix:
            return f"not a /{ground.prefix}", f"a connector needs exactly a /{ground.prefix}"
        if subnet.name in users:
            return "in use by a connector", f"connector {users[subnet.name]} already uses it"
        if subnet.name in machines:
            return "with VMs in them", f"VM {machines[subnet.name]} is in it; a connector needs it for itself"
        return "", ""

    return judge


def _for_direct(ground: Ground) -> Judge:
    """Large enough, and with room for both revisions and the live test. Equal subnets are reckoned once."""
    others = other_users(ground)
    known: dict[tuple[int, int | None, tuple[OtherUser, ...]], tuple[str, str]] = {}

    def judge(subnet: Subnet) -> tuple[str, str]:
        prefix = prefix_of(subnet)
        if prefix > longest_prefix():
            return "too small", f"too small; it must be a /{longest_prefix()} or larger"
        case = (prefix, subnet.free, others.get(subnet.name, ()) if subnet.free is None else ())
        if case not in known:
            known[case] = _room(ground, *case)
        return known[case]

    return judge


def _room(ground: Ground, prefix: int, free: int | None, others: tuple[OtherUser, ...]) -> tuple[str, str]:
    found = budget(ground.instances, prefix=prefix, free=free, probe_tasks=ground.tasks, others=others)
    if found.fits:
        return "", ""
    safe = found.largest_safe_max_instances
    words = f"enough for at most {safe} instances" if safe else "no room for even one instance"
    return "without room", f"{found.needed:,} addresses are needed at worst: {words}"


def other_users(ground: Ground) -> dict[str, tuple[OtherUser, ...]]:
    """Other services of the region by the subnet that they take addresses of."""
    found: dict[str, tuple[OtherUser, ...]] = defaultdict(tuple)
    for service in ground.inventory.services:
        subnet = service.vpc.subnet.rsplit("/", 1)[-1]
        if subnet and service.name != ground.answers.service:
            found[subnet] += (OtherUser(name=f"service {service.name}", instances=service.max_instances),)
    return found
