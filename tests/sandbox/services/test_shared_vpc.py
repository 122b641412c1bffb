"""A Shared VPC: the network in a host project, services and connectors in a service project, by Google's clients."""

from __future__ import annotations

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1, run_v2, vpcaccess_v1

from tests.sandbox.services.cloud import Cloud
from wizard.sandbox import services
from wizard.sandbox.api import Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.gateway import decide
from wizard.sandbox.scenario import parse
from wizard.sandbox.world import World

SCENARIO = """
[[project]]
id = "team-project"
number = 111

[[project]]
id = "net-host"
number = 222

[[project]]
id = "stranger"
number = 333
apis = ["compute.googleapis.com"]

[[network]]
name = "own"

[[network]]
name = "shared"
project = "net-host"

[[subnet]]
name = "apps"
network = "shared"
range = "10.20.0.0/26"

[[subnet]]
name = "con"
network = "shared"
range = "10.20.1.0/28"

[[subnet]]
name = "data"
network = "shared"
range = "10.20.9.0/24"

[[firewall]]
name = "allow-apps"
network = "shared"
rules = ["tcp:6379"]
sources = ["10.20.0.0/26"]

[[target]]
name = "cache"
address = "10.20.9.3"
network = "shared"
serves = ["redis:6379"]

[[service]]
name = "by-subnet"
network = "shared"
subnet = "apps"

[[secret]]
name = "password"
""".replace("number = 111\n", 'number = 111\nhost_project = "net-host"\n')

TEAM = "projects/team-project/locations/us-central1"
APPS = "projects/net-host/regions/us-central1/subnetworks/apps"
SHARED = "projects/net-host/global/networks/shared"


def subnet_of(name: str, host: str = "") -> vpcaccess_v1.Connector:
    subnet = vpcaccess_v1.Connector.Subnet(name=name, project_id=host)
    return vpcaccess_v1.Connector(subnet=subnet, min_instances=2, max_instances=3)


def service_in(subnetwork: str, network: str = SHARED) -> run_v2.Service:
    interface = run_v2.VpcAccess.NetworkInterface(network=network, subnetwork=subnetwork)
    container = run_v2.Container(image="us-docker.pkg.dev/cloudrun/container/hello")
    access = run_v2.VpcAccess(network_interfaces=[interface])
    return run_v2.Service(template=run_v2.RevisionTemplate(containers=[container], vpc_access=access))


def test_what_belongs_to_a_network_is_in_its_project(cloud: Cloud) -> None:
    def names(project: str) -> tuple[list[str], list[str]]:
        networks = [network.name for network in cloud.networks.list(project=project)]
        return networks, [rule.name for rule in cloud.firewalls.list(project=project)]

    assert names("team-project") == (["own"], [])
    assert names("net-host") == (["shared"], ["allow-apps"])
    assert names("222") == names("net-host"), "a project's number is as good as its id"
    assert names("stranger") == ([], [])
    with pytest.raises(exceptions.NotFound, match="The resource 'projects/nobody' was not found"):
        names("nobody")
    (machine,) = cloud.instances.list(project="net-host", zone="us-central1-b")
    assert machine.service_accounts[0].email == "222-compute@developer.gserviceaccount.com"


def test_the_host_and_its_projects(cloud: Cloud) -> None:
    client = cloud._compute(compute_v1.ProjectsClient)
    assert client.get_xpn_host(project="team-project").name == "net-host"
    assert client.get_xpn_host(project="net-host").name == ""
    assert [r.id for r in client.get_xpn_resources(project="net-host")] == ["team-project"]
    assert client.get(project="net-host").xpn_project_status == "HOST"
    usable = {subnet.subnetwork.rsplit("/", 1)[-1] for subnet in cloud.subnets.list_usable(project="team-project")}
    assert usable == {"apps", "con", "data"}
    assert [subnet.subnetwork for subnet in cloud.subnets.list_usable(project="stranger")] == []


