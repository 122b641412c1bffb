"""The real gcloud, where it is installed, against the sandbox: it reaches it as a proxy and can reach nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.serving import SMALL, serving

GCLOUD = shutil.which("gcloud")
REGION = "--region=us-central1"

pytestmark = pytest.mark.skipif(GCLOUD is None, reason="gcloud is not installed")


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Plain HTTP to Google's names, all of it sent to the sandbox as a proxy, without credentials."""
    settings = {
        "CONFIG": str(folder / "gcloud"),
        "CORE_PROJECT": "demo-project",
        "CORE_DISABLE_PROMPTS": "1",
        "CORE_DISABLE_USAGE_REPORTING": "1",
        "CORE_CHECK_GCE_METADATA": "0",
        "AUTH_DISABLE_CREDENTIALS": "1",
        "COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        "PROXY_TYPE": "http",
        "PROXY_ADDRESS": "127.0.0.1",
        "PROXY_PORT": str(port),
        "API_ENDPOINT_OVERRIDES_COMPUTE": "http://compute.googleapis.com/compute/v1/",
        "API_ENDPOINT_OVERRIDES_DNS": "http://dns.googleapis.com/dns/v1/",
        "API_ENDPOINT_OVERRIDES_VPCACCESS": "http://vpcaccess.googleapis.com/",
    }
    metadata = {"GCE_METADATA_ROOT": f"127.0.0.1:{port}"}
    return {**os.environ, **metadata, **{f"CLOUDSDK_{name}": value for name, value in settings.items()}}


async def _gcloud(environment: dict[str, str], *words: str) -> Any:
    """What the command prints as JSON; the test fails with what it says where it does not succeed."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        str(GCLOUD),
        *words,
        "--format=json",
        env=environment,
        stdin=null,
        stdout=pipe,
        stderr=pipe,
    )
    out, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    return json.loads(out)


async def test_gcloud_creates_and_lists_what_a_connector_needs(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        at = _environment(tmp_path, server.port)
        subnets = "compute", "networks", "subnets"
        await _gcloud(at, *subnets, "create", "typed", "--network=my-vpc", REGION, "--range=10.8.1.0/28")
        listed = await _gcloud(at, *subnets, "list", "--network=my-vpc")
        connectors = "compute", "networks", "vpc-access", "connectors"
        size = "--min-instances=2", "--max-instances=3"
        await _gcloud(at, *connectors, "create", "typed", REGION, "--subnet=typed", *size)
        connector = await _gcloud(at, *connectors, "describe", "typed", REGION)
        allow = "--allow=tcp:6379", "--source-ranges=10.8.1.0/28"
        await _gcloud(at, "compute", "firewall-rules", "create", "typed", "--network=my-vpc", *allow)
        rules = await _gcloud(at, "compute", "firewall-rules", "list", "--filter=network:my-vpc")
    assert [(subnet["name"], subnet["ipCidrRange"]) for subnet in listed] == [("typed", "10.8.1.0/28")]
    assert (connector["state"], connector["subnet"]["name"]) == ("READY", "typed")
    assert [(rule["name"], rule["sourceRanges"]) for rule in rules] == [("typed", ["10.8.1.0/28"])]


NAMED = """
[[subnet]]
name = "my-subnet"
network = "my-vpc"
range = "10.0.0.0/24"

[[target]]
name = "front"
address = "10.0.0.20"
network = "my-vpc"
tags = ["web"]
kind = "ilb"
dns = "front.corp.example"
"""


async def test_gcloud_lists_zones_and_what_is_behind_a_load_balancer(tmp_path: Path) -> None:
    async with serving(tmp_path, SMALL + NAMED) as server:
        at = _environment(tmp_path, server.port)
        zones = await _gcloud(at, "dns", "managed-zones", "list")
        sets = await _gcloud(at, "dns", "record-sets", "list", "--zone=corp-example", "--filter=type=A")
        service = await _gcloud(at, "compute", "backend-services", "describe", "front-service", REGION)
        zone, _, group = service["backends"][0]["group"].split("/")[-3:]
        words = "compute", "instance-groups", "list-instances", group, f"--zone={zone}"
        members = await _gcloud(at, *words)
    assert ("corp-example", "corp.example.") in [(found["name"], found["dnsName"]) for found in zones]
    assert ("front.corp.example.", ["10.0.0.20"]) in [(found["name"], found["rrdatas"]) for found in sets]
    assert [member["instance"].rsplit("/", 1)[-1] for member in members] == ["front-backend"]
