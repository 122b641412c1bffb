"""gcloud reads the organisation policy as runvpc does, and what runvpc advises is a command that works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.fleet.test_policy import ANSWERS, LIMITED, POLICY
from tests.fleet.worlds import codes, found
from tests.gcloud.running import gcloud_for, needs_gcloud
from tests.sandbox.serving import serving
from wizard.cloud.connect import Connection, open_cloud
from wizard.fleet.planner import plan_migration
from wizard.fleet.read import read_fleet
from wizard.plan.plan import Plan
from wizard.sandbox.server import Server

pytestmark = needs_gcloud


async def test_the_policy_and_the_way_out(tmp_path: Path) -> None:
    async with serving(tmp_path / "sandbox", LIMITED) as server:
        gcloud = gcloud_for(server, tmp_path)
        said = await gcloud.json("org-policies", "describe", POLICY, "--effective", "--project=demo-project")
        assert said["spec"]["rules"] == [{"values": {"allowedValues": ["is:all-traffic"]}}]
        for left in (("web", "job:nightly"), ("job:nightly",)):
            finding = found(await _planned(server), "org_policy")
            assert finding.message.endswith(f": private-ranges-only of {', '.join(left)}")
            command = re.search(r"or first gcloud (.+ --vpc-egress=[a-z-]+)", finding.fix)
            assert command is not None
            await gcloud.text(*shlex.split(command[1]))
        made = await _planned(server)
    assert "org_policy" not in " ".join(codes(made))
    assert made.groups == ("api", "web", "job:nightly")


async def _planned(server: Server) -> Plan:
    cloud = await open_cloud(Connection(endpoint=f"http://127.0.0.1:{server.port}"), "demo-project", "us-central1")
    try:
        return plan_migration(await read_fleet(cloud, "us-central1", "con", call=False), ANSWERS, "t1")
    finally:
        await cloud.aclose()