def test_a_service_of_a_service_project_takes_addresses_in_the_host(cloud: Cloud) -> None:
    service = cloud.services.get_service(name=f"{TEAM}/services/by-subnet")
    (interface,) = service.template.vpc_access.network_interfaces
    assert (interface.network, interface.subnetwork) == (SHARED, APPS)
    assert service.template.service_account == "111-compute@developer.gserviceaccount.com"
    (address,) = cloud.addresses.list(project="net-host", region="us-central1")
    assert (address.purpose, address.subnetwork.endswith(APPS)) == ("SERVERLESS", True)
    made = cloud.services.create_service(parent=TEAM, service_id="made", service=service_in(APPS))
    assert made.result(timeout=20).terminal_condition.state == run_v2.Condition.State.CONDITION_SUCCEEDED


@pytest.mark.parametrize("subnetwork", [APPS, "apps"])
def test_who_is_not_attached_may_not_use_the_subnet(cloud: Cloud, subnetwork: str) -> None:
    cloud.rest("POST", "/v1/projects/stranger/services/run.googleapis.com:enable", {})
    place = "projects/stranger/locations/us-central1"
    network = SHARED if "/" in subnetwork else "shared"
    wrong = cloud.services.create_service(parent=place, service_id="made", service=service_in(subnetwork, network))
    with pytest.raises(exceptions.GoogleAPICallError, match="does not exist, or Cloud Run does not have permission"):
        wrong.result(timeout=20)


def test_a_connector_of_a_service_project_needs_a_subnet_of_its_host(cloud: Cloud) -> None:
    def ends(id_: str, connector: vpcaccess_v1.Connector, place: str = TEAM) -> str:
        operation = cloud.connectors.create_connector(parent=place, connector_id=id_, connector=connector)
        try:
            return str(vpcaccess_v1.Connector.State(operation.result(timeout=20).state).name)
        except exceptions.GoogleAPICallError as error:
            return str(error.message)

    assert ends("right", subnet_of("con", "net-host")) == "READY"
    assert "Subnetwork projects/team-project/regions/us-central1/subnetworks/con was not found" in ends(
        "no-host", subnet_of("con")
    )
    by_range = vpcaccess_v1.Connector(network="shared", ip_cidr_range="10.20.2.0/28", min_instances=2, max_instances=3)
    assert "VPC network shared was not found in project team-project" in ends("by-range", by_range)
    cloud.rest("POST", "/v1/projects/stranger/services/vpcaccess.googleapis.com:enable", {})
    place = "projects/stranger/locations/us-central1"
    said = ends("foreign", subnet_of("con", "net-host"), place)
    assert "project stranger is not attached to the Shared VPC host project net-host" in said


def test_apis_secrets_and_search_are_of_each_project(cloud: Cloud) -> None:
    with pytest.raises(exceptions.PermissionDenied, match="has not been used in project 333 before"):
        cloud.services.get_service(name="projects/stranger/locations/us-central1/services/none")

    def get(path: str) -> Body:
        return dict(cloud.rest("GET", path)[1])

    assert [s["name"] for s in get("/v1/projects/111/secrets")["secrets"]] == ["projects/111/secrets/password"]
    assert (
        "secrets" not in get("/v1/projects/net-host/secrets") or get("/v1/projects/net-host/secrets")["secrets"] == []
    )
    found = get("/v3/projects:search")["projects"]
    assert [project["projectId"] for project in found] == ["team-project", "net-host", "stranger"]
    assert get("/v1/projects/222")["projectId"] == "net-host"


def test_packets_pass_through_the_network_of_the_host() -> None:
    services.load()
    world = World(parse(SCENARIO.encode(), "shared.toml"), clock=Clock(start=1_700_000_000, instant=True))
    services.seed(world)
    template = (world.store.get(f"run/{TEAM}/services/by-subnet") or {})["template"]

    def verdict(access: Body, port: int = 6379) -> str:
        return decide(world, access, "us-central1", "10.20.9.3", port).verdict

    assert verdict(template["vpcAccess"]) == "deliver"
    assert verdict(template["vpcAccess"], 80) == "drop", "no rule of the host project lets it in"
    assert verdict({"networkInterfaces": [{"network": "own"}], "egress": "PRIVATE_RANGES_ONLY"}) == "drop"
