"""What traces need of compute's messages, and the machines behind load balancers, on bodies as Google sends them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.compute_bodies import BASE, NETWORKS, URL, error
from tests.cloud.servers import RestServer
from wizard.cloud.backends import Backends
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_reads import ComputeReads
from wizard.errors import CloudError

SERVICE = "projects/p1/regions/us-central1/backendServices/db"
SERVICE_PATH = f"{BASE}/regions/us-central1/backendServices/db"
GATEWAYS = f"{URL}/global/gateways"


@pytest.mark.parametrize(
    ("body", "hop_type", "next_hop"),
    [
        ({"nextHopGateway": f"{GATEWAYS}/default-internet-gateway"}, "NEXT_HOP_INTERNET_GATEWAY", "internet"),
        ({"nextHopGateway": f"{GATEWAYS}/of-tomorrow"}, "", "of-tomorrow"),
        ({"nextHopPeering": "partner"}, "NEXT_HOP_PEERING", "peering:partner"),
        ({"nextHopIp": "10.0.0.9"}, "NEXT_HOP_IP", "10.0.0.9"),
        ({"nextHopIlb": f"{URL}/regions/r/forwardingRules/nva"}, "NEXT_HOP_ILB", "nva"),
        ({"nextHopInstance": f"{URL}/zones/z/instances/nva"}, "NEXT_HOP_INSTANCE", "nva"),
        ({"nextHopVpnTunnel": f"{URL}/regions/r/vpnTunnels/t"}, "NEXT_HOP_VPN_TUNNEL", "t"),
        ({"nextHopInterconnectAttachment": f"{URL}/regions/r/interconnectAttachments/a"}, "NEXT_HOP_INTERCONNECT", "a"),
        ({"nextHopHub": "projects/p1/locations/global/hubs/h"}, "NEXT_HOP_NCC_HUB", "h"),
        ({"nextHopNetwork": f"{URL}/global/networks/n1"}, "NEXT_HOP_NETWORK", "n1"),
        ({}, "", ""),
    ],
)
async def test_kinds_of_next_hop(
    http: RestServer, compute: ComputeClient, body: dict[str, Any], hop_type: str, next_hop: str
) -> None:
    http.on("GET", f"{BASE}/global/routes", {"items": [{"name": "r", "destRange": "10.0.0.0/8", **body}]})
    (route,) = await ComputeReads(compute).routes()
    assert (route.hop_type, route.next_hop) == (hop_type, next_hop)


async def test_a_peer_is_named_with_its_project(http: RestServer, compute: ComputeClient) -> None:
    peer = "https://www.googleapis.com/compute/v1/projects/tenant-tp/global/networks/servicenetworking"
    http.on("GET", NETWORKS, {"items": [{"name": "n", "peerings": [{"name": "sn", "network": peer}]}]})
    (network,) = await ComputeReads(compute).networks()
    assert [(p.network, p.project) for p in network.peerings] == [("servicenetworking", "tenant-tp")]


async def test_a_machine_that_forwards_and_is_stopped(http: RestServer, compute: ComputeClient) -> None:
    interface = {"networkIP": "10.0.0.9", "aliasIpRanges": [{"ipCidrRange": "10.4.1.0/24"}]}
    machine = {"name": "nva", "status": "TERMINATED", "canIpForward": True, "networkInterfaces": [interface]}
    plain = {"name": "vm", "networkInterfaces": [{"networkIP": "10.0.0.3"}]}
    path = f"{BASE}/aggregated/instances"
    http.on("GET", path, {"items": {"zones/us-central1-b": {"instances": [machine, plain]}}})
    first, second = await ComputeReads(compute).instances()
    assert (first.status, first.can_ip_forward, first.alias_ranges) == ("TERMINATED", True, ("10.4.1.0/24",))
    assert (second.status, second.can_ip_forward, second.alias_ranges) == ("RUNNING", False, ())


async def test_forwarding_rules_say_where_they_lead(http: RestServer, compute: ComputeClient) -> None:
    balancer = {
        "name": "db",
        "loadBalancingScheme": "INTERNAL",
        "IPProtocol": "TCP",
        "allPorts": True,
        "backendService": f"{URL}/regions/us-central1/backendServices/db",
    }
    endpoint = {"name": "psc", "target": f"{URL}/regions/us-central1/serviceAttachments/sql"}
    vpn = {"name": "esp", "loadBalancingScheme": "EXTERNAL", "target": f"{URL}/regions/r/targetVpnGateways/old"}
    items = {"regions/us-central1": {"forwardingRules": [balancer, endpoint, vpn]}}
    http.on("GET", f"{BASE}/aggregated/forwardingRules", {"items": items})
    one, two, three = await ComputeReads(compute).forwarding_rules()
    assert (one.backend_service, one.protocol, one.all_ports, one.psc_target) == (SERVICE, "TCP", True, "")
    assert (one.backends, one.backends_known) == ((), False)
    assert (two.backend_service, two.psc_target) == ("", "sql")
    assert three.psc_target == ""


def backends(*groups: str) -> dict[str, Any]:
    return {"name": "db", "backends": [{"group": f"{URL}/{group}"} for group in groups]}


def members(*names: str, token: str = "") -> dict[str, Any]:
    items = [{"instance": f"{URL}/zones/us-central1-b/instances/{name}", "status": "RUNNING"} for name in names]
    return {"items": items} | ({"nextPageToken": token} if token else {})


async def test_the_machines_of_every_group_and_page(http: RestServer, compute: ComputeClient) -> None:
    zonal, regional = "zones/us-central1-b/instanceGroups/g1", "regions/us-central1/instanceGroups/g2"
    http.on("GET", SERVICE_PATH, backends(zonal, regional))
    http.on("POST", f"{BASE}/{zonal}/listInstances", members("a", token="2"), members("b"))
    http.on("POST", f"{BASE}/{regional}/listInstances", members("c", "a"))
    assert await Backends(compute).names(SERVICE) == ("a", "b", "c")
    asked = [a for a in http.asked if a.verb == "POST"]
    assert {a.body["instanceState"] for a in asked} == {"ALL"}
    assert sorted(a.query.get("pageToken", "") for a in asked) == ["", "", "2"]


async def test_a_service_without_machines_has_none(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", SERVICE_PATH, backends())
    assert await Backends(compute).names(SERVICE) == ()


async def test_endpoint_groups_and_global_services_are_not_known(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", SERVICE_PATH, backends("zones/z/instanceGroups/g", "zones/z/networkEndpointGroups/neg"))
    assert await Backends(compute).names(SERVICE) is None
    assert await Backends(compute).names("projects/p1/global/backendServices/db") is None
    assert len(http.asked) == 1


async def test_a_service_that_may_not_be_read(http: RestServer, compute: ComputeClient) -> None:
    refusal = error(403, "forbidden", "Required 'compute.regionBackendServices.get' permission for 'projects/p1'")
    http.on("GET", SERVICE_PATH, refusal)
    with pytest.raises(CloudError) as caught:
        await Backends(compute).names(SERVICE)
    assert caught.value.status == "PERMISSION_DENIED"
    assert "compute.regionBackendServices.get" in caught.value.fix
