"""Senders: what a service, revision or job is now, and what it would be."""

from __future__ import annotations

import pytest

from tests.trace.facts import CONNECTOR, OUTSIDE, REGION, project
from wizard.errors import InputError
from wizard.inventory import Gap
from wizard.network.tracing import Origin
from wizard.records import Job, Revision, Service, VpcAccess
from wizard.trace.facts import topology_of
from wizard.trace.origins import likely_network, origin_of, what_if


def origin(connector: str = "", network: str = "", subnet: str = "", egress: str = "") -> Origin:
    vpc = VpcAccess(connector=connector, network=network, subnet=subnet, egress=egress)
    return origin_of(project(), Service(name="s", region=REGION, vpc=vpc))


def test_without_access_there_is_no_way() -> None:
    found = origin()
    assert (found.way, found.start, found.resource) == ("none", "START_FROM_CLOUD_RUN_REVISION", "service s")


def test_revisions_and_jobs() -> None:
    revision = origin_of(project(), Revision(name="s-1", service="s", region=REGION))
    assert (revision.resource, revision.start) == ("revision s-1", "START_FROM_CLOUD_RUN_REVISION")
    job = origin_of(project(), Job(name="j", region=REGION))
    assert (job.resource, job.start) == ("job j", "START_FROM_CLOUD_RUN_JOB")


@pytest.mark.parametrize("name", ["con", CONNECTOR], ids=["short", "full"])
def test_a_connector_on_a_range(name: str) -> None:
    found = origin(connector=name, egress="all-traffic")
    assert (found.way, found.network, found.range, found.subnet) == ("connector", "my-vpc", "10.8.0.0/28", "")
    assert (found.egress, found.automatic, found.broken) == ("all-traffic", True, None)


def test_a_connector_on_a_subnet() -> None:
    found = origin(connector="on-subnet")
    assert (found.network, found.range, found.subnet) == ("my-vpc", "10.8.1.0/28", "con-subnet")


@pytest.mark.parametrize(
    ("connector", "cause", "words"),
    [
        ("ill", "VPC_CONNECTOR_NOT_RUNNING", "ERROR"),
        ("gone", "VPC_CONNECTOR_NOT_RUNNING", "not there"),
        ("projects/demo/locations/europe-west1/connectors/far", "VPC_CONNECTOR_NOT_RUNNING", "europe-west1"),
        (f"projects/host/locations/{REGION}/connectors/con", "RESOURCE_CONFIG_NOT_FOUND", "another project"),
    ],
    ids=["error", "gone", "region", "project"],
)
def test_connectors_that_carry_nothing(connector: str, cause: str, words: str) -> None:
    found = origin(connector=connector).broken
    assert found is not None
    assert found.cause == cause
    assert words in found.detail


def test_direct_by_subnet_by_network_or_by_both() -> None:
    by_subnet = origin(subnet="run")
    assert (by_subnet.way, by_subnet.network, by_subnet.range) == ("direct", "my-vpc", "10.1.0.0/26")
    by_network = origin(network="my-vpc")
    assert (by_network.subnet, by_network.range) == ("my-vpc", "10.2.0.0/26")
    both = origin(
        network="projects/demo/global/networks/my-vpc", subnet=f"projects/demo/regions/{REGION}/subnetworks/run"
    )
    assert both.range == "10.1.0.0/26"
    other = origin(network="other", subnet="run").broken
    assert other is not None


def test_what_may_not_be_read_is_no_answer() -> None:
    gap = Gap(what="connectors", status="PERMISSION_DENIED", message="no")
    facts = project(gaps=(gap,))
    found = origin_of(facts, Service(name="s", region=REGION, vpc=VpcAccess(connector="gone"))).broken
    assert found is not None
    assert (found.cause, found.verdict) == ("PERMISSION_DENIED", "ABORT")


def test_as_it_would_be() -> None:
    direct = what_if(project(), OUTSIDE, "direct:run", "")
    assert (direct.way, direct.range, direct.egress) == ("direct", "10.1.0.0/26", "private-ranges-only")
    existing = what_if(project(), OUTSIDE, "connector:con", "all-traffic")
    assert (existing.connector, existing.range, existing.egress) == ("con", "10.8.0.0/28", "all-traffic")
    new = what_if(project(), OUTSIDE, "connector:10.99.0.0/28", "", "my-vpc")
    assert (new.network, new.range, new.automatic) == ("my-vpc", "10.99.0.0/28", True)
    assert what_if(project(), direct, "", "all-traffic") == what_if(project(), OUTSIDE, "direct:run", "all-traffic")


@pytest.mark.parametrize(
    ("way", "egress", "field"),
    [
        ("", "everything", "--egress"),
        ("direct", "", "--as"),
        ("direct:", "", "--as"),
        ("direct:none-such", "", "--as"),
        ("connector:10.0.0.0", "", "--as"),
        ("connector:10.99.0.0/28", "", "--network"),
        ("tunnel:x", "", "--as"),
    ],
)
def test_what_cannot_be_is_refused(way: str, egress: str, field: str) -> None:
    with pytest.raises(InputError) as refused:
        what_if(project(), OUTSIDE, way, egress)
    assert refused.value.field == field
    assert refused.value.fix


def test_the_network_that_holds_an_address() -> None:
    topology = topology_of(project())
    assert likely_network(topology, ("10.0.0.3",)) == "my-vpc"
    assert likely_network(topology, ("10.9.0.9",)) == "other"
    assert likely_network(topology, ("10.0.0.3", "10.9.0.9")) == ""
    assert likely_network(topology, ("8.8.8.8", "")) == ""
