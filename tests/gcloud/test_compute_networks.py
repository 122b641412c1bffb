"""gcloud on networks, subnets, routes and peerings: created, read, listed with filters, changed, deleted, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.gcloud.running import IN_REGION, REGION, gcloud_for, needs_gcloud
from tests.sandbox.serving import serving

pytestmark = needs_gcloud

NETWORKS = "compute", "networks"
SUBNETS = *NETWORKS, "subnets"
PEERINGS = *NETWORKS, "peerings"
ROUTES = "compute", "routes"

WORLD = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "my-subnet"
network = "my-vpc"
range = "10.0.0.0/24"
"""

OTHER = """
[[network]]
name = "other"

[[subnet]]
name = "there"
network = "other"
range = "10.70.0.0/24"
"""


def names(listed: list[dict[str, Any]]) -> list[str]:
    return [str(one["name"]) for one in listed]


async def test_networks_and_their_subnets(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        at = gcloud_for(server, tmp_path)
        await at.text(*NETWORKS, "create", "fresh", "--subnet-mode=custom", "--bgp-routing-mode=global")
        ranges = "--range=10.50.0.0/24", "--secondary-range=pods=10.51.0.0/20"
        await at.text(*SUBNETS, "create", "inner", "--network=fresh", IN_REGION, *ranges)
        await at.text(*SUBNETS, "update", "inner", IN_REGION, "--enable-private-ip-google-access")
        await at.text(*SUBNETS, "update", "inner", IN_REGION, "--add-secondary-ranges=extra=10.52.0.0/24")
        await at.text(*SUBNETS, "expand-ip-range", "inner", IN_REGION, "--prefix-length=23")
        subnet = await at.json(*SUBNETS, "describe", "inner", IN_REGION)
        routes = await at.json(*ROUTES, "list", "--filter=network:fresh AND priority=0")
        in_use = await at.refused(*NETWORKS, "delete", "fresh")
        await at.text(*SUBNETS, "delete", "inner", IN_REGION)
        await at.text(*NETWORKS, "delete", "fresh")
    assert (subnet["ipCidrRange"], subnet["privateIpGoogleAccess"]) == ("10.50.0.0/23", True)
    assert [r["ipCidrRange"] for r in subnet["secondaryIpRanges"]] == ["10.51.0.0/20", "10.52.0.0/24"]
    assert sorted(r["destRange"] for r in routes) == ["10.50.0.0/23", "10.51.0.0/20", "10.52.0.0/24"]
    inner = f"projects/demo-project/regions/{REGION}/subnetworks/inner"
    assert f"networks/fresh' is already being used by '{inner}'" in in_use


async def test_an_auto_mode_network_becomes_a_custom_one(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        at = gcloud_for(server, tmp_path)
        await at.text(*NETWORKS, "create", "auto", "--subnet-mode=auto")
        made = await at.json(*SUBNETS, "list", "--network=auto")
        await at.text(*NETWORKS, "update", "auto", "--switch-to-custom-subnet-mode")
        await at.text(*NETWORKS, "update", "auto", "--bgp-routing-mode=global")
        listed = await at.json(*NETWORKS, "list", "--filter=name=auto")
    by_region = {s["region"].rsplit("/", 1)[-1]: s["ipCidrRange"] for s in made}
    assert by_region[REGION] == "10.128.0.0/20"
    assert len(by_region) > 5
    assert [(n["autoCreateSubnetworks"], n["routingConfig"]["routingMode"]) for n in listed] == [(False, "GLOBAL")]


async def test_routes_and_peerings(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + OTHER) as server:
        at = gcloud_for(server, tmp_path)
        hop = "--destination-range=10.71.0.0/16", "--next-hop-address=10.70.0.9", "--priority=900"
        await at.text(*ROUTES, "create", "to-office", "--network=other", *hop)
        await at.text(*PEERINGS, "create", "out", "--network=my-vpc", "--peer-network=other")
        exporting = "--peer-network=my-vpc", "--export-custom-routes"
        await at.text(*PEERINGS, "create", "back", "--network=other", *exporting)
        await at.text(*PEERINGS, "update", "out", "--network=my-vpc", "--import-custom-routes")
        incoming = "out", "--network=my-vpc", IN_REGION, "--direction=INCOMING"
        offered = await at.json(*PEERINGS, "list-routes", *incoming)
        await at.text(*PEERINGS, "delete", "back", "--network=other")
        left = await at.json(*PEERINGS, "list")
        await at.text(*ROUTES, "delete", "to-office")
    assert sorted((r["destRange"], r["type"], r["imported"]) for r in offered) == [
        ("10.70.0.0/24", "SUBNET_PEERING_ROUTE", True),
        ("10.71.0.0/16", "STATIC_PEERING_ROUTE", True),
    ]
    assert [(p["name"], p["state"]) for n in left for p in n["peerings"]] == [("out", "INACTIVE")]
