"""The tutorial's commands, typed as they are printed, on the scenario `seed`, which has its names.

What the real cloud would refuse too is refused, for the real reason (facts: traps 4 and 12, sections 1.4, 1.9, 2.2).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.gcloud.running import IN_REGION, gcloud_for, needs_gcloud
from tests.gcloud.test_compute_networks import SUBNETS, names
from tests.gcloud.test_vpc_access import CONNECTORS
from tests.sandbox.serving import serving

pytestmark = needs_gcloud

SEED = resources.files("wizard.sandbox").joinpath("scenarios/seed.toml").read_text(encoding="utf-8")
IMAGE = "--image=us-central1-docker.pkg.dev/my-project/repo/my-app:v1"


async def test_a_connector_as_the_tutorial_makes_it(tmp_path: Path) -> None:
    async with serving(tmp_path, SEED) as server:
        at = gcloud_for(server, tmp_path)
        await at.text("services", "enable", "run.googleapis.com", "vpcaccess.googleapis.com", "compute.googleapis.com")
        by_range = "my-connector", IN_REGION, "--network=my-vpc", "--range=10.8.0.0/28"
        size = "--min-instances=2", "--max-instances=10", "--machine-type=e2-micro"
        await at.text(*CONNECTORS, "create", *by_range, *size)
        connector = await at.json(*CONNECTORS, "describe", "my-connector", IN_REGION)
        taken = await at.refused(*SUBNETS, "create", "my-own", "--network=my-vpc", IN_REGION, "--range=10.8.0.0/28")
        subnets = await at.json(*SUBNETS, "list", "--network=my-vpc")
        allow = "--allow=tcp:6379", "--source-ranges=10.8.0.0/28", "--target-tags=redis"
        await at.text("compute", "firewall-rules", "create", "allow-redis", "--network=my-vpc", *allow)
        egress = "--vpc-connector=my-connector", "--vpc-egress=private-ranges-only"
        await at.text("run", "deploy", "my-service", IMAGE, IN_REGION, "--no-allow-unauthenticated", *egress)
        service = await at.json("run", "services", "describe", "my-service", IN_REGION)
        both = await at.refused(
            "run", "deploy", "my-service", IMAGE, IN_REGION, "--network=my-vpc", "--subnet=my-subnet"
        )
    assert (connector["state"], connector["ipCidrRange"]) == ("READY", "10.8.0.0/28")
    assert "10.8.0.0/28 conflicts with existing subnetwork 'aet-uscentral1-my-connector'" in taken
    assert names(subnets) == ["my-subnet"], "the range of a connector is no subnet that anybody can list"
    annotations = service["spec"]["template"]["metadata"]["annotations"]
    assert annotations["run.googleapis.com/vpc-access-connector"].endswith("my-connector")
    assert annotations["run.googleapis.com/vpc-access-egress"] == "private-ranges-only"
    assert {c["type"]: c["status"] for c in service["status"]["conditions"]}["Ready"] == "True"
    assert "VPC connector and direct VPC can not be used together" in both


async def test_direct_vpc_egress_as_the_tutorial_makes_it(tmp_path: Path) -> None:
    async with serving(tmp_path, SEED) as server:
        at = gcloud_for(server, tmp_path)
        small = "tiny", "--network=my-vpc", IN_REGION, "--range=10.8.0.0/28"
        await at.text(*SUBNETS, "create", *small)
        deploy = "run", "deploy", "my-service", IMAGE, IN_REGION, "--no-allow-unauthenticated"
        too_small = await at.refused(*deploy, "--network=my-vpc", "--subnet=tiny")
        direct = "--network=my-vpc", "--subnet=my-subnet", "--network-tags=app", "--vpc-egress=all-traffic"
        await at.text(*deploy, *direct)
        held = await at.json("compute", "addresses", "list", "--filter=purpose=SERVERLESS")
        await at.text("run", "services", "delete", "my-service", IN_REGION)
        in_use = await at.refused(*SUBNETS, "delete", "my-subnet", IN_REGION)
    assert "/26" in too_small
    [block] = held
    assert (block["prefixLength"], block["subnetwork"].rsplit("/", 1)[-1]) == (28, "my-subnet")
    assert f"is already being used by 'projects/my-project/regions/us-central1/addresses/{block['name']}'" in in_use
