"""Subnetworks: which ranges are refused, what a new one looks like, free addresses, what keeps one from going."""

from __future__ import annotations

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1 as compute
from google.cloud import run_v2, vpcaccess_v1

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import DIRECT, LOCATION, NETWORK, PROJECT, REGION, SMALL, TEMPLATE

SCENARIO = SMALL + '\n[[network]]\nname = "auto"\nmode = "auto"\n'


def new(range_: str, name: str = "fresh", network: str = NETWORK) -> compute.Subnetwork:
    return compute.Subnetwork(name=name, ip_cidr_range=range_, network=network)


def insert(cloud: Cloud, wanted: compute.Subnetwork) -> None:
    cloud.subnets.insert(project=PROJECT, region=REGION, subnetwork_resource=wanted).result(timeout=10)


def get(cloud: Cloud, name: str, **fields: object) -> compute.Subnetwork:
    return cloud.subnets.get(request={"project": PROJECT, "region": REGION, "subnetwork": name, **fields})


REFUSED = {
    "10.0.0.128/25": "10.0.0.128/25 conflicts with existing subnetwork 'my-subnet' in region 'us-central1'.",
    "10.4.7.0/24": "conflicts with existing subnetwork 'my-subnet' in region 'us-central1'.",
    "10.0.0.0/8": "conflicts with existing",
    "10.8.0.0/28": "conflicts with existing subnetwork 'elsewhere' in region 'europe-west1'.",
    "10.9.1.0/24": "conflicts with existing allocated range 'managed'.",
    "10.10.1.0/24": "conflicts with existing route 'to-on-prem'.",
    "10.60.1.0/24": "conflicts with existing peering route of 'partner'.",
    "10.2.0.5/24": "Must be a CIDR address range",
    "10.2.0.0": "must be /29 or larger",
    "": "Must be a CIDR address range",
    "10.2.0.0/30": "must be /29 or larger",
    "169.254.0.0/24": "prohibited",
    "127.1.0.0/16": "prohibited",
}


@pytest.mark.parametrize("range_", REFUSED)
def test_a_range_that_is_refused_at_once(cloud: Cloud, range_: str) -> None:
    with pytest.raises(exceptions.BadRequest) as refused:
        insert(cloud, new(range_))
    assert f"Invalid value for field 'resource.ipCidrRange': '{range_}'." in str(refused.value)
    assert REFUSED[range_] in str(refused.value)


def test_a_secondary_range_that_is_refused(cloud: Cloud) -> None:
    wanted = new("10.2.0.0/24")
    wanted.secondary_ip_ranges = [compute.SubnetworkSecondaryRange(range_name="pods", ip_cidr_range="10.4.0.0/20")]
    with pytest.raises(
        exceptions.BadRequest, match=r"'resource\.secondaryIpRanges\[0\]\.ipCidrRange': '10\.4\.0\.0/20'"
    ):
        insert(cloud, wanted)
    wanted.secondary_ip_ranges[0].ip_cidr_range = "10.2.0.0/25"
    with pytest.raises(exceptions.BadRequest, match=r"secondaryIpRanges\[0\]"):
        insert(cloud, wanted)


def test_the_block_of_auto_mode_networks(cloud: Cloud) -> None:
    auto = f"projects/{PROJECT}/global/networks/auto"
    with pytest.raises(
        exceptions.BadRequest, match=r"in auto subnet mode networks cannot overlap with 10\.128\.0\.0/9"
    ):
        insert(cloud, new("10.200.0.0/24", network=auto))
    insert(cloud, new("10.200.0.0/24"))


def test_an_unknown_network(cloud: Cloud) -> None:
    with pytest.raises(exceptions.BadRequest, match="The referenced network resource cannot be found"):
        insert(cloud, new("10.2.0.0/24", network=NETWORK + "-not"))


def test_two_that_want_the_same_range_at_the_same_time(cloud: Cloud) -> None:
    cloud.slowly()
    first = cloud.subnets.insert(project=PROJECT, region=REGION, subnetwork_resource=new("10.2.0.0/24"))
    other = cloud.subnets.insert(project=PROJECT, region=REGION, subnetwork_resource=new("10.2.0.0/24", "other"))
    cloud.advance(60)
    first.result(timeout=10)
    with pytest.raises(exceptions.BadRequest, match="conflicts with existing subnetwork 'fresh'"):
        other.result(timeout=10)


def test_a_new_subnetwork_as_the_server_fills_it_in(cloud: Cloud) -> None:
    insert(cloud, new("10.2.0.0/24"))
    made = get(cloud, "fresh")
    assert (made.gateway_address, made.purpose, made.stack_type) == ("10.2.0.1", "PRIVATE", "IPV4_ONLY")
    assert made.fingerprint
    assert made.region.endswith(f"/projects/{PROJECT}/regions/{REGION}")
    routes = [r for r in cloud.routes.list(project=PROJECT) if r.dest_range == "10.2.0.0/24"]
    assert [(r.priority, r.next_hop_network.rsplit("/", 1)[-1]) for r in routes] == [(0, "my-vpc")]
    cloud.subnets.delete(project=PROJECT, region=REGION, subnetwork="fresh").result(timeout=10)
    assert "10.2.0.0/24" not in [r.dest_range for r in cloud.routes.list(project=PROJECT)]
    with pytest.raises(exceptions.NotFound):
        get(cloud, "fresh")


