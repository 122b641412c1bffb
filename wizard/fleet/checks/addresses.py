"""Whether the subnet has room: for everything that moves at its maximum, for its neighbours, and for the live tests."""

from __future__ import annotations

from msgspec import Struct

from wizard.fleet.demand import Demand, counted, demand_of, needed
from wizard.fleet.draft import MigrationDraft, names
from wizard.fleet.ground import Ground
from wizard.fleet.model import Move
from wizard.fleet.room import Room, in_subnet, prefix_of, room_of
from wizard.network.address_budget import OtherUser
from wizard.network.limits import limits
from wizard.records import Subnet


class Budget(Struct, frozen=True, kw_only=True):
    """For the rollout: extra addresses of each group while it moves, and how many there are for all (0: any)."""

    weights: dict[str, int] = {}
    room: int = 0


def check_addresses(draft: MigrationDraft, ground: Ground, moves: tuple[Move, ...]) -> Budget:
    """Hold back what is too large alone, block when all together do not fit, and say how many may move at once."""
    if ground.subnet is None:
        return Budget()
    _check_quota(draft, moves)
    room = room_of(draft, ground.subnet, moves)
    demands = [demand_of(draft, move, _already(draft, move, ground.subnet)) for move in moves]
    alone = [one for one in demands if one.stays + one.moving > room.left]
    if alone:
        _hold_back(draft, room, alone)
    return _together(draft, room, [one for one in demands if one.stays + one.moving <= room.left])


def _already(draft: MigrationDraft, move: Move, subnet: Subnet) -> int:
    """Revisions that get requests and are in the subnet: they keep their addresses beside the new one."""
    if move.service is None:
        return 0
    reached = {t.revision or move.service.latest_ready for t in move.service.traffic if t.percent or t.tag}
    there = (r.name for r in draft.revisions_of(move.service.name) if in_subnet(r.vpc, subnet))
    return len(reached.intersection(there))


def _hold_back(draft: MigrationDraft, room: Room, alone: list[Demand]) -> None:
    each = ", ".join(f"{one.name} ({one.stays + one.moving})" for one in alone)
    draft.hold_back(
        "subnet_full",
        [one.name for one in alone],
        f"{room.words}; more are needed at worst for each of: {each}",
        f"a larger --subnet, none for a new one, or at most {_largest(room.left, alone[:1])} max instances;"
        f" or {_expand(draft, room, alone[:1])}",
    )


def _together(draft: MigrationDraft, room: Room, demands: list[Demand]) -> Budget:
    stays = sum(one.stays for one in demands)
    most = max((one.moving for one in demands), default=0)
    spare = room.left - stays
    if not demands:
        return Budget()
    if spare < most:
        draft.block(
            "subnet_full",
            f"{room.words}; at worst {_words(demands)} need {stays + most}",
            "a larger --subnet, none for a new one, or lower maxima:"
            f" at most {_largest(room.left, demands)} max instances for each;"
            f" or {_expand(draft, room, demands)}",
        )
        return Budget()
    message = f"{room.words}; at worst {_words(demands)} take {stays}, each one's live test up to {most} more"
    if any(one.instances for one in demands):
        message += f"; up to {_largest(room.left, demands)} max instances for each service are safe"
    draft.info("address_budget", message)
    _check_tight(draft, room, demands, spare)
    return Budget(weights={one.name: one.moving for one in demands if one.moving}, room=spare if most else 0)


def _check_tight(draft: MigrationDraft, room: Room, demands: list[Demand], spare: int) -> None:
    """Addresses are taken in blocks of 16, and a later deploy runs beside the earlier one (facts: 2.2)."""
    whole = counted((*(one.user for one in demands), *room.siblings), prefix=prefix_of(room.subnet))
    largest = max(demands, key=lambda one: one.stays)
    reasons = []
    if not whole.fits:
        reasons.append("addresses are taken in blocks of 16")
    if spare < largest.stays:
        reasons.append(f"a later deploy of {largest.name} takes {largest.stays} more for up to 20 minutes")
    if reasons:
        message = f"subnet {room.subnet.name} is tight when all run at their maximum: {'; '.join(reasons)}"
        draft.warn("subnet_tight", message, f"lower max instances; or {_expand(draft, room, demands)}")


def _expand(draft: MigrationDraft, room: Room, demands: list[Demand]) -> str:
    """A range can be made larger, never smaller (facts: 7.1); this one would hold all, and the largest one twice."""
    largest = max(demands, key=lambda one: one.stays)
    probes = OtherUser(name="", tasks=sum(one.moving for one in demands))
    everything = (*(one.user for one in demands), *room.siblings, largest.user, probes)
    prefix = min(counted(everything).smallest_prefix, prefix_of(room.subnet) - 1)
    where = f"--project={draft.fleet.project} --region={room.subnet.region} --prefix-length={prefix}"
    return f"gcloud compute networks subnets expand-ip-range {room.subnet.name} {where}"


def _check_quota(draft: MigrationDraft, moves: tuple[Move, ...]) -> None:
    most = limits().direct.instances
    over = [m.group for m in moves if m.service is not None and m.service.max_instances > most]
    if over:
        draft.warn(
            "quota",
            f"max instances above {most}, which Direct VPC egress may have per revision unless raised: {names(over)}",
            "look at the quota of the project first; a secondary source names that number",
        )


def _words(demands: list[Demand]) -> str:
    services = sum(1 for one in demands if one.instances)
    jobs = sum(1 for one in demands if one.tasks)
    found = [f"{services} service(s)"] * bool(services) + [f"{jobs} job(s)"] * bool(jobs)
    return " and ".join(found)


def _largest(left: int, demands: list[Demand]) -> int:
    """The most instances that each of the services may have alike."""
    services = [one for one in demands if one.instances]
    others = sum(one.stays for one in demands if not one.instances)
    most = max((one.moving for one in demands), default=0)
    each = needed((OtherUser(name="", instances=1),))
    return max(0, left - others - most) // (each * len(services)) if services else 0
