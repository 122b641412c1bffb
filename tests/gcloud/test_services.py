"""gcloud on APIs, projects, private services access and secrets."""

from __future__ import annotations

from pathlib import Path

from tests.gcloud.running import gcloud_for, needs_gcloud
from tests.gcloud.test_compute_networks import WORLD
from tests.sandbox.serving import serving

pytestmark = needs_gcloud

PEERINGS = "services", "vpc-peerings"
OF_NETWORK = "--service=servicenetworking.googleapis.com", "--network=my-vpc"

MORE = """
[[secret]]
name = "db-password"

[[address]]
name = "managed"
network = "my-vpc"
range = "10.60.0.0/16"

[[address]]
name = "more"
network = "my-vpc"
range = "10.61.0.0/16"
"""


async def test_apis_projects_and_secrets(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + MORE) as server:
        at = gcloud_for(server, tmp_path)
        secrets = await at.json("secrets", "list")
        await at.text("services", "disable", "secretmanager.googleapis.com")
        fewer = await at.json("services", "list")
        project = await at.json("projects", "describe", "demo-project")
        projects = await at.json("projects", "list")
    assert [secret["name"] for secret in secrets] == ["projects/123456789012/secrets/db-password"]
    enabled = {api["config"]["name"]: api["config"]["title"] for api in fewer}
    assert enabled["run.googleapis.com"] == "Cloud Run Admin API"
    assert "secretmanager.googleapis.com" not in enabled
    assert (project["projectNumber"], project["lifecycleState"]) == ("123456789012", "ACTIVE")
    assert [one["projectId"] for one in projects] == ["demo-project"]


async def test_private_services_access(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + MORE) as server:
        at = gcloud_for(server, tmp_path)
        unknown = await at.refused(*PEERINGS, "connect", *OF_NETWORK, "--ranges=nowhere")
        await at.text(*PEERINGS, "connect", *OF_NETWORK, "--ranges=managed")
        await at.text(*PEERINGS, "update", *OF_NETWORK, "--ranges=managed,more")
        [connection] = await at.json(*PEERINGS, "list", "--network=my-vpc")
        network = await at.json("compute", "networks", "describe", "my-vpc")
        await at.text(*PEERINGS, "delete", *OF_NETWORK)
    assert "Allocated IP range 'nowhere' not found in network." in unknown
    assert "operations/pssn.p24-123456789012-" in unknown
    assert connection == {
        "network": "projects/123456789012/global/networks/my-vpc",
        "peering": "servicenetworking-googleapis-com",
        "reservedPeeringRanges": ["managed", "more"],
        "service": "services/servicenetworking.googleapis.com",
    }
    [peering] = network["peerings"]
    assert (peering["name"], peering["state"]) == ("servicenetworking-googleapis-com", "ACTIVE")
    assert peering["network"].endswith("-tp/global/networks/servicenetworking")
