"""The instances of revisions: how many run, how busy they are, and from when the network of each works.

They are no resources and are kept in memory only: after a restart of the server every instance is cold. One takes
`maxInstanceRequestConcurrency` requests at a time; more requests start more, up to `maxInstanceCount`. Whatever has
nothing to do for a while stops (ours: 15 minutes, not in the facts), except `minInstanceCount`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.sandbox.api import Body

if TYPE_CHECKING:
    from wizard.sandbox.world import World

DIRECT_START_SECONDS = 40.0
"""Until a fresh instance with Direct VPC egress has its network: a minute or more is documented, 20 to 80 s seen."""

IDLE_SECONDS = 900.0
ADDRESSES = 2
"""Per instance of a service with Direct VPC egress, about (facts: 2.2)."""

CONCURRENCY, MOST = 80, 100
"""What a revision has unless it says otherwise."""


@dataclass
class Instance:
    """One instance. Times are simulated."""

    name: str
    network_at: float
    used: float
    busy: int = 0


@dataclass
class Instances:
    """Those of every revision, by its full name; `draw` decides which revision gets a request."""

    running: dict[str, list[Instance]] = field(default_factory=dict)
    draw: random.Random = field(default_factory=lambda: random.Random(7))
    started: int = 0

    def start(self, network_at: float, now: float) -> Instance:
        """A new instance with a name of its own."""
        self.started += 1
        return Instance(f"{self.started:06d}", network_at, now)


def start_seconds(world: World, template: Body) -> float:
    """Simulated seconds that a fresh instance waits for its network: none at the instant pace."""
    direct = (template.get("vpcAccess") or {}).get("networkInterfaces")
    return world.seconds("direct.start", DIRECT_START_SECONDS) if direct else 0.0


def least(revision: Body) -> int:
    """Instances that run whether there is something to do or not."""
    return int((revision.get("scaling") or {}).get("minInstanceCount") or 0)


def addresses(world: World, revision: Body) -> int:
    """Addresses that a revision with Direct VPC egress holds: for the instances it has, and for one at least."""
    return ADDRESSES * max(1, least(revision), len(of(world, revision)))


def of(world: World, revision: Body) -> list[Instance]:
    """The instances of a revision; those that have been idle for too long have stopped."""
    running = world.instances.running.get(revision["name"], [])
    now, keep = world.clock.now(), least(revision)
    idle = [one for one in running if not one.busy and now - one.used > IDLE_SECONDS]
    for one in idle[: max(0, len(running) - keep)]:
        running.remove(one)
    return running


def warm(world: World, revision: Body) -> None:
    """A deployment leaves an instance whose network works, and as many more as shall always run."""
    now = world.clock.now()
    count = max(1, least(revision))
    world.instances.running[revision["name"]] = [world.instances.start(now, now) for _ in range(count)]


def free(world: World, revision: Body) -> Instance | None:
    """An instance that can take one more request, the longest-running first."""
    most = int(revision.get("maxInstanceRequestConcurrency") or CONCURRENCY)
    return next((one for one in of(world, revision) if one.busy < most), None)


def may_grow(world: World, revision: Body) -> bool:
    """Whether one more instance is allowed."""
    return len(of(world, revision)) < int((revision.get("scaling") or {}).get("maxInstanceCount") or MOST)


def grow(world: World, revision: Body) -> Instance:
    """Start one more instance."""
    now = world.clock.now()
    one = world.instances.start(now + start_seconds(world, revision), now)
    world.instances.running.setdefault(revision["name"], []).append(one)
    return one


def forget(world: World, revision: str) -> None:
    """The revision is gone, or nothing is sent to it any more."""
    world.instances.running.pop(revision, None)
