"""What traces read, end to end: Google's clients and the inventory against the sandbox's server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from wizard import inventory
from wizard.cloud.connect import Connection, open_cloud
from wizard.errors import CloudError
from wizard.ports import Cloud
from wizard.records import DnsRecord
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

PROJECT, REGION = "demo-project", "us-central1"
SCENARIO = Path(__file__).with_name("traced.toml").read_text(encoding="utf-8")
DENIED = "\n[[permission]]\ndenied = [{}]\n"
DNS_CALLS = {"dns.managedZones.list", "dns.resourceRecordSets.list"}
BACKEND_CALLS = {"compute.regionBackendServices.get", "compute.instanceGroups.listInstances"}


@pytest.fixture(scope="module", params=[""])
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The scenario with the TOML of the parameter after it."""
    folder = tmp_path_factory.mktemp("traced")
    scenario = folder / "traced.toml"
    scenario.write_text(SCENARIO.replace('region = "us-central1"\n', f'region = "us-central1"\n{request.param}', 1))
    started = client.ensure(folder / "state", str(scenario), instant=True)
    yield started
    client.stop(started)


@pytest.fixture
async def cloud(sandbox: Sandbox) -> AsyncIterator[Cloud]:
    opened = await open_cloud(Connection(endpoint=sandbox.url), PROJECT, REGION)
    yield opened
    await opened.aclose()


def called(sandbox: Sandbox) -> set[str]:
    return {str(entry["method"]) for entry in client.control(sandbox, "GET", "log")["requests"]}


async def test_nothing_more_is_read_unless_it_is_asked_for(sandbox: Sandbox, cloud: Cloud) -> None:
    found = await inventory.read(cloud, REGION, "my-service")
    assert (found.zones, found.gaps) == ((), ())
    assert "dns.googleapis.com" not in found.apis
    assert [(r.name, r.backends_known) for r in found.forwarding_rules] == [("db", False)]
    assert not called(sandbox) & (DNS_CALLS | BACKEND_CALLS)


async def test_zones_and_machines_when_asked(sandbox: Sandbox, cloud: Cloud) -> None:
    found = await inventory.read(cloud, REGION, "my-service", dns=True, backends=True)
    assert found.gaps == ()
    assert {z.dns_name: z.records for z in found.zones} == {
        "eu.corp.example.": (DnsRecord(name="api.eu.corp.example.", type="A", values=("10.0.0.10",)),),
        "corp.example.": (DnsRecord(name="cache.corp.example.", type="A", values=("10.0.0.3",)),),
    }
    assert {z.networks for z in found.zones} == {("my-vpc", "other")}
    (rule,) = found.forwarding_rules
    assert (rule.address, rule.backends, rule.backends_known) == ("10.0.0.20", ("db-backend",), True)
    (machine,) = [i for i in found.instances if i.name == rule.backends[0]]
    assert (machine.tags, machine.service_accounts) == (("db", "vip"), ("db@demo-project.iam.gserviceaccount.com",))
    assert (machine.subnet, machine.address) == ("my-subnet", "10.0.0.253")
    assert called(sandbox) >= DNS_CALLS | BACKEND_CALLS
    assert client.control(sandbox, "GET", "log")["writes"] == 0


async def test_a_backend_service_that_is_gone(cloud: Cloud) -> None:
    with pytest.raises(CloudError) as caught:
        await cloud.backends(f"projects/{PROJECT}/regions/{REGION}/backendServices/nothing")
    assert caught.value.status == "NOT_FOUND"


LEFT_OUT = [
    pytest.param(DENIED.format('"dns.managedZones.list"'), ["DNS zones"], id="zones"),
    pytest.param(DENIED.format('"dns.resourceRecordSets.list"'), ["DNS zones"], id="records"),
    pytest.param(DENIED.format('"compute.regionBackendServices.get"'), ["machines behind db-service"], id="service"),
    pytest.param(DENIED.format('"compute.instanceGroups.list"'), ["machines behind db-service"], id="group"),
    pytest.param('apis = ["run.googleapis.com", "compute.googleapis.com"]', [], id="API off"),
]


@pytest.mark.parametrize(("sandbox", "gaps"), LEFT_OUT, indirect=["sandbox"])
async def test_what_may_not_be_read_is_a_gap(cloud: Cloud, gaps: list[str]) -> None:
    found = await inventory.read(cloud, REGION, "my-service", dns=True, backends=True)
    assert [gap.what for gap in found.gaps] == gaps
    assert {gap.status for gap in found.gaps} <= {"PERMISSION_DENIED"}
    assert bool(found.zones) is (bool(gaps) and "DNS zones" not in gaps)
    assert [(r.name, r.backends_known) for r in found.forwarding_rules] == [
        ("db", "machines behind db-service" not in gaps)
    ]


@pytest.mark.parametrize("sandbox", ['apis = ["run.googleapis.com"]'], indirect=True)
async def test_an_api_that_is_off_says_so(cloud: Cloud) -> None:
    with pytest.raises(CloudError) as caught:
        await cloud.zones()
    assert (caught.value.status, caught.value.fix) == (
        "PERMISSION_DENIED",
        "run: gcloud services enable dns.googleapis.com",
    )
