"""Networks, their routes, operations with request ids, and deletions that fail inside the operation."""

from __future__ import annotations

import re

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1 as compute

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import API, NETWORK, PROJECT

REQUEST = "8f1b1a3e-0000-4000-8000-000000000001"


def new(name: str) -> compute.Network:
    return compute.Network(name=name, auto_create_subnetworks=False)


def test_a_new_network_has_the_identity_and_the_route_that_the_real_one_has(cloud: Cloud) -> None:
    cloud.networks.insert(project=PROJECT, network_resource=new("fresh")).result(timeout=10)
    made = cloud.networks.get(project=PROJECT, network="fresh")
    assert made.self_link == f"{API}projects/{PROJECT}/global/networks/fresh"
    assert re.fullmatch(r"\d{19}", str(made.id))
    assert made.network_firewall_policy_enforcement_order == "AFTER_CLASSIC_FIREWALL"
    assert made.routing_config.routing_mode == "REGIONAL"
    wanted = 'network eq ".*/fresh"'
    routes = list(cloud.routes.list(request={"project": PROJECT, "filter": wanted}))
    assert [(r.dest_range, r.priority, r.next_hop_gateway.rsplit("/", 1)[-1]) for r in routes] == [
        ("0.0.0.0/0", 1000, "default-internet-gateway")
    ]
    cloud.networks.delete(project=PROJECT, network="fresh").result(timeout=10)
    assert not list(cloud.routes.list(request={"project": PROJECT, "filter": wanted})), "its routes go with it"


def test_the_same_request_id_is_the_same_operation_also_when_it_is_done(cloud: Cloud) -> None:
    request = {
        "project": PROJECT,
        "network_resource": new("fresh"),
        "request_id": REQUEST,
    }
    first = cloud.networks.insert(request=request)
    first.result(timeout=10)
    again = cloud.networks.insert(request=request)
    assert again.name == first.name
    assert again.client_operation_id == REQUEST
    with pytest.raises(exceptions.Conflict, match="The resource 'projects/demo-project/global/networks/fresh' already"):
        cloud.networks.insert(project=PROJECT, network_resource=new("fresh"))


def test_a_deletion_is_repeated_with_the_same_request_id(cloud: Cloud) -> None:
    cloud.networks.insert(project=PROJECT, network_resource=new("fresh")).result(timeout=10)
    request = {"project": PROJECT, "network": "fresh", "request_id": "8f1b1a3e-0000-4000-8000-000000000002"}
    first = cloud.networks.delete(request=request)
    first.result(timeout=10)
    assert cloud.networks.delete(request=request).name == first.name
    with pytest.raises(exceptions.NotFound):
        cloud.networks.delete(project=PROJECT, network="fresh")


def test_a_request_id_of_another_kind_of_request_is_no_repetition(cloud: Cloud) -> None:
    same = "8f1b1a3e-0000-4000-8000-000000000003"
    cloud.networks.insert(request={"project": PROJECT, "network_resource": new("fresh"), "request_id": same}).result(
        timeout=10
    )
    cloud.networks.delete(request={"project": PROJECT, "network": "fresh", "request_id": same}).result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        cloud.networks.get(project=PROJECT, network="fresh")


def test_a_network_in_use_is_refused_inside_the_operation(cloud: Cloud) -> None:
    operation = cloud.networks.delete(project=PROJECT, network="my-vpc")
    with pytest.raises(
        exceptions.BadRequest, match="is already being used by 'projects/demo-project/global/firewalls/"
    ):
        operation.result(timeout=10)
    name = operation.name
    ended = cloud.global_operations.get(project=PROJECT, operation=name)
    assert (ended.status.name, ended.progress, ended.http_error_status_code) == ("DONE", 100, 400)
    assert ended.http_error_message == "BAD REQUEST"
    assert [e.code for e in ended.error.errors] == ["RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"]
    assert cloud.networks.get(project=PROJECT, network="my-vpc").name == "my-vpc"
    assert re.fullmatch(r"operation-\d{13}-[0-9a-f]{13}-[0-9a-f]{8}-[0-9a-f]{8}", name)


@pytest.mark.parametrize("name", ["", "Upper", "a_b", "-a", "a" * 64, "[a]", "\N{OCTOPUS}"])
def test_a_bad_name(cloud: Cloud, name: str) -> None:
    with pytest.raises(exceptions.BadRequest, match=r"Invalid value for field 'resource\.name'"):
        cloud.networks.insert(project=PROJECT, network_resource=new(name))


def test_lists_come_in_pages_and_through_filters(cloud: Cloud) -> None:
    def names(**fields: object) -> list[str]:
        return [n.name for n in cloud.networks.list(request={"project": PROJECT, **fields})]

    assert names() == names(max_results=1) == ["my-vpc", "spare"]
    assert names(filter='name = "spare"') == names(filter="name=spare") == names(filter='name eq "sp.*"') == ["spare"]
    assert names(filter="name != spare") == names(filter="name ne spare") == ["my-vpc"]
    assert names(filter='(name = "spare") AND (name = "my-vpc")') == []
    assert names(filter='(name = "spare") OR (name = "my-vpc")') == ["my-vpc", "spare"]
    assert names(filter="autoCreateSubnetworks = false") == ["my-vpc", "spare"]
    with pytest.raises(exceptions.BadRequest, match="Invalid list filter expression"):
        names(filter="=")
    with pytest.raises(exceptions.BadRequest):
        names(page_token="elsewhere")


def test_what_peers_offer_and_which_firewalls_are_in_force(cloud: Cloud) -> None:
    offered = cloud.networks.list_peering_routes(
        request={"project": PROJECT, "network": "my-vpc", "peering_name": "partner", "direction": "INCOMING"}
    )
    assert [r.dest_range for r in offered] == ["10.60.0.0/16"]
    effective = cloud.networks.get_effective_firewalls(project=PROJECT, network="my-vpc")
    assert [f.name for f in effective.firewalls] == ["allow-db"]
    assert effective.firewalls[0].network == API + NETWORK


def test_an_unknown_operation(cloud: Cloud) -> None:
    with pytest.raises(exceptions.NotFound, match="operations/none' was not found"):
        cloud.global_operations.get(project=PROJECT, operation="none")
