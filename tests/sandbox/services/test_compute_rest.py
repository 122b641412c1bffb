"""Firewall rules, addresses, routers and machines."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud import compute_v1 as compute

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import API, NETWORK, PROJECT, REGION, REGIONAL

TCP = compute.Allowed(I_p_protocol="tcp", ports=["5432", "80-90"])


def rule(**fields: object) -> compute.Firewall:
    return compute.Firewall(**{"name": "fresh", "network": NETWORK, "allowed": [TCP], **fields})


def insert(cloud: Cloud, wanted: compute.Firewall) -> compute.Firewall:
    cloud.firewalls.insert(project=PROJECT, firewall_resource=wanted).result(timeout=10)
    return cloud.firewalls.get(project=PROJECT, firewall=wanted.name)


def test_a_rule_as_the_server_fills_it_in(cloud: Cloud) -> None:
    made = insert(cloud, rule())
    assert (made.direction, made.priority, made.disabled) == ("INGRESS", 1000, False)
    assert list(made.source_ranges) == ["0.0.0.0/0"]
    assert made.network == API + NETWORK
    out = insert(cloud, rule(name="out", direction="EGRESS", allowed=[], denied=[compute.Denied(I_p_protocol="all")]))
    assert list(out.destination_ranges) == ["0.0.0.0/0"]
    assert [f.name for f in cloud.firewalls.list(project=PROJECT)] == ["allow-db", "fresh", "out"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "priority": ({"priority": 65536}, "Must be between 0 and 65535"),
    "nothing": ({"allowed": []}, "Exactly one of 'allowed' and 'denied'"),
    "both": ({"denied": [compute.Denied(I_p_protocol="udp")]}, "Exactly one of 'allowed' and 'denied'"),
    "protocol": ({"allowed": [compute.Allowed(I_p_protocol="quic")]}, r"allowed\[0\]\.IPProtocol"),
    "port": ({"allowed": [compute.Allowed(I_p_protocol="tcp", ports=["9-2"])]}, r"allowed\[0\]\.ports"),
    "superscript port": ({"allowed": [compute.Allowed(I_p_protocol="tcp", ports=["²"])]}, r"allowed\[0\]\.ports"),
    "superscript protocol": ({"allowed": [compute.Allowed(I_p_protocol="²")]}, r"allowed\[0\]\.IPProtocol"),
    "port of icmp": ({"allowed": [compute.Allowed(I_p_protocol="icmp", ports=["1"])]}, "only supported with TCP"),
    "host bits": ({"source_ranges": ["10.0.0.1/8"]}, r"sourceRanges\[0\]"),
    "egress tags": ({"direction": "EGRESS", "source_tags": ["a"]}, "Egress rules cannot have source tags"),
    "tags and accounts": ({"source_tags": ["a"], "target_service_accounts": ["b@c.d"]}, "together with tags"),
    "direction": ({"direction": "SIDEWAYS"}, "direction"),
    "network": ({"network": "projects/demo-project/global/networks/none"}, "network resource cannot be found"),
    "tag": ({"target_tags": ["Not A Tag"]}, r"targetTags\[0\]"),
    "name": ({"name": "a" * 64}, r"resource\.name"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_rule_that_is_refused(cloud: Cloud, case: str) -> None:
    fields, message = BAD[case]
    with pytest.raises(exceptions.BadRequest, match=message):
        insert(cloud, rule(**fields))


def test_a_rule_is_changed_in_part_and_deleted(cloud: Cloud) -> None:
    place = {"project": PROJECT, "firewall": "allow-db"}
    cloud.firewalls.patch(request={**place, "firewall_resource": {"disabled": True}}).result(timeout=10)
    after = cloud.firewalls.get(request=place)
    assert (after.disabled, list(after.source_ranges)) == (True, ["10.8.1.0/28"])
    denied = {"allowed": [TCP], "denied": [compute.Denied(I_p_protocol="tcp")]}
    with pytest.raises(exceptions.BadRequest, match="Exactly one"):
        cloud.firewalls.patch(request={**place, "firewall_resource": denied})
    cloud.firewalls.delete(request=place).result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        cloud.firewalls.get(request=place)


def test_a_change_keeps_the_identity_of_the_rule(cloud: Cloud) -> None:
    before = cloud.firewalls.get(project=PROJECT, firewall="allow-db")
    change = {"name": "other", "id": 5, "network": "global/networks/my-vpc", "priority": 7}
    request = {"project": PROJECT, "firewall": "allow-db", "firewall_resource": change}
    cloud.firewalls.patch(request=request).result(timeout=10)
    after = cloud.firewalls.get(project=PROJECT, firewall="allow-db")
    assert after.priority == 7
    assert (after.name, after.id, after.network) == (before.name, before.id, before.network)


def test_allocated_ranges_and_regional_addresses(cloud: Cloud) -> None:
    assert [(a.name, a.address, a.prefix_length) for a in cloud.global_addresses.list(project=PROJECT)] == [
        ("managed", "10.9.0.0", 16)
    ]
    wanted = compute.Address(
        name="later", address="10.12.0.0", prefix_length=16, purpose="VPC_PEERING", network=NETWORK
    )
    cloud.global_addresses.insert(project=PROJECT, address_resource=wanted).result(timeout=10)
    made = cloud.global_addresses.get(project=PROJECT, address="later")
    assert (made.status, made.address_type, made.network) == ("RESERVED", "INTERNAL", API + NETWORK)
    found = [a.name for _, listed in cloud.addresses.aggregated_list(project=PROJECT) for a in listed.addresses]
    assert found == ["later", "managed"]
    cloud.global_addresses.delete(project=PROJECT, address="later").result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        cloud.global_addresses.get(project=PROJECT, address="later")


def test_a_router_with_nat(cloud: Cloud) -> None:
    nat = compute.RouterNat(
        name="nat",
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
    )
    wanted = compute.Router(name="router", network=API + NETWORK)
    cloud.routers.insert(project=PROJECT, region=REGION, router_resource=wanted).result(timeout=10)
    place = {"project": PROJECT, "region": REGION, "router": "router"}
    cloud.routers.patch(request={**place, "router_resource": {"nats": [nat]}}).result(timeout=10)
    made = cloud.routers.get(request=place)
    assert [n.name for n in made.nats] == ["nat"]
    assert made.network == API + NETWORK
    cloud.routers.patch(request={**place, "router_resource": {}}).result(timeout=10)
    assert [n.name for n in cloud.routers.get(request=place).nats] == ["nat"], "an empty change leaves it"
    cloud.routers.delete(request=place).result(timeout=10)
    with pytest.raises(exceptions.NotFound):
        cloud.routers.get(request=place)


def test_learned_routes_show_in_the_status_of_a_router(cloud: Cloud) -> None:
    wanted = compute.Router(name="router", network=API + NETWORK)
    cloud.routers.insert(project=PROJECT, region=REGION, router_resource=wanted).result(timeout=10)
    status = cloud.routers.get_router_status(project=PROJECT, region=REGION, router="router")
    assert [r.dest_range for r in status.result.best_routes] == ["10.11.0.0/16"]


def test_the_machines_of_the_scenario(cloud: Cloud) -> None:
    zone = f"{REGION}-b"
    machine = cloud.instances.get(project=PROJECT, zone=zone, instance="cache")
    interface = machine.network_interfaces[0]
    assert (interface.network_i_p, interface.subnetwork) == ("10.0.0.3", f"{API}{REGIONAL}/subnetworks/my-subnet")
    assert list(machine.tags.items) == ["cache"]
    found = [
        (scope, i.name) for scope, some in cloud.instances.aggregated_list(project=PROJECT) for i in some.instances
    ]
    assert found == [(f"zones/{zone}", "cache")]
