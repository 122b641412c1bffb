"""Plans of a migration of services and jobs of the fake cloud, and the world they move in."""

from __future__ import annotations

from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.fake_resources import a_service
from wizard.answers import ProbeAnswers
from wizard.fleet.answers import MigrateAnswers, StageAnswers
from wizard.fleet.draft import MigrationDraft
from wizard.fleet.model import Fleet, Move
from wizard.fleet.stages import add_stages
from wizard.fleet.users import User
from wizard.inventory import Inventory
from wizard.plan.plan import Plan, Rollout
from wizard.records import Job, Ref, Revision, Service, Traffic, VpcAccess

OLD = VpcAccess(connector="projects/p/locations/r/connectors/legacy", egress="all-traffic")
NEW = VpcAccess(network="n", subnet="run", egress="all-traffic")
TARGET = "redis://10.0.0.3:6379"
LATEST = (Traffic(percent=100),)
FAST = StageAnswers(steps=(10, 50, 100), watch=0.0, soak=0.0, calls=0)


def service_ref(name: str) -> Ref:
    return Ref(kind="service", project="p", location="r", name=name)


def job_ref(name: str) -> Ref:
    return Ref(kind="job", project="p", location="r", name=name)


def add_service(cloud: FakeCloud, name: str, traffic: tuple[Traffic, ...] = LATEST) -> None:
    """A service on the connector, with its first revision."""
    found = replace(a_service(name), vpc=OLD, traffic=traffic, uri=f"https://{name}-1.a.run.app")
    cloud.put(service_ref(name), found)
    first = Ref(kind="revision", project="p", location="r", name=f"{name}/{found.latest_created}")
    cloud.put(first, Revision(name=found.latest_created, service=name, region="r", vpc=OLD))


def add_job(cloud: FakeCloud, name: str) -> None:
    cloud.put(job_ref(name), Job(name=name, region="r", etag="e0", vpc=OLD))


def plan_for(
    cloud: FakeCloud,
    *groups: str,
    rollout: Rollout | None = None,
    stages: StageAnswers = FAST,
    targets: tuple[str, ...] = (),
    promote: bool = False,
    normal: int = 0,
) -> Plan:
    """The stages of these services (and `job:NAME`) on the world as it is."""
    fleet = Fleet(inventory=Inventory(project="p", region="r"))
    draft = MigrationDraft(
        fleet=fleet, answers=MigrateAnswers(stages=stages, probe=ProbeAnswers(attempts=1, start_window=0.0)), token="t"
    )
    for group in groups:
        kind, _, name = group.rpartition(":")
        user = User(kind=kind or "service", name=name, region="r", template=True)
        found = cloud.world.resources[job_ref(name) if kind else service_ref(name)]
        move = Move(user=user, vpc=NEW, targets=targets, promote=promote, normal=normal)
        if isinstance(found, Service):
            move = replace(move, service=found)
        elif isinstance(found, Job):
            move = replace(move, job=found)
        add_stages(draft, move, ())
    steps, rest = tuple(draft.steps), rollout or Rollout(concurrency=2)
    return Plan(flow="migrate", project="p", region="r", steps=steps, rollout=rest)


def start_world(cloud: FakeCloud) -> None:
    """A service and a job on the connector."""
    add_service(cloud, "web")
    add_job(cloud, "nightly")


def moving(cloud: FakeCloud) -> Plan:
    """Both move, one after the other, after a live test."""
    return plan_for(cloud, "web", "job:nightly", targets=(TARGET,), rollout=Rollout(concurrency=1))


def falling(cloud: FakeCloud) -> Plan:
    """The new revision does not answer its own URL (nothing does here): the service goes back, and the job stays."""
    calling = replace(FAST, calls=1)
    return plan_for(cloud, "web", "job:nightly", stages=calling, normal=200, rollout=Rollout(concurrency=1))
