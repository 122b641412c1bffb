"""What the organisation allows: said before anything changes, and refused by the sandbox where nobody asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec import structs

from tests.fleet.test_read import REGION, clouds
from tests.fleet.worlds import codes, fleet, found, job, plan, service
from wizard.answers import ProbeAnswers
from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.work import Pace
from wizard.errors import CloudError
from wizard.fleet.answers import MigrateAnswers, StageAnswers
from wizard.fleet.model import Fleet
from wizard.fleet.planner import plan_migration
from wizard.fleet.policies import POLICIES
from wizard.fleet.read import read_fleet
from wizard.inventory import Gap
from wizard.ports import ServicePatch
from wizard.records import PolicyValues, Ref, Service, VpcAccess

POLICY = "run.allowedVPCEgress"
ONLY_ALL = PolicyValues(allowed=("all-traffic",))

SCENARIO = """
[project]
id = "demo-project"

[[network]]
name = "my-vpc"

[[subnet]]
name = "apps"
network = "my-vpc"
range = "10.1.0.0/20"

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[service]]
name = "api"
connector = "con"
egress = "all-traffic"

[[service]]
name = "web"
connector = "con"

[[job]]
name = "nightly"
connector = "con"
"""
LIMITED = f'{SCENARIO}\n[[org_policy]]\nconstraint = "{POLICY}"\nallowed = ["is:all-traffic"]\n'
ANSWERS = MigrateAnswers(
    connector="con",
    subnet="apps",
    no_probe=("api", "web", "job:nightly"),
    stages=StageAnswers(steps=(100,), watch=0.0, soak=0.0, calls=1),
    probe=ProbeAnswers(attempts=1, timeout=1.0, start_window=2.0),
)
PACE = Pace(first=0.01, longest=0.1, grace=1.0, cleanup=1.0, behind=0.1)


def test_one_line_names_everybody_whose_setting_is_not_allowed() -> None:
    there = fleet(service("api", egress="all-traffic"), service("web"), service("old", egress=""), job("nightly"))
    made = plan(_limited(there, ONLY_ALL), subnet="apps")
    finding = found(made, "org_policy")
    assert finding.severity.value == "block"
    assert finding.message == (
        "not allowed by the organisation policy run.allowedVPCEgress (allowed: all-traffic):"
        " private-ranges-only of old, web, job:nightly"
    )
    assert finding.fix.startswith("ask who has roles/orgpolicy.policyAdmin to allow private-ranges-only")
    assert "gcloud run services update old --project=demo-project --region=us-central1 --vpc-egress=" in finding.fix
    assert made.groups == ("api",)


def test_what_is_not_allowed_can_be_left_out() -> None:
    made = plan(_limited(fleet(service("api", egress="all-traffic"), service("web")), ONLY_ALL), blocked="skip")
    assert found(made, "org_policy").severity.value == "warn"
    assert not made.blocked and made.groups == ("api",)


@pytest.mark.parametrize(
    ("values", "groups", "fix"),
    [
        (None, ("api", "web"), ""),
        (PolicyValues(allowed=("all-traffic", "private-ranges-only")), ("api", "web"), ""),
        (PolicyValues(denied=("all-traffic",)), ("web",), "--vpc-egress=private-ranges-only"),
        (PolicyValues(allowed=()), (), "to allow all-traffic and private-ranges-only for project demo-project"),
    ],
)
def test_what_a_policy_may_say(values: PolicyValues | None, groups: tuple[str, ...], fix: str) -> None:
    made = plan(_limited(fleet(service("api", egress="all-traffic"), service("web")), values))
    assert made.groups == groups
    assert [fix in finding.fix for finding in made.findings if finding.code == "org_policy"] == ([True] if fix else [])


@pytest.mark.parametrize(
    ("ingress", "held"), [("all", ["web"]), ("internal", []), ("internal-and-cloud-load-balancing", ["web"]), ("", [])]
)
def test_an_ingress_setting_that_is_not_allowed_stops_every_change(ingress: str, held: list[str]) -> None:
    there = fleet(service("web", ingress=ingress), job("nightly"))
    made = plan(_limited(there, PolicyValues(allowed=("internal",)), "run.allowedIngress"))
    said = [f.message for f in made.findings if f.code == "org_policy"]
    start = "not allowed by the organisation policy run.allowedIngress (allowed: internal): "
    assert said == [f"{start}{ingress} of {name}" for name in held]
    assert made.groups == (("job:nightly",) if held else ("web", "job:nightly"))


SHARED = "projects/demo-host/regions/us-central1/subnetworks/open"


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        (PolicyValues(), True),
        (PolicyValues(allowed=(SHARED,)), True),
        (PolicyValues(allowed=(f"{SHARED}-too",)), False),
        (PolicyValues(allowed=("under:projects/demo-host",)), True),
        (PolicyValues(allowed=("under:projects/demo",)), False),
        (PolicyValues(allowed=("under:folders/1",)), None),
        (PolicyValues(allowed=("under:folders/1", SHARED)), True),
        (PolicyValues(denied=(SHARED,)), False),
        (PolicyValues(denied=("under:organizations/1",)), None),
        (PolicyValues(allowed=(), denied=("under:organizations/1",)), False),
    ],
)
def test_a_subnet_that_is_shared(values: PolicyValues, passes: bool | None) -> None:
    assert values.permits_resource(SHARED) is passes
    there = _limited(fleet(service("web")), values, "compute.restrictSharedVpcSubnetworks")
    made = plan(there, subnet=SHARED)
    assert ("block org_policy" in codes(made)) is (passes is False)
    if passes is False:
        assert found(made, "org_policy").message.endswith(f": {SHARED}")
    assert "block org_policy" not in codes(plan(there, subnet="apps")), "it is about subnets of other projects"


def test_a_policy_that_cannot_be_read_is_said_once_and_holds_nobody_back() -> None:
    gap = Gap(what=f"organisation policy {POLICY}", status="PERMISSION_DENIED", message="no right")
    made = plan(fleet(service("web"), gaps=(gap,)))
    assert "info policy_unknown" in codes(made) and "info not_checked" not in codes(made)
    assert found(made, "policy_unknown").message.endswith(": no right")
    assert made.groups == ("web",) and not made.blocked


@pytest.mark.parametrize(
    ("more", "code"),
    [("", ""), ('\n[[permission]]\ndenied = ["orgpolicy.policy.get"]\n', "policy_unknown")],
)
async def test_what_may_be_read_of_the_sandbox(tmp_path: Path, more: str, code: str) -> None:
    there = await _read(tmp_path, SCENARIO + more)
    made = plan_migration(there, ANSWERS, "t1")
    assert there.inventory.policies == ({} if code else dict.fromkeys(POLICIES))
    assert [f.code for f in made.findings if "policy" in f.code] == ([code] if code else [])
    assert not made.blocked


async def test_an_api_that_is_off_is_a_gap(tmp_path: Path) -> None:
    apis = ["run", "compute", "vpcaccess", "serviceusage", "cloudresourcemanager"]
    listed = ", ".join(f'"{name}.googleapis.com"' for name in apis)
    there = await _read(tmp_path, LIMITED.replace('id = "demo-project"', f'id = "demo-project"\napis = [{listed}]'))
    made = plan_migration(there, ANSWERS, "t1")
    assert "Organization Policy API has not been used" in found(made, "policy_unknown").message
    assert not made.blocked


async def test_the_cloud_refuses_what_the_plan_would_have_said(tmp_path: Path) -> None:
    """The same scenario, planned with and without a look at its policy: one is held back, the other one refused."""
    async with clouds(tmp_path / "sandbox", LIMITED) as opened:
        cloud = await opened("demo-project")
        there = await read_fleet(cloud, REGION, "con", call=False)
        assert there.inventory.policies == {**dict.fromkeys(POLICIES), POLICY: ONLY_ALL}
        told = plan_migration(there, ANSWERS, "t1")
        assert found(told, "org_policy").message.endswith(": private-ranges-only of web, job:nightly")
        assert told.groups == ("api",)
        blind = plan_migration(_limited(there, None), structs.replace(ANSWERS, services=("web",)), "t2")
        assert not blind.blocked and blind.groups == ("web",)
        with Journal.open(tmp_path / "runs") as runs, runs.begin(blind, "sandbox:policy") as handle:
            ended = await run(handle, cloud, lambda event: None, asyncio.Event(), pace=PACE)
        web = await cloud.find(Ref(kind="service", project="demo-project", location=REGION, name="web"))
    assert ended.status is RunStatus.FAILED
    assert [group.name for group in ended.groups if f"{POLICY} violated" in group.error] == ["web"]
    assert isinstance(web, Service) and web.vpc.connector.endswith("/con")


def _limited(there: Fleet, values: PolicyValues | None, constraint: str = POLICY) -> Fleet:
    return structs.replace(there, inventory=structs.replace(there.inventory, policies={constraint: values}))


INGRESS = f"""{SCENARIO}
[[org_policy]]
constraint = "run.allowedIngress"
denied = ["all"]
"""
SUBNETS = """
[[project]]
id = "demo-host"

