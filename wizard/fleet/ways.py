"""Every target of every service, traced from where its packets start now and from where they will start."""

from __future__ import annotations

from msgspec import Struct, structs

from wizard.fleet.ground import Ground
from wizard.fleet.model import Move
from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import ABORT, FROM_JOB, FROM_REVISION, Origin, Trace
from wizard.probe.targets import parse
from wizard.trace.facts import topology_of
from wizard.trace.goals import goal_of
from wizard.trace.origins import origin_of, with_access


class Way(Struct, frozen=True, kw_only=True):
    """One target (URL) of one group: what becomes of its packets now, and what will."""

    group: str
    target: str
    before: Trace
    after: Trace

    @property
    def lost(self) -> bool:
        """Reached now, or only kept from it by a way in that is broken or not to be seen, and then not reached."""
        unknown = self.before.verdict == ABORT or self.before.origin.broken is not None
        return (self.before.delivered or unknown) and not self.after.delivered

    @property
    def closed(self) -> bool:
        """Not reached now, and not then."""
        return not self.lost and not self.after.delivered


class Ways:
    """Traces with a memory: senders that differ in their names alone have the same way."""

    def __init__(self, inventory: Inventory, topology: Topology | None = None) -> None:
        self.inventory = inventory
        self.topology = topology or topology_of(inventory)
        self._known: dict[tuple[Origin, str], Trace] = {}

    def trace(self, origin: Origin, url: str) -> Trace:
        """What becomes of a packet from this sender to the target."""
        bare = structs.replace(origin, resource="it", start=FROM_REVISION, service_account="")
        key = (bare, url)
        if key not in self._known:
            goal = goal_of(self.inventory, bare, parse(url))
            self._known[key] = trace(self.topology, bare, goal)
        return self._known[key]


def ways_of(now: Ways, then: Ways, ground: Ground, moves: tuple[Move, ...]) -> list[Way]:
    """All of them, in the order of the moves."""
    found = []
    for move in moves:
        before, after = origins(now.inventory, then.inventory, ground, move)
        for url in move.targets:
            way = Way(group=move.group, target=url, before=now.trace(before, url), after=then.trace(after, url))
            found.append(way)
    return found


def origins(now: Inventory, then: Inventory, ground: Ground, move: Move) -> tuple[Origin, Origin]:
    """The sender as it is and as it will be."""
    subject = move.service or move.job
    if subject is None:
        raise ValueError(f"{move.group} is neither a service nor a job")
    start = FROM_JOB if move.job is not None else FROM_REVISION
    bare = Origin(resource=move.group, start=start, region=subject.region)
    return origin_of(now, subject), with_access(then, bare, ground.vpc_of(move))
