"""From a connector to Direct VPC egress and back in gcloud's words, which lose the egress setting if said in one go."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.gcloud.running import Gcloud, gcloud_for, needs_gcloud
from tests.sandbox.serving import serving
from wizard.plan.steps.service import PatchService
from wizard.records import VpcAccess
from wizard.sandbox.api import Body
from wizard.sandbox.server import Server

pytestmark = needs_gcloud

PROJECT, REGION = "demo-project", "us-central1"
LEGACY = f"projects/{PROJECT}/locations/{REGION}/connectors/legacy"
DIRECT = VpcAccess(network="my-vpc", subnet="run", egress="all-traffic")
CONNECTOR = VpcAccess(connector=LEGACY, egress="all-traffic")


def commands(name: str, vpc: VpcAccess, leaves: str) -> list[list[str]]:
    step = PatchService(project=PROJECT, region=REGION, name=name, vpc=vpc, hold="held", leaves=leaves)
    return step.gcloud()


async def type_(gcloud: Gcloud, lines: list[list[str]]) -> None:
    for words in lines:
        await gcloud.text(*words[1:])


def access(server: Server, name: str) -> Body:
    body = server.world.store.get(f"run/projects/{PROJECT}/locations/{REGION}/services/{name}") or {}
    found: Body = body["template"]["vpcAccess"]
    return found


async def test_all_traffic_is_still_all_traffic_after_the_switch_and_back(tmp_path: Path) -> None:
    scenario = resources.files("wizard.sandbox").joinpath("scenarios/migration.toml").read_text(encoding="utf-8")
    async with serving(tmp_path, scenario) as server:
        gcloud = gcloud_for(server, tmp_path)
        refused = await gcloud.run(*commands("mailer", DIRECT, "")[0][1:])
        assert refused.code != 0, "in one command, without a word on the connector"
        assert access(server, "mailer")["connector"] == LEGACY

        await type_(gcloud, commands("mailer", DIRECT, "connector"))
        there = access(server, "mailer")
        assert (there["egress"], there.get("connector")) == ("ALL_TRAFFIC", None)
        assert there["networkInterfaces"][0]["subnetwork"].endswith("run")

        await type_(gcloud, commands("mailer", CONNECTOR, "direct"))
        back = access(server, "mailer")
        assert (back["egress"], back.get("networkInterfaces")) == ("ALL_TRAFFIC", None)
        assert back["connector"] == LEGACY


def test_the_usual_setting_takes_one_command() -> None:
    (only,) = commands("web", VpcAccess(network="my-vpc", subnet="run"), "connector")
    assert only[5:] == [
        *("--project=demo-project", "--region=us-central1", "--clear-vpc-connector"),
        *("--network=my-vpc", "--subnet=run", "--vpc-egress=private-ranges-only", "--no-traffic", "--tag=held"),
    ]
