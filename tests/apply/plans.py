"""Plans of real steps for the tests of the runner, and how to run them against the fake cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec.structs import replace

from tests.apply.fake_cloud import FakeCloud
from tests.apply.fake_resources import a_service
from wizard.apply.events import StepStatus
from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.record import RunRecord
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.work import Emit, Pace
from wizard.plan.plan import Plan, Planned
from wizard.plan.registry import AnyStep
from wizard.plan.step import Change, Op
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.enable_api import EnableApi
from wizard.plan.steps.firewall import CreateFirewallRule
from wizard.plan.steps.private_google_access import SetPrivateGoogleAccess
from wizard.plan.steps.probe import DeleteJob, RunProbe
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.plan.steps.traffic import ShiftTraffic
from wizard.ports import Cloud
from wizard.records import AnyResource, FirewallRule, Literal, Ports, Ref, Revision, Service, Subnet, VpcAccess

ENVIRONMENT = "sandbox:abc"
PACE = Pace(first=0.005, longest=0.02, limit=2.0, grace=0.3, cleanup=2.0, behind=0.1)
VPC = VpcAccess(connector="projects/p/locations/r/connectors/c", egress="private-ranges-only")

api = EnableApi(project="p", api="vpcaccess.googleapis.com")
subnet = CreateSubnet(project="p", region="r", name="s", network="n", range="10.8.0.0/28")
connector = CreateConnector(project="p", region="r", name="c", subnet="s")
firewall = CreateFirewallRule(
    project="p",
    rule=FirewallRule(name="f", network="n", protocols=(Ports("tcp", ("6379",)),), sources=("10.8.0.0/28",)),
    why="opens redis",
)
access = SetPrivateGoogleAccess(project="p", region="r", name="old")
probe = RunProbe(project="p", region="r", name="j", token="t", targets=("redis://10.0.0.3:6379",), vpc=VPC)
clean = DeleteJob(project="p", region="r", name="j")
service = PatchService(
    project="p", region="r", name="web", vpc=VPC, env={"REDIS_HOST": Literal("10.0.0.3")}, hold="runvpc-t"
)
traffic = ShiftTraffic(project="p", region="r", name="web", to=a_service().traffic, hold="runvpc-t", vpc=VPC)

OLD_SUBNET = Subnet(name="old", network="n", region="r", range="10.9.0.0/24")

_opened: list[Journal] = []

Flow = Callable[..., Awaitable[RunState]]


def start_world(cloud: FakeCloud) -> None:
    """What exists before: a subnet without Private Google Access, and a service with two variables."""
    cloud.put(access.ref, OLD_SUBNET)
    web = a_service(REDIS_HOST=Literal("localhost"), PASSWORD=Literal("hunter2"))
    cloud.put(service.ref, web)
    first = Ref(kind="revision", project="p", location="r", name=f"web/{web.latest_created}")
    cloud.put(first, Revision(name=web.latest_created, service=web.name, region="r", env=web.env))


def setup_plan(cloud: FakeCloud) -> Plan:
    """The order of a first-time set-up, as the planner would decide it on the world as it is."""
    found = cloud.world.resources
    web = found[service.ref]
    assert isinstance(web, Service)
    return Plan(
        flow="setup",
        project="p",
        region="r",
        steps=(
            planned(api, cloud),
            planned(subnet, cloud, api),
            planned(connector, cloud, subnet),
            planned(firewall, cloud),
            planned(access, cloud),
            planned(probe, cloud, connector, firewall, access),
            Planned(step=clean, change=Change(op=Op.DELETE, reason="never left behind"), depends_on=(probe.id,)),
            planned(service, cloud, probe),
            Planned(step=traffic, change=traffic.decide(service.predict(web)), depends_on=(service.id,)),
        ),
    )


def plan_of(*steps: Planned) -> Plan:
    return Plan(flow="setup", project="p", region="r", steps=steps)


def planned(step: AnyStep, cloud: FakeCloud, *after: AnyStep) -> Planned:
    change = step.decide(cloud.world.resources.get(step.ref))
    return Planned(step=step, change=change, depends_on=tuple(other.id for other in after))


def begin(tmp_path: Path, plan: Plan) -> RunHandle:
    return open_journal(tmp_path).begin(plan, ENVIRONMENT)


def attach(tmp_path: Path, name: str = "last") -> RunHandle:
    return open_journal(tmp_path).attach(name, ENVIRONMENT)


def open_journal(tmp_path: Path, kind: type[Journal] = Journal) -> Journal:
    journal = kind.open(tmp_path / "journal" / "runs.sqlite")
    _opened.append(journal)
    return journal


def close_journals() -> None:
    while _opened:
        _opened.pop().close()


async def go(
    handle: RunHandle,
    cloud: Cloud,
    flow: Flow = run,
    *,
    emit: Emit | None = None,
    stop: asyncio.Event | None = None,
) -> RunState:
    """Run a flow to its end and let go of the run."""
    with handle:
        return await flow(handle, cloud, emit or (lambda _: None), stop or asyncio.Event(), pace=PACE)


def statuses(state: RunState) -> dict[str, StepStatus]:
    return {step.id: step.status for step in state.steps}


def recorded(tmp_path: Path) -> RunRecord:
    return open_journal(tmp_path).load("last")


def settings(cloud: FakeCloud) -> dict[Ref, AnyResource]:
    """What a person can set: everything but etags, times, and the revisions, which remain."""
    return {
        ref: _without_versions(resource)
        for ref, resource in cloud.world.resources.items()
        if ref.kind not in ("revision", "api")
    }


def _without_versions(resource: AnyResource) -> AnyResource:
    bare = replace(resource, etag="", created="")
    return replace(bare, latest_ready="", latest_created="") if isinstance(bare, Service) else bare