def test_a_secondary_range_has_a_route_too(cloud: Cloud) -> None:
    assert "10.4.0.0/16" in [r.dest_range for r in cloud.routes.list(project=PROJECT)]


def test_free_addresses_are_counted(cloud: Cloud) -> None:
    entry = get(cloud, "my-subnet", views="WITH_UTILIZATION").utilization_details.ipv4_utilizations[0]
    assert (entry.total_free_ip, entry.total_allocated_ip) == (251, 1), "256 less 4 reserved, less one machine"
    assert not get(cloud, "my-subnet").utilization_details.ipv4_utilizations


def test_lists_by_region_and_over_all_regions_in_pages(cloud: Cloud) -> None:
    names = [s.name for s in cloud.subnets.list(project=PROJECT, region=REGION)]
    assert sorted(names) == ["auto", "con-subnet", "my-subnet", "run"]
    request = {"project": PROJECT, "max_results": 2, "filter": 'network eq ".*/my-vpc"'}
    found = {
        subnet.name: scope
        for scope, listed in cloud.subnets.aggregated_list(request=request)
        for subnet in listed.subnetworks
    }
    regions = dict.fromkeys(("con-subnet", "my-subnet", "run"), f"regions/{REGION}")
    assert found == {**regions, "elsewhere": "regions/europe-west1"}


def test_private_google_access_is_switched(cloud: Cloud) -> None:
    before = get(cloud, "my-subnet")
    cloud.subnets.set_private_ip_google_access(
        project=PROJECT,
        region=REGION,
        subnetwork="my-subnet",
        subnetworks_set_private_ip_google_access_request_resource=compute.SubnetworksSetPrivateIpGoogleAccessRequest(
            private_ip_google_access=True
        ),
    ).result(timeout=10)
    after = get(cloud, "my-subnet")
    assert (before.private_ip_google_access, after.private_ip_google_access) == (False, True)
    assert before.fingerprint != after.fingerprint


def test_a_change_needs_the_present_fingerprint(cloud: Cloud) -> None:
    change = compute.Subnetwork(fingerprint="AAAA", description="x")
    place = {"project": PROJECT, "region": REGION, "subnetwork": "my-subnet"}
    with pytest.raises(exceptions.PreconditionFailed):
        cloud.subnets.patch(request={**place, "subnetwork_resource": change})


def test_a_subnetwork_with_a_machine_stays(cloud: Cloud) -> None:
    operation = cloud.subnets.delete(project=PROJECT, region=REGION, subnetwork="my-subnet")
    with pytest.raises(exceptions.BadRequest, match=r"my-subnet' is already being used by .*/instances/cache'"):
        operation.result(timeout=10)


def test_a_subnetwork_of_a_connector_stays(cloud: Cloud) -> None:
    connector = vpcaccess_v1.Connector(subnet={"name": "con-subnet"}, min_instances=2, max_instances=3)
    cloud.connectors.create_connector(parent=LOCATION, connector_id="con", connector=connector).result(timeout=10)
    with pytest.raises(exceptions.BadRequest, match="con-subnet' is already being used by"):
        cloud.subnets.delete(project=PROJECT, region=REGION, subnetwork="con-subnet").result(timeout=10)


def test_a_subnetwork_of_cloud_run_stays_until_its_addresses_are_given_back(cloud: Cloud) -> None:
    service = run_v2.Service(template={**TEMPLATE, "vpc_access": DIRECT})
    cloud.services.create_service(parent=LOCATION, service_id="app", service=service).result(timeout=10)
    held = list(cloud.addresses.list(project=PROJECT, region=REGION))
    assert [(a.purpose, a.prefix_length, a.name.startswith("serverless-ipv4-")) for a in held] == [
        ("SERVERLESS", 28, True)
    ]
    with pytest.raises(exceptions.BadRequest, match="is managed by Cloud Run"):
        cloud.addresses.delete(project=PROJECT, region=REGION, address=held[0].name).result(timeout=10)
    cloud.services.delete_service(name=f"{LOCATION}/services/app").result(timeout=10)
    operation = cloud.subnets.delete(project=PROJECT, region=REGION, subnetwork="run")
    message = f"The subnetwork resource .*/subnetworks/run' is already being used by .*/addresses/{held[0].name}'"
    with pytest.raises(exceptions.BadRequest, match=message):
        operation.result(timeout=10)
    cloud.advance(2 * 3600)
    cloud.subnets.delete(project=PROJECT, region=REGION, subnetwork="run").result(timeout=10)
