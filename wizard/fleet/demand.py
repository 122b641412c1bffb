"""How many addresses of the new subnet each service and job takes: for good, and on top of that while it moves."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wizard.errors import InputError
from wizard.fleet.draft import MigrationDraft
from wizard.fleet.model import Move
from wizard.network.address_budget import AddressBudget, OtherUser, budget
from wizard.records import Job, Service


class Demand(Struct, frozen=True, kw_only=True):
    """Of one user: `stays` with all its instances or tasks running, `probes` as fresh instances of its live test.

    `again` is what its revisions that are in that subnet already hold beside the new one.
    """

    name: str
    instances: int = 0
    tasks: int = 0
    stays: int = 0
    probes: int = 0
    again: int = 0

    @property
    def moving(self) -> int:
        """What it takes while it moves, beyond what it will hold for good."""
        return self.probes + self.again

    @property
    def user(self) -> OtherUser:
        """In the words of the address budget."""
        return OtherUser(name=self.name, instances=self.instances, tasks=self.tasks)


def demand_of(draft: MigrationDraft, move: Move, older: int = 0) -> Demand:
    """The demand of a move; `older` revisions of it are in the subnet already."""
    instances = move.service.max_instances if move.service is not None else 0
    tasks = at_once(move.job) if move.job is not None else 0
    one = OtherUser(name=move.group, instances=instances, tasks=tasks)
    stays = needed((one,))
    probes = len(move.targets) * draft.answers.probe.attempts
    return Demand(name=move.group, instances=instances, tasks=tasks, stays=stays, probes=probes, again=older * stays)


def at_once(job: Job) -> int:
    """How many tasks of a job run at the same time."""
    return min(job.parallelism or job.tasks, job.tasks)


def needed(users: Iterable[OtherUser]) -> int:
    """Addresses that these take with everything running."""
    return counted(users).needed


def counted(users: Iterable[OtherUser], *, prefix: int | None = None) -> AddressBudget:
    """The budget of these users together. Raises InputError when no subnet could be large enough."""
    return budget(0, prefix=prefix, others=tuple(users), rollout=False)


def prefixes(draft: MigrationDraft) -> tuple[int, ...]:
    """Prefix lengths for a new subnet, best first: room for a roll-out of everything at once, then for the largest.

    Every user of the connector counts, also those that stay for now. Empty after a blocking finding.
    """
    world = draft.fleet.inventory
    wanted = {(user.kind == "job", user.name) for user in draft.fleet.users}
    services = [s for s in world.services if (False, s.name) in wanted]
    jobs = [j for j in world.jobs if (True, j.name) in wanted]
    stay = (*map(_service, services), *map(_job, jobs), _probes(len(wanted)))
    second = sorted((_service(s) for s in services), key=lambda one: -one.instances)
    try:
        sizes = [counted((*stay, *again)).smallest_prefix for again in (second, second[:1])]
    except InputError as error:
        draft.block("subnet_full", error.message, "lower the max instances of the largest services")
        return ()
    return tuple(dict.fromkeys(sizes))


def _service(service: Service) -> OtherUser:
    return OtherUser(name=service.name, instances=service.max_instances)


def _job(job: Job) -> OtherUser:
    return OtherUser(name=f"job:{job.name}", tasks=at_once(job))


def _probes(users: int) -> OtherUser:
    """Two fresh instances for each stand for its live test: what it really has to reach is not known of all."""
    return OtherUser(name="live tests", tasks=2 * users)
