"""gcloud on firewall rules, addresses, routers and NAT; what is not emulated fails and says so."""

from __future__ import annotations

from pathlib import Path

from tests.gcloud.running import IN_REGION, REGION, gcloud_for, needs_gcloud
from tests.gcloud.test_compute_networks import WORLD, names
from tests.sandbox.serving import serving

pytestmark = needs_gcloud

RULES = "compute", "firewall-rules"
ADDRESSES = "compute", "addresses"
ROUTERS = "compute", "routers"

FIREWALL = """
[[firewall]]
name = "ssh"
network = "my-vpc"
rules = ["tcp:22"]
sources = ["35.235.240.0/20"]
"""

BALANCER = """
[[target]]
name = "front"
address = "10.0.0.20"
network = "my-vpc"
tags = ["web"]
kind = "ilb"
dns = "front.corp.example"
"""


async def test_firewall_rules(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + FIREWALL) as server:
        at = gcloud_for(server, tmp_path)
        allow = "--allow=tcp:6379", "--source-ranges=10.0.0.0/24", "--target-tags=cache"
        await at.text(*RULES, "create", "in", "--network=my-vpc", *allow)
        await at.text(*RULES, "update", "in", "--priority=900", "--source-ranges=10.0.0.0/25")
        urgent = await at.json(*RULES, "list", "--filter=network:my-vpc AND direction=INGRESS AND priority<1000")
        effective = await at.json("compute", "networks", "get-effective-firewalls", "my-vpc")
        policies = await at.json("compute", "network-firewall-policies", "list", "--global")
        await at.text(*RULES, "delete", "in", "ssh")
        left = await at.json(*RULES, "list")
    [rule] = urgent
    assert (rule["priority"], rule["sourceRanges"], rule["targetTags"]) == (900, ["10.0.0.0/25"], ["cache"])
    assert names(effective["firewalls"]) == ["in", "ssh"]
    assert policies == left == []


async def test_addresses_routers_and_nat(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        at = gcloud_for(server, tmp_path)
        psa = "--global", "--purpose=VPC_PEERING", "--network=my-vpc", "--prefix-length=16"
        await at.text(*ADDRESSES, "create", "chosen", *psa)
        addresses = await at.json(*ADDRESSES, "list")
        await at.text(*ADDRESSES, "delete", "chosen", "--global")
        await at.text(*ROUTERS, "create", "router", "--network=my-vpc", IN_REGION, "--asn=64512")
        of_router = "--router=router", IN_REGION
        everything = "--auto-allocate-nat-external-ips", "--nat-all-subnet-ip-ranges"
        await at.text(*ROUTERS, "nats", "create", "nat", *of_router, *everything)
        await at.text(*ROUTERS, "nats", "update", "nat", *of_router, "--nat-custom-subnet-ip-ranges=my-subnet")
        await at.text(*ROUTERS, "update", "router", IN_REGION, "--keepalive-interval=30")
        router = await at.json(*ROUTERS, "describe", "router", IN_REGION)
        status = await at.json(*ROUTERS, "get-status", "router", IN_REGION)
        kept = await at.refused("compute", "networks", "subnets", "delete", "my-subnet", IN_REGION)
        await at.text(*ROUTERS, "nats", "delete", "nat", *of_router)
        without = await at.json(*ROUTERS, "nats", "list", *of_router)
        await at.text(*ROUTERS, "delete", "router", IN_REGION)
    found = {a["name"]: (a["address"], a["purpose"]) for a in addresses}
    assert found == {"chosen": ("10.1.0.0", "VPC_PEERING")}
    assert router["bgp"]["keepaliveInterval"] == 30
    assert [s["name"].rsplit("/", 1)[-1] for s in router["nats"][0]["subnetworks"]] == ["my-subnet"]
    assert status["kind"] == "compute#routerStatusResponse"
    assert f"is already being used by 'projects/demo-project/regions/{REGION}/routers/router'" in kept
    assert without == []


async def test_what_is_not_emulated_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD) as server:
        at = gcloud_for(server, tmp_path)
        machine = await at.refused("compute", "instances", "create", "vm", f"--zone={REGION}-a")
        other_api = await at.refused("sql", "instances", "list")
    assert "The sandbox does not emulate compute.instances.insert" in machine
    assert "The sandbox does not emulate GET /sql/v1beta4/projects/demo-project/instances" in other_api


async def test_zones_and_what_is_behind_a_load_balancer(tmp_path: Path) -> None:
    async with serving(tmp_path, WORLD + BALANCER) as server:
        at = gcloud_for(server, tmp_path)
        sets = await at.json("dns", "record-sets", "list", "--zone=corp-example", "--filter=type=A")
        service = await at.json("compute", "backend-services", "describe", "front-service", IN_REGION)
        zone, _, group = service["backends"][0]["group"].split("/")[-3:]
        members = await at.json("compute", "instance-groups", "list-instances", group, f"--zone={zone}")
    assert ("front.corp.example.", ["10.0.0.20"]) in [(found["name"], found["rrdatas"]) for found in sets]
    assert [member["instance"].rsplit("/", 1)[-1] for member in members] == ["front-backend"]
