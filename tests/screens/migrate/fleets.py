"""A fleet of six services and three jobs on one connector, and runs of its migration as they may stand."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.apply.events import (
    Event,
    GroupEnded,
    GroupRecalled,
    GroupStarted,
    GroupStatus,
    ProbeReported,
    RunEnded,
    RunStarted,
    RunStatus,
    StepEnded,
    StepNote,
    StepOperation,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.apply.state import RunState, replay
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Elsewhere, Fleet
from wizard.fleet.users import Serving, User
from wizard.inventory import Gap, Inventory
from wizard.plan.plan import Plan
from wizard.records import (
    Connector,
    Job,
    Literal,
    Network,
    ProbeAttempt,
    ProbeResult,
    Revision,
    Service,
    Subnet,
    Traffic,
    VpcAccess,
)

REGION = "us-central1"
LINK = f"projects/demo-project/locations/{REGION}/connectors/legacy"
BEGAN, LATER = "2026-08-20T09:12:44.000000Z", "2026-08-20T09:14:44.000000Z"
NOW = 1787217236.0
"""72 seconds after the beginning."""

_ENV = {
    "web": {"REDIS_URL": "redis://10.0.0.3:6379"},
    "orders": {"DB_HOST": "10.0.0.5", "DB_PORT": "5432"},
    "mailer": {"API_URL": "http://10.0.0.10"},
    "catalog": {"DB_HOST": "10.0.0.5", "DB_PORT": "5432"},
    "nightly": {"DB_HOST": "10.0.0.5", "DB_PORT": "5432"},
}
_ALL = frozenset({"mailer", "import"})
_OWNERS = {"catalog": "Terraform"}
SERVICES = ("auth", "catalog", "mailer", "orders", "reports", "web")
JOBS = ("cleanup", "import", "nightly")


def fleet() -> Fleet:
    """As the sandbox's scenario `migration` has it, with what is beyond reach as well."""
    services, revisions = tuple(map(_service, SERVICES)), tuple(map(_revision, SERVICES))
    subnets = (
        Subnet(name="run", network="my-vpc", region=REGION, range="10.20.0.0/24", private_google_access=True),
        Subnet(name="data", network="my-vpc", region=REGION, range="10.0.0.0/24"),
    )
    connector = Connector(name="legacy", region=REGION, network="my-vpc", range="10.8.0.0/28", state="READY")
    world = Inventory(
        project="demo-project",
        region=REGION,
        networks=(Network(name="my-vpc"),),
        subnets=subnets,
        connectors=(connector,),
        services=services,
        jobs=tuple(Job(name=name, region=REGION, vpc=_vpc(name), env={**_env(name)}) for name in JOBS),
    )
    users = [_user("service", name, Serving(revision=f"{name}-00001", percent=100)) for name in SERVICES]
    return Fleet(
        inventory=world,
        connector=connector,
        home="demo-project",
        users=(*users, *(_user("job", name) for name in JOBS)),
        revisions=revisions,
        fixed=(User(kind="1st gen function", name="resize", region=REGION, template=True),),
        elsewhere=(Elsewhere(project="team-a", users=(_user("service", "shop"),)),),
        unseen=(Gap(what="project team-b", status="PERMISSION_DENIED", message="not [/x] allowed"),),
        public=frozenset({"web"}),
        answers_now={"web": 200},
    )


def _egress(name: str) -> str:
    return "all-traffic" if name in _ALL else "private-ranges-only"


def _vpc(name: str) -> VpcAccess:
    return VpcAccess(connector=LINK, egress=_egress(name))


def _env(name: str) -> dict[str, Literal]:
    return {key: Literal(value) for key, value in _ENV.get(name, {}).items()}


def _user(kind: str, name: str, *serving: Serving) -> User:
    return User(
        kind=kind,
        name=name,
        region=REGION,
        template=True,
        serving=serving,
        egress=_egress(name),
        owner=_OWNERS.get(name, ""),
    )


def _service(name: str) -> Service:
    first = f"{name}-00001"
    return Service(
        name=name,
        region=REGION,
        vpc=_vpc(name),
        env={**_env(name)},
        traffic=(Traffic(percent=100),),
        latest_ready=first,
        latest_created=first,
        max_instances=5,
    )


def _revision(name: str) -> Revision:
    return Revision(name=f"{name}-00001", service=name, region=REGION, vpc=_vpc(name))


