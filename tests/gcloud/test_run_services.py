"""gcloud run services, from the first deployment to the last deletion; Google's v2 client sees what it wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest
from google.api_core import exceptions
from google.cloud import run_v2
from google.cloud.run_v2.services.services.transports import ServicesGrpcAsyncIOTransport
from google.iam.v1 import iam_policy_pb2

from tests.gcloud.running import IN_REGION, gcloud_for, needs_gcloud
from tests.sandbox.serving import serving
from wizard.sandbox.server import Server

pytestmark = needs_gcloud

PLACE = "projects/demo-project/locations/us-central1"
WORLD = """
[project]
id = "demo-project"
number = 123456789012
region = "us-central1"

[[network]]
name = "my-vpc"

[[subnet]]
name = "run"
network = "my-vpc"
range = "10.1.0.0/26"

[[subnet]]
name = "full"
network = "my-vpc"
range = "10.2.0.0/26"
used = 60

[[connector]]
name = "con"
network = "my-vpc"
range = "10.8.0.0/28"

[[secret]]
name = "db"
"""
ON_RUN = "--network=my-vpc", "--subnet=run"
ASIDE = "--no-traffic", "--tag=next"
EGRESS = run_v2.VpcAccess.VpcEgress


@asynccontextmanager
async def v2_client(server: Server) -> AsyncIterator[run_v2.ServicesAsyncClient]:
    """Google's client of the other API, straight over gRPC."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield run_v2.ServicesAsyncClient(transport=ServicesGrpcAsyncIOTransport(channel=channel))


async def seen(server: Server, name: str) -> run_v2.Service:
    """The service as v2 shows it."""
    async with v2_client(server) as client:
        return await client.get_service(name=f"{PLACE}/services/{name}")


def shares(service: run_v2.Service) -> list[tuple[str, int, str]]:
    """The traffic as revision number (or LATEST), percent and tag."""
    return [(t.revision.rpartition("-")[0][-5:] or "LATEST", t.percent, t.tag) for t in service.traffic]


async def test_the_life_of_a_service(tmp_path: Path) -> None:
    """With a connector, then on Direct VPC egress in gcloud's two steps, traffic by tag, and away."""
    async with serving(tmp_path, WORLD) as server:
        gcloud = gcloud_for(server, tmp_path)
        what = "--image=img", "--set-env-vars=A=1,B=2", "--set-secrets=DB=db:latest", "--max-instances=3"
        way = "--vpc-connector=con", "--vpc-egress=private-ranges-only"
        await gcloud.text("run", "deploy", "s1", IN_REGION, *what, *way, "--allow-unauthenticated")
        first = await seen(server, "s1")
        refused = await gcloud.refused("run", "services", "update", "s1", IN_REGION, *ON_RUN)

        tags = "--network-tags=a,b", "--clear-vpc-connector"
        await gcloud.text("run", "services", "update", "s1", IN_REGION, *ON_RUN, *tags, *ASIDE)
        switched = await seen(server, "s1")
        await gcloud.text("run", "services", "update", "s1", IN_REGION, "--vpc-egress=all-traffic", *ASIDE)
        widened = await seen(server, "s1")
        await gcloud.text("run", "services", "update-traffic", "s1", IN_REGION, "--to-tags=next=50")
        half = await seen(server, "s1")
        shown = await gcloud.text("run", "services", "describe", "s1", IN_REGION)
        listed = await gcloud.json("run", "services", "list")
        await gcloud.text("run", "services", "update-traffic", "s1", IN_REGION, "--to-latest", "--clear-tags")
        whole = await seen(server, "s1")

        revisions = "run", "revisions"
        named = await gcloud.json(*revisions, "list", "--service=s1", IN_REGION, "--sort-by=metadata.name")
        in_use = await gcloud.refused(*revisions, "delete", named[-1]["metadata"]["name"], IN_REGION)
        await gcloud.text(*revisions, "delete", named[0]["metadata"]["name"], IN_REGION)
        policy = await policy_of(server, "s1")
        await gcloud.text("run", "services", "delete", "s1", IN_REGION)
        gone = await gcloud.refused("run", "services", "describe", "s1", IN_REGION)
        with pytest.raises(exceptions.NotFound):
            await seen(server, "s1")

    container = first.template.containers[0]
    assert {v.name: v.value for v in container.env if v.value} == {"A": "1", "B": "2"}
    assert [v.value_source.secret_key_ref.secret for v in container.env if v.value_source] == ["db"]
    assert first.template.scaling.max_instance_count == 3
    assert first.template.vpc_access.connector == f"{PLACE}/connectors/con"
    assert (first.client, first.terminal_condition.state.name) == ("gcloud", "CONDITION_SUCCEEDED")
    assert policy == [("roles/run.invoker", ["allUsers"])]
    assert "VPC connector and direct VPC can not be used together" in refused

    access = switched.template.vpc_access
    assert (access.connector, access.egress) == ("", EGRESS.PRIVATE_RANGES_ONLY)
    assert [(i.network, i.subnetwork, list(i.tags)) for i in access.network_interfaces] == [
        ("my-vpc", "run", ["a", "b"])
    ]
    assert shares(switched) == [("00001", 100, ""), ("00002", 0, "next")]
    assert widened.template.vpc_access.egress == EGRESS.ALL_TRAFFIC
    assert widened.template.vpc_access.network_interfaces == access.network_interfaces
    assert shares(half) == [("00001", 50, ""), ("00003", 50, ""), ("00003", 0, "next")]
    assert shares(whole) == [("LATEST", 100, "")]
    for line in ("Network:", "my-vpc", "Egress:", "all-traffic", "next: https://next---s1-"):
        assert line in shown
    assert [(s["metadata"]["name"], s["status"]["url"]) for s in listed] == [("s1", first.uri)]
    assert len(named) == 3
    assert "cannot be deleted" in in_use
    assert "Cannot find service [s1]" in gone


