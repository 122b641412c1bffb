"""Opening, refusing to write, and what an import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials

from tests.cloud.servers import RestServer
from wizard.cloud.access import Access
from wizard.cloud.connect import Connection, identity, open_cloud
from wizard.cloud.google_cloud import GoogleCloud
from wizard.errors import CloudError, InputError, ReadOnlyError
from wizard.ports import Cloud, ConnectorPatch, Operation, Patch, ServicePatch, SubnetPatch, Writes
from wizard.records import AnyResource, Api, Connector, FirewallRule, Job, Ref, Router, Service, Subnet

ROOT = Path(__file__).parents[2]
R = "us-central1"

CREATES: dict[str, AnyResource] = {
    "subnet": Subnet(name="x", network="n", region=R, range="10.8.0.0/26"),
    "firewall": FirewallRule(name="x", network="n"),
    "router": Router(name="x", network="n", region=R),
    "connector": Connector(name="x", region=R, subnet="s"),
    "service": Service(name="x", region=R),
    "job": Job(name="x", region=R),
    "api": Api(name="x"),
}
PATCHES: dict[str, Patch] = {
    "subnet": SubnetPatch(private_google_access=True),
    "connector": ConnectorPatch(min_instances=2, max_instances=3, machine_type="e2-micro"),
    "service": ServicePatch(env={}),
}


def ref(kind: str, name: str = "x") -> Ref:
    return Ref(kind=kind, project="p1", location=R, name=name)


def test_importing_connect_is_cheap() -> None:
    code = "import wizard.cloud.connect, sys; print([m for m in ('google', 'grpc', 'requests') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


async def test_read_only_refuses_every_write_before_anything_is_sent(http: RestServer) -> None:
    cloud: Cloud = await open_cloud(Connection(endpoint=http.access.endpoint, read_only=True), "p1", R)
    for kind, wanted in CREATES.items():
        with pytest.raises(ReadOnlyError):
            await cloud.create(ref(kind), wanted, request_id="1")
        with pytest.raises(ReadOnlyError):
            await cloud.delete(ref(kind), etag="", request_id="1")
    for kind, change in PATCHES.items():
        with pytest.raises(ReadOnlyError):
            await cloud.patch(ref(kind), change, etag="e", request_id="1")
    await cloud.aclose()
    assert http.asked == []


def test_the_writes_are_the_ones_that_are_refused() -> None:
    """A new method of the port that returns an operation to follow has to be added above."""
    made = {name for name, m in vars(Writes).items() if getattr(m, "__annotations__", {}).get("return") == "Operation"}
    assert made == {"create", "patch", "delete"}


@pytest.mark.parametrize("name", ["ä", "a b", "../x", "a?b", "x\n", "", "%2e"])
async def test_names_that_cannot_be(http: RestServer, name: str) -> None:
    cloud = await open_cloud(Connection(endpoint=http.access.endpoint), "p1", R)
    for kind in ("network", "service", "connector", "secret"):
        with pytest.raises(CloudError) as caught:
            await cloud.find(ref(kind, name))
        assert caught.value.status == "INVALID_ARGUMENT"
    with pytest.raises(InputError):
        await open_cloud(Connection(endpoint=http.access.endpoint), name, R)
    await cloud.aclose()
    assert http.asked == []


async def test_what_is_not_there_is_none(http: RestServer) -> None:
    http.on("GET", "/compute/v1/projects/p1/global/networks/x", {"name": "x"})
    cloud = await open_cloud(Connection(endpoint=http.access.endpoint), "p1", R)
    assert await cloud.find(Ref(kind="network", project="p1", name="x")) is not None
    with pytest.raises(CloudError) as caught:
        await cloud.find(ref("spaceship"))
    assert caught.value.status == "UNIMPLEMENTED"
    await cloud.aclose()


async def test_without_credentials_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(CloudError) as caught:
        await open_cloud(Connection(), "p1", R)
    assert caught.value.status == "UNAUTHENTICATED"
    assert "gcloud auth application-default login" in caught.value.fix


async def test_nobody_calls_a_sandbox(http: RestServer) -> None:
    assert (await identity(Connection(endpoint=http.access.endpoint))).account == ""


async def test_the_live_cloud_is_opened_by_the_same_code() -> None:
    access = Access(credentials=AnonymousCredentials())
    cloud = GoogleCloud(access, Connection(), "p1", R)
    assert (cloud.project, cloud.region) == ("p1", R)
    assert access.base("run.googleapis.com") == "https://run.googleapis.com"
    await cloud.aclose()


async def test_an_operation_of_another_version_is_said_to_be_one(http: RestServer) -> None:
    cloud = await open_cloud(Connection(endpoint=http.access.endpoint), "p1", R)
    with pytest.raises(CloudError) as caught:
        await cloud.wait(Operation(name="future:x", ref=ref("subnet")))
    assert caught.value.status == "UNIMPLEMENTED"
    await cloud.wait(Operation(name="", ref=ref("subnet"), done=True))
    await cloud.aclose()