def moving() -> MigrateAnswers:
    """All that has targets moves, and the code of the one with an owner will change."""
    return MigrateAnswers(
        project="demo-project",
        region=REGION,
        connector="legacy",
        subnet="run",
        skip=("reports", "auth", "job:cleanup", "job:import"),
        acknowledged=("catalog",),
        firewall="leave",
        nat="leave",
    )


def begun(plan: Plan) -> list[Event]:
    """The run of the plan begins; what all share is done."""
    steps = tuple(
        StepSummary(
            id=p.id,
            title=p.step.title,
            op=p.change.op.value,
            reason=p.change.reason,
            usual=p.step.usual,
            depends_on=p.depends_on,
            group=p.group,
        )
        for p in plan.steps
    )
    start = RunStarted(
        run="r-k3f9", at=BEGAN, flow="migrate", project=plan.project, region=plan.region, environment="e", steps=steps
    )
    return [start, *(event for p in plan.steps if not p.group for event in _ended(p.id))]


def _ended(id_: str, status: StepStatus = StepStatus.DONE, **words: str) -> list[Event]:
    return [StepStarted(id=id_, at=BEGAN), StepEnded(id=id_, status=status, seconds=12.0, **words)]


def result(url: str, verdict: str = "connected") -> ProbeResult:
    latency = 1.2 if verdict == "connected" else None
    attempt = ProbeAttempt(verdict=verdict, layer="protocol", latency_ms=latency)
    return ProbeResult(target=url, verdict=verdict, layer="protocol", latency_ms=latency, attempts=(attempt,))


def through(plan: Plan, group: str) -> list[Event]:
    """The group has moved."""
    steps = [event for p in plan.group(group) for event in _ended(p.id)]
    ended = GroupEnded(group=group, at=LATER, status=GroupStatus.MOVED)
    return [GroupStarted(group=group, at=BEGAN), *steps, *_tested(plan, group), ended]


def _tested(plan: Plan, group: str) -> list[Event]:
    tests = [p.id for p in plan.group(group) if p.id.startswith("probe/")]
    return [ProbeReported(id=id_, results=(result("redis://10.0.0.3:6379"),)) for id_ in tests]


def until(plan: Plan, group: str, at: str) -> list[Event]:
    """The group is at the step whose id ends with `at`: the call was accepted, and it is looked at."""
    events: list[Event] = [GroupStarted(group=group, at=BEGAN)]
    for planned in plan.group(group):
        if planned.id.endswith(at):
            events += [
                StepStarted(id=planned.id, at=BEGAN),
                StepOperation(id=planned.id, operation="run:projects/p/operations/o"),
                StepNote(id=planned.id, text="3 of 3 calls answered 200 [/x]"),
            ]
            break
        events += _ended(planned.id)
    return [*events, *_tested(plan, group)]


def taken_back(plan: Plan, group: str) -> list[Event]:
    """Its live test failed, and what there was is gone."""
    test = next(p.id for p in plan.group(group) if p.id.startswith("probe/"))
    url = "postgres://10.0.0.5:5432"
    return [
        GroupStarted(group=group, at=BEGAN),
        *_ended(test, StepStatus.FAILED, error="10.0.0.5:5432: timeout [/x]", code="not_connected"),
        ProbeReported(id=test, results=(result(url, "timeout"),)),
        GroupRecalled(
            group=group,
            at=BEGAN,
            step=test,
            error="10.0.0.5:5432: timeout [/x]",
            code="not_connected",
            fix="look at the firewall",
        ),
        GroupEnded(group=group, at=LATER, status=GroupStatus.TAKEN_BACK),
    ]


def under_way(plan: Plan) -> RunState:
    """One has moved, one is at half of its traffic, one was taken back, the others wait."""
    first, second, third, *_ = plan.groups
    events = [*begun(plan), *through(plan, first), *until(plan, second, "-50"), *taken_back(plan, third)]
    return replay(events)


def over(plan: Plan) -> RunState:
    """All but one have moved."""
    *rest, last = plan.groups
    events = [*begun(plan), *(event for group in rest for event in through(plan, group)), *taken_back(plan, last)]
    return replay([*events, RunEnded(status=RunStatus.FAILED, at=LATER)])


def all_moved(plan: Plan) -> RunState:
    events = [*begun(plan), *(event for group in plan.groups for event in through(plan, group))]
    return replace(replay([*events, RunEnded(status=RunStatus.DONE, at=LATER)]))
