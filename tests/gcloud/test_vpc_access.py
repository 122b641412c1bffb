"""gcloud on connectors: created, read, grown, failed for good, deleted. One by range: `test_tutorial`."""

from __future__ import annotations

from pathlib import Path

from tests.gcloud.running import IN_REGION, REGION, gcloud_for, needs_gcloud
from tests.gcloud.test_compute_networks import SUBNETS, WORLD
from tests.sandbox.serving import serving

pytestmark = needs_gcloud

VPC_ACCESS = "compute", "networks", "vpc-access"
CONNECTORS = *VPC_ACCESS, "connectors"

INNER = """
[[subnet]]
name = "inner"
network = "my-vpc"
range = "10.8.1.0/28"
"""


async def test_a_connector_in_a_subnet(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + INNER) as server:
        at = gcloud_for(server, tmp_path)
        size = "--min-instances=2", "--max-instances=3", "--machine-type=e2-standard-4"
        await at.text(*CONNECTORS, "create", "placed", IN_REGION, "--subnet=inner", *size)
        grown = await at.json(*CONNECTORS, "update", "placed", IN_REGION, "--min-instances=3", "--max-instances=5")
        listed = await at.json(*CONNECTORS, "list", IN_REGION)
        in_use = await at.refused(*SUBNETS, "delete", "inner", IN_REGION)
        await at.text(*CONNECTORS, "delete", "placed", IN_REGION)
        operations = await at.json(*VPC_ACCESS, "operations", "list", IN_REGION)
        last = await at.json(*VPC_ACCESS, "operations", "describe", operations[0]["name"].rsplit("/", 1)[-1], IN_REGION)
        locations = await at.json(*VPC_ACCESS, "locations", "list")
    assert (grown["state"], grown["minInstances"], grown["maxInstances"]) == ("READY", 3, 5)
    assert [(c["name"].rsplit("/", 1)[-1], c["machineType"]) for c in listed] == [("placed", "e2-standard-4")]
    assert "subnetworks/inner' is already being used by" in in_use
    assert len(operations) == 3
    assert last["done"]
    assert [place["locationId"] for place in locations] == [REGION]


async def test_a_connector_that_fails_keeps_its_name(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        at = gcloud_for(server, tmp_path)
        range_ = "--network=my-vpc", "--range=10.0.0.0/28"
        failed = await at.refused(*CONNECTORS, "create", "con", IN_REGION, *range_)
        left = await at.json(*CONNECTORS, "describe", "con", IN_REGION)
        again = await at.refused(*CONNECTORS, "create", "con", IN_REGION, "--network=my-vpc", "--range=10.8.0.0/28")
    assert "Invalid IP CIDR range was provided. It conflicts with an existing subnetwork." in failed
    assert "Please delete the connector manually." in failed
    assert left["state"] == "ERROR"
    assert "already exists" in again
