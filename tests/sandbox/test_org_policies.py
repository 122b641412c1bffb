"""Organisation policies: what they allow and deny, with which words, and which of them the sandbox does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.handling import LOCATION, PROJECT, ask, result, seeded
from tests.sandbox.serving import ask as over_http
from tests.sandbox.serving import serving
from wizard.sandbox import org_policies
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.scenario import ScenarioError, parse, unenforced
from wizard.sandbox.world import World

TEMPLATE: Body = {"containers": [{"image": "i"}]}
DIRECT: Body = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
NUMBER = 123456789012


def policy(constraint: str, allowed: list[str] | None = None, denied: list[str] | None = None) -> str:
    return f'\n[[org_policy]]\nconstraint = "{constraint}"\nallowed = {allowed or []}\ndenied = {denied or []}\n'


async def create(world: World, access: Body | None = None, *, job: bool = False, **request: object) -> Body:
    template = {**TEMPLATE, **({"vpcAccess": access} if access else {})}
    if job:
        wanted = {"template": {"template": template}}
        return await ask(world, "run.CreateJob", parent=LOCATION, jobId="new", job=wanted, **request)
    wanted = {"template": template}
    return await ask(world, "run.CreateService", parent=LOCATION, serviceId="new", service=wanted, **request)


EGRESSES: list[tuple[list[str], list[str], Body | None, str]] = [
    (["all-traffic"], [], None, "null"),
    (["all-traffic", "private-ranges-only"], [], None, "null"),
    (["is:all-traffic"], [], DIRECT, "private-ranges-only"),
    ([], ["all-traffic"], {**DIRECT, "egress": "ALL_TRAFFIC"}, "all-traffic"),
    ([], ["all-traffic"], DIRECT, ""),
    (["is:all-traffic"], [], {**DIRECT, "egress": "ALL_TRAFFIC"}, ""),
]


@pytest.mark.parametrize(("allowed", "denied", "access", "set_to"), EGRESSES)
@pytest.mark.parametrize("job", [False, True])
async def test_egress(allowed: list[str], denied: list[str], access: Body | None, set_to: str, job: bool) -> None:
    world = seeded(policy("constraints/run.allowedVPCEgress", allowed, denied))
    if not set_to:
        assert (await create(world, access, job=job))["name"]
        return
    rpc = "CreateJob" if job else "CreateService"
    text = (
        f"Constraint constraints/run.allowedVPCEgress violated for attempting {rpc} with annotation"
        f' "run.googleapis.com/vpc-access-egress" set to {set_to}.'
    )
    before = dict(world.store.view())
    for validate in (True, False):
        with pytest.raises(ApiError) as refused:
            await create(world, access, job=job, validateOnly=validate)
        assert (refused.value.message, refused.value.status) == (text, "FAILED_PRECONDITION")
    assert dict(world.store.view()) == before


async def test_what_the_scenario_has_stays_and_its_next_change_is_refused() -> None:
    world = seeded('\n[[service]]\nname = "app"\n' + policy("run.allowedVPCEgress", ["all-traffic"]))
    service = await ask(world, "run.GetService", name=f"{LOCATION}/services/app")
    assert service["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    with pytest.raises(ApiError, match=r"violated for attempting UpdateService .* set to null"):
        await ask(world, "run.UpdateService", service={**service, "labels": {"a": "b"}})


async def test_public_ingress_is_named_as_the_default() -> None:
    world = seeded(policy("run.allowedIngress", ["internal"]))
    with pytest.raises(ApiError, match=r'"run.googleapis.com/ingress" set to the default value all\.$'):
        await create(world)


SHARED = """
[[project]]
id = "host-project"
number = 111111111111
[[project]]
id = "app-project"
number = 222222222222
host_project = "host-project"
[[network]]
name = "shared"
[[subnet]]
name = "open"
network = "shared"
range = "10.1.0.0/26"
[[subnet]]
name = "closed"
network = "shared"
range = "10.1.1.0/26"
[[org_policy]]
constraint = "compute.restrictSharedVpcSubnetworks"
"""


@pytest.mark.parametrize(
    "rule",
    [
        'allowed = ["projects/host-project/regions/us-central1/subnetworks/open"]',
        'denied = ["under:projects/host-project/regions/us-central1/subnetworks/closed"]',
    ],
)
async def test_subnets_of_the_host_that_a_service_project_may_not_use(rule: str) -> None:
    world = seeded()
    world.scenario = parse((SHARED + rule).encode(), "shared")
    path = "projects/host-project/regions/us-central1/subnetworks"
    org_policies.check_subnet(world, f"{path}/open", "app-project")
    org_policies.check_subnet(world, f"https://www.googleapis.com/compute/v1/{path}/closed", "host-project")
    text = (
        "Constraint constraints/compute.restrictSharedVpcSubnetworks violated for project 222222222222."
        f" Using the subnetwork {path}/closed is not allowed."
    )
    template: Body = {"vpcAccess": {"networkInterfaces": [{"subnetwork": f"{path}/closed"}]}}
    connector: Body = {"name": "projects/app-project/locations/us-central1/connectors/c"}
    connector["subnet"] = {"name": "closed", "projectId": "host-project"}
    with pytest.raises(ApiError) as refused:
        org_policies.check_run(world, "run.CreateJob", template, "app-project")
    assert refused.value.message == text
    with pytest.raises(ApiError) as refused:
        org_policies.check_connector(world, connector)
    assert refused.value.message == text


def test_a_peering_that_is_not_allowed_has_the_recorded_text() -> None:
    world = seeded(policy("compute.restrictVpcPeering", [f"under:projects/{PROJECT}"]))
    peer = "projects/a4d0e081639952a26p-tp/global/networks/servicenetworking"
    org_policies.check_peering(world, PROJECT, f"projects/{PROJECT}/global/networks/other")
    with pytest.raises(ApiError) as refused:
        org_policies.check_peering(world, PROJECT, peer)
    assert refused.value.message == (
        f"Constraint constraints/compute.restrictVpcPeering violated for project {NUMBER}."
        f" Peering the network {peer} is not allowed."
    )


async def test_private_services_access_is_a_peering_too() -> None:
    world = seeded(
        '\n[[address]]\nname = "managed"\nnetwork = "my-vpc"\nrange = "10.9.0.0/16"\n'
        + policy("compute.restrictVpcPeering", [f"under:projects/{PROJECT}"])
    )
    request = {"parent": "services/servicenetworking.googleapis.com", "reservedPeeringRanges": ["managed"]}
    network = f"projects/{NUMBER}/global/networks/my-vpc"
    operation = await ask(world, "servicenetworking.services.connections.create", **request, network=network)
    ended = world.store.get(f"servicenetworking/{operation['name']}") or {}
    assert ended["error"]["code"] == 9
    assert "-tp/global/networks/servicenetworking is not allowed." in ended["error"]["message"]


async def test_an_api_that_may_not_be_used(tmp_path: Path) -> None:
    scenario = f'[project]\nid = "{PROJECT}"\nnumber = {NUMBER}\n' + policy(
        "gcp.restrictServiceUsage", denied=["run.googleapis.com", "serviceusage.googleapis.com"]
    )
    async with serving(tmp_path, scenario) as server:
        status, said = await over_http(server, "GET", f"/v2/{LOCATION}/services")
        others = [
            await over_http(server, "GET", path)
            for path in (f"/v1/{LOCATION}/connectors", f"/v1/projects/{PROJECT}/services")
        ]
    assert (status, said["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert said["error"]["message"] == (
        "Request is disallowed by organization's constraints/gcp.restrictServiceUsage constraint for"
        f" 'projects/{NUMBER}' attempting to use service 'run.googleapis.com'."
    )
    assert [other[0] for other in others] == [200, 200]


async def test_without_deployment_manager_connectors_fail_with_a_misleading_text() -> None:
    apis = [f"{name}.googleapis.com" for name in ("run", "compute", "vpcaccess")]
    world = seeded(
        '\n[[connector]]\nname = "old"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"\n'
        + policy("gcp.restrictServiceUsage", apis)
    )
    wanted = {"network": "my-vpc", "ipCidrRange": "10.9.0.0/28", "minInstances": 2, "maxInstances": 3}
    made = await result(world, "vpcaccess.CreateConnector", parent=LOCATION, connectorId="con", connector=wanted)
    gone = await result(world, "vpcaccess.DeleteConnector", name=f"{LOCATION}/connectors/old")
    for ended in (made, gone):
        assert ended["error"]["code"] == 7
        assert (
            f"Serverless VPC Access service account (service-{NUMBER}@gcp-sa-vpcaccess.iam.gserviceaccount.com) needs"
            " Serverless VPC Access Service Agent role in the project." in ended["error"]["message"]
        )
    states = [
        (await ask(world, "vpcaccess.GetConnector", name=f"{LOCATION}/connectors/{n}"))["state"] for n in ("con", "old")
    ]
    assert states == ["ERROR", "ERROR"]


CUSTOM: list[tuple[str, str, bool]] = [
    ("denied", 'resource.network == "my-vpc"', False),
    ("denied", 'resource.network == "default"', True),
    ("allowed", 'resource.ipCidrRange == "10.9.0.0/28"', True),
    ("allowed", 'resource.subnet.name == "con-subnet"', False),
    ("allowed", 'resource.network != "my-vpc"', False),
]


@pytest.mark.parametrize(("kind", "condition", "fine"), CUSTOM)
async def test_custom_constraints_on_connectors(kind: str, condition: str, fine: bool) -> None:
    world = seeded(f"\n[[org_policy]]\nconstraint = 'custom.x'\n{kind} = ['{condition}']\n")
    wanted = {"network": "my-vpc", "ipCidrRange": "10.9.0.0/28", "minInstances": 2, "maxInstances": 3}
    request = {"parent": LOCATION, "connectorId": "con", "connector": wanted}
    if fine:
        assert (await ask(world, "vpcaccess.CreateConnector", **request))["name"]
        return
    with pytest.raises(ApiError, match=r'^Operation denied by custom org policies: \["customConstraints/custom\.x": "'):
        await ask(world, "vpcaccess.CreateConnector", **request)


def test_what_is_not_known_is_said() -> None:
    text = '[project]\nid = "demo-project"\n' + policy("compute.trustedImageProjects", ["projects/x"])
    text += '\n[[quota]]\nmetric = "IN_USE_ADDRESSES"\nlimit = 8\n'
    assert unenforced(parse(text.encode(), "f")) == [
        "the organisation policy 'compute.trustedImageProjects' ([[org_policy]])",
        "the quota 'IN_USE_ADDRESSES' ([[quota]])",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (policy("custom.x", denied=["resource.machineType"]), "org_policy[0]"),
        ("\n[[org_policy]]\nconstraint = 'custom.x'\ndenied = ['resource.minInstances == \"2\"']\n", "org_policy[0]"),
        ('\n[[quota]]\nmetric = "CPUS"\nlimit = -1\n', "quota[0].limit"),
        ('\n[[service]]\nname = "s"\nreaches = ["ftp://10.0.0.3"]\n', "service[0].reaches[0]"),
        ('\n[[service]]\nname = "s"\nreaches = ["tcp://10.0.0.3"]\n', "service[0].reaches[0]"),
        ('\n[[service]]\nname = "s"\nreaches = ["redis://10.0.0.3:99999"]\n', "service[0].reaches[0]"),
        ('\n[[job]]\nname = "j"\nmin_instances = 5\nmax_instances = 3\n', "job[0].min_instances"),
    ],
)
def test_a_scenario_that_cannot_be_judged_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(('[project]\nid = "demo-project"\n' + text).encode(), "f")
    assert f"f: {said}: " in str(refused.value)
    assert "; for example " in str(refused.value)