async def policy_of(server: Server, name: str) -> list[tuple[str, list[str]]]:
    """Roles and members of a service's policy, by v2."""
    async with v2_client(server) as client:
        request = iam_policy_pb2.GetIamPolicyRequest(resource=f"{PLACE}/services/{name}")
        return [(b.role, list(b.members)) for b in (await client.get_iam_policy(request)).bindings]


async def test_a_service_of_v2_keeps_its_vpc_when_gcloud_changes_it(tmp_path: Path) -> None:
    """Also when gcloud writes back what it has described, which changes nothing."""
    interface = run_v2.VpcAccess.NetworkInterface(network="my-vpc", subnetwork="run", tags=["a"])
    access = run_v2.VpcAccess(network_interfaces=[interface], egress=EGRESS.ALL_TRAFFIC)
    template = run_v2.RevisionTemplate(
        containers=[run_v2.Container(image="img", base_image_uri="base")], vpc_access=access, timeout="77s"
    )
    made = run_v2.Service(template=template, description="made by v2")
    async with serving(tmp_path, WORLD) as server:
        gcloud = gcloud_for(server, tmp_path)
        async with v2_client(server) as client:
            await (await client.create_service(parent=PLACE, service=made, service_id="s2")).result(timeout=20)
        await gcloud.text("run", "services", "update", "s2", IN_REGION, "--update-env-vars=A=1")
        updated = await seen(server, "s2")
        described = tmp_path / "s2.yaml"
        described.write_text(await gcloud.text("run", "services", "describe", "s2", IN_REGION, "--format=export"))
        await gcloud.text("run", "services", "replace", str(described), IN_REGION)
        replaced = await seen(server, "s2")
    assert [(v.name, v.value) for v in updated.template.containers[0].env] == [("A", "1")]
    assert updated.template.vpc_access == access
    assert (updated.description, updated.template.timeout.seconds) == ("made by v2", 77)
    assert updated.template.containers[0].base_image_uri == "base"
    assert replaced.template == updated.template
    assert replaced.latest_ready_revision == updated.latest_ready_revision
    assert replaced.generation == updated.generation + 1


async def test_what_keeps_a_revision_from_starting_is_what_gcloud_ends_with(tmp_path: Path) -> None:
    """Operations take time here: gcloud waits for them. With neither flag it asks whether it may set the policy."""
    async with serving(tmp_path, WORLD, instant=False, speed=100.0) as server:
        gcloud = gcloud_for(server, tmp_path)
        deploy = "run", "deploy", "s3", IN_REGION, "--image=img"
        no_connector = await gcloud.refused(*deploy, "--vpc-connector=none")
        full = await gcloud.refused(*deploy, "--clear-vpc-connector", "--network=my-vpc", "--subnet=full")
        said = await gcloud.text(*deploy, *ON_RUN, "--no-allow-unauthenticated", "--format=value(status.url)")
        methods = {request["method"] for request in server.log.requests}
    assert "connectors/none does not exist, or Cloud Run does not have permission to use it." in no_connector
    assert "Revision 's3-00002-" in full
    assert "is not ready and cannot serve traffic. Instance failed to start because of insufficient free IP" in full
    assert said.startswith("https://s3-")
    assert {"run.TestIamPermissions", "run.WaitOperation"} <= methods
