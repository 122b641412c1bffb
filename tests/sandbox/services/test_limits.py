"""Quotas and organisation policies as Google's own clients meet them."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1, run_v2
from google.cloud import vpcaccess_v1 as vpcaccess

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import DIRECT, LOCATION, PROJECT, SMALL, TEMPLATE
from wizard.sandbox.api import Body

SCENARIO = (
    SMALL
    + '[[connector]]\nname = "old"\nnetwork = "my-vpc"\nrange = "10.40.0.0/28"\n'
    + '[[service]]\nname = "app"\n'
    + '[[job]]\nname = "nightly"\nnetwork = "my-vpc"\nsubnet = "run"\n'
    + '[[quota]]\nmetric = "NETWORKS"\nlimit = 5\nusage = 2\n'
    + '[[quota]]\nmetric = "SUBNETWORKS"\nlimit = 4\n'
    + '[[quota]]\nmetric = "FIREWALLS"\nlimit = 2\n'
    + '[[quota]]\nmetric = "ROUTES"\nlimit = 4\n'
    + '[[quota]]\nmetric = "CPUS"\nlimit = 24\nusage = 12\n'
    + '[[quota]]\nmetric = "DirectVpcInstancesPerRevision"\nlimit = 100\n'
    + '[[quota]]\nmetric = "ServicesPerProjectRegion"\nlimit = 3\nusage = 1\n'
    + '[[quota]]\nmetric = "JobsPerProjectRegion"\nlimit = 1\n'
    + '[[org_policy]]\nconstraint = "run.allowedIngress"\nallowed = ["is:all", "is:internal"]\n'
    + '[[org_policy]]\nconstraint = "compute.restrictVpcPeering"\nallowed = ["under:projects/demo-project"]\n'
    + '[[org_policy]]\nconstraint = "custom.notSpare"\ndenied = [\'resource.network == "spare"\']\n'
)
SIZE = {"min_instances": 2, "max_instances": 3}


def service(cloud: Cloud, name: str, *, validate: bool = False, ingress: int = 0, **template: Any) -> Any:
    wanted = run_v2.Service(template={**TEMPLATE, **template}, ingress=ingress)
    request = {"parent": LOCATION, "service_id": name, "service": wanted, "validate_only": validate}
    return cloud.services.create_service(request=request)


def network(cloud: Cloud, name: str) -> Any:
    body = compute_v1.Network(name=name, auto_create_subnetworks=False)
    return cloud.networks.insert(project=PROJECT, network_resource=body)


def connector(cloud: Cloud, name: str, range_: str, on: str = "my-vpc", **size: Any) -> Any:
    wanted = vpcaccess.Connector({"network": on, "ip_cidr_range": range_, **SIZE, **size})
    return cloud.connectors.create_connector(parent=LOCATION, connector_id=name, connector=wanted)


def test_a_quota_of_compute_is_exceeded_inside_the_operation(cloud: Cloud) -> None:
    network(cloud, "third").result(timeout=10)
    operation = network(cloud, "fourth")
    with pytest.raises(exceptions.Forbidden, match=r"Quota 'NETWORKS' exceeded\.  Limit: 5\.0 globally\."):
        operation.result(timeout=10)
    status, known = cloud.rest("GET", f"/compute/v1/projects/{PROJECT}/global/operations/{operation.name}")
    assert (status, known["error"]["errors"][0]["code"]) == (200, "QUOTA_EXCEEDED")
    assert (known["httpErrorStatusCode"], known["httpErrorMessage"]) == (403, "FORBIDDEN")
    with pytest.raises(exceptions.NotFound):
        cloud.networks.get(project=PROJECT, network="fourth")


def test_what_is_deleted_gives_its_place_back(cloud: Cloud) -> None:
    network(cloud, "third").result(timeout=10)
    cloud.networks.delete(project=PROJECT, network="third").result(timeout=10)
    network(cloud, "again").result(timeout=10)


def test_subnetworks_and_firewall_rules_have_quotas_of_their_own(cloud: Cloud) -> None:
    net = f"projects/{PROJECT}/global/networks/my-vpc"
    subnet = compute_v1.Subnetwork(name="more", network=net, ip_cidr_range="10.77.0.0/24")
    with pytest.raises(exceptions.Forbidden, match=r"Quota 'SUBNETWORKS' exceeded\.  Limit: 4\.0"):
        cloud.subnets.insert(project=PROJECT, region="us-central1", subnetwork_resource=subnet).result(timeout=10)
    for name in ("one", "two"):
        allowed = [compute_v1.Allowed(I_p_protocol="tcp", ports=["22"])]
        rule = compute_v1.Firewall(name=name, network=net, allowed=allowed)
        operation = cloud.firewalls.insert(project=PROJECT, firewall_resource=rule)
        if name == "one":
            operation.result(timeout=10)
    with pytest.raises(exceptions.Forbidden, match=r"Quota 'FIREWALLS' exceeded\.  Limit: 2\.0 globally"):
        operation.result(timeout=10)


def test_an_auto_mode_network_needs_room_for_all_its_subnetworks(cloud: Cloud) -> None:
    body = compute_v1.Network(name="auto", auto_create_subnetworks=True)
    with pytest.raises(exceptions.Forbidden, match=r"Quota 'SUBNETWORKS' exceeded\.  Limit: 4\.0"):
        cloud.networks.insert(project=PROJECT, network_resource=body).result(timeout=10)


def test_routes_that_somebody_made_are_counted_and_those_of_subnets_are_not(cloud: Cloud) -> None:
    """Two networks have a default route each, the scenario makes one more: one is left."""
    gateway = f"projects/{PROJECT}/global/gateways/default-internet-gateway"
    for number, good in ((1, True), (2, False)):
        net = f"projects/{PROJECT}/global/networks/my-vpc"
        route = compute_v1.Route(name=f"r{number}", network=net, dest_range="203.0.113.0/24", next_hop_gateway=gateway)
        operation = cloud.routes.insert(project=PROJECT, route_resource=route)
        if good:
            operation.result(timeout=10)
    with pytest.raises(exceptions.Forbidden, match=r"Quota 'ROUTES' exceeded\.  Limit: 4\.0 globally"):
        operation.result(timeout=10)


def test_a_peering_that_is_not_allowed_fails_in_its_operation(cloud: Cloud) -> None:
    path = f"projects/{PROJECT}/global/networks"
    for name, peer, good in (("own", f"{path}/spare", True), ("other", "projects/foreign/global/networks/n", False)):
        peering = compute_v1.NetworkPeering(name=name, network=peer, exchange_subnet_routes=True)
        wanted = compute_v1.NetworksAddPeeringRequest(network_peering=peering)
        operation = cloud.networks.add_peering(
            project=PROJECT, network="my-vpc", networks_add_peering_request_resource=wanted
        )
        if good:
            operation.result(timeout=10)
    message = "Constraint constraints/compute.restrictVpcPeering violated for project 123456789012. Peering the network"
    with pytest.raises(exceptions.GoogleAPICallError, match=message):
        operation.result(timeout=10)


def test_a_connector_without_processors_stays_in_error(cloud: Cloud) -> None:
    connector(cloud, "second", "10.41.0.0/28").result(timeout=10)
    operation = connector(cloud, "third", "10.42.0.0/28", min_instances=3, max_instances=4)
    with pytest.raises(exceptions.GoogleAPICallError, match="Operation failed: Insufficient CPU quota in region"):
        operation.result(timeout=10)
    assert operation.operation.error.code == 9
    known = cloud.connectors.get_connector(name=f"{LOCATION}/connectors/third")
    assert known.state == vpcaccess.Connector.State.ERROR
    connector(cloud, "small", "10.43.0.0/28").result(timeout=10)


def test_too_many_instances_for_direct_vpc_egress(cloud: Cloud) -> None:
    message = "Max instances must be set to 100 or fewer to use Direct VPC egress"
    for validate in (True, False):
        with pytest.raises(exceptions.InvalidArgument, match=message):
            service(cloud, "wide", validate=validate, vpc_access=DIRECT, scaling={"max_instance_count": 101})
    with pytest.raises(exceptions.InvalidArgument, match="requested: 101 allowed: 100"):
        job = cloud.jobs.get_job(name=f"{LOCATION}/jobs/nightly")
        job.template.task_count = 101
        cloud.jobs.update_job(job=job)
    service(cloud, "wide", vpc_access=DIRECT, scaling={"max_instance_count": 100}).result(timeout=10)


def test_the_region_has_no_room_for_more(cloud: Cloud) -> None:
    service(cloud, "second").result(timeout=10)
    with pytest.raises(exceptions.ResourceExhausted, match="ServicesPerProjectRegion requested: 4 allowed: 3"):
        service(cloud, "third", validate=True)
    with pytest.raises(exceptions.ResourceExhausted, match="JobsPerProjectRegion requested: 2 allowed: 1"):
        job = run_v2.Job(template={"template": TEMPLATE})
        cloud.jobs.create_job(parent=LOCATION, job_id="other", job=job)
    again = cloud.services.get_service(name=f"{LOCATION}/services/app")
    again.labels["a"] = "b"
    cloud.services.update_service(service=again).result(timeout=10)


def test_an_ingress_that_is_not_allowed(cloud: Cloud) -> None:
    balanced = int(run_v2.IngressTraffic.INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER)
    text = (
        "Constraint constraints/run.allowedIngress violated for attempting CreateService with annotation"
        ' "run.googleapis.com/ingress" set to internal-and-cloud-load-balancing.'
    )
    for validate in (True, False):
        with pytest.raises(exceptions.FailedPrecondition) as refused:
            service(cloud, "behind", validate=validate, ingress=balanced)
        assert refused.value.message == text
    assert not [key for key in cloud.state() if key.endswith("/services/behind")]
    service(cloud, "behind", ingress=int(run_v2.IngressTraffic.INGRESS_TRAFFIC_INTERNAL_ONLY)).result(timeout=10)


def test_a_custom_constraint_refuses_a_connector_at_once(cloud: Cloud) -> None:
    with pytest.raises(exceptions.FailedPrecondition, match="Operation denied by custom org policies") as refused:
        connector(cloud, "con", "10.44.0.0/28", on="spare")
    assert '["customConstraints/custom.notSpare": "' in refused.value.message
    with pytest.raises(exceptions.NotFound):
        cloud.connectors.get_connector(name=f"{LOCATION}/connectors/con")


def test_nothing_of_it_is_called_unenforced(cloud: Cloud) -> None:
    info: Body = cloud.control("GET", "info")
    assert info["unenforced"] == []