[[project]]
id = "demo-project"
host_project = "demo-host"

[[network]]
name = "shared"

[[subnet]]
name = "open"
network = "shared"
range = "10.1.0.0/20"

[[subnet]]
name = "closed"
network = "shared"
range = "10.2.0.0/20"

[[subnet]]
name = "for-con"
network = "shared"
range = "10.8.0.0/28"

[[connector]]
name = "con"
subnet = "for-con"

[[service]]
name = "web"
project = "demo-project"
connector = "projects/demo-host/locations/us-central1/connectors/con"

[[org_policy]]
constraint = "compute.restrictSharedVpcSubnetworks"
allowed = ["projects/demo-host/regions/us-central1/subnetworks/open"]
"""


@pytest.mark.parametrize(
    ("scenario", "connector", "subnet", "constraint"),
    [
        (INGRESS, "con", "apps", "run.allowedIngress"),
        (SUBNETS, "projects/demo-host/locations/us-central1/connectors/con", SHARED, ""),
        (
            SUBNETS,
            "projects/demo-host/locations/us-central1/connectors/con",
            SHARED.replace("open", "closed"),
            "compute.restrictSharedVpcSubnetworks",
        ),
    ],
)
async def test_what_the_plan_says_is_what_the_cloud_does(
    tmp_path: Path, scenario: str, connector: str, subnet: str, constraint: str
) -> None:
    """The change that the plan would make is sent although the plan says what it says."""
    ref = Ref(kind="service", project="demo-project", location=REGION, name="web")
    async with clouds(tmp_path, scenario) as opened:
        cloud = await opened("demo-project")
        answers = structs.replace(ANSWERS, subnet=subnet, services=("web",), no_probe=("web",))
        there = await read_fleet(cloud, REGION, connector, call=False)
        said = [f.message for f in plan_migration(there, answers, "t1").findings if f.code == "org_policy"]
        change = ServicePatch(vpc=VpcAccess(subnet=subnet, egress="private-ranges-only"))
        refused = ""
        try:
            await cloud.wait(await cloud.patch(ref, change, etag="", request_id=""))
        except CloudError as error:
            refused = error.message
    assert [constraint in text for text in said] == ([True] if constraint else [])
    assert bool(refused) is bool(constraint) and f"{constraint} violated" * bool(constraint) in refused


async def _read(folder: Path, scenario: str) -> Fleet:
    async with clouds(folder, scenario) as opened:
        return await read_fleet(await opened("demo-project"), REGION, "con", call=False)
