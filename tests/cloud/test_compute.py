"""Compute over REST, against bodies as Google sends them (recorded shapes: ids and times as text, no `status` key)."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.cloud.compute_bodies import (
    BASE,
    NETWORKS,
    SUBNET,
    SUBNETS,
    URL,
    error,
    subnet_body,
)
from tests.cloud.servers import Reply, RestServer
from wizard.cloud.calls import Caller, Patience
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_find import ComputeFind
from wizard.cloud.compute_reads import ComputeReads
from wizard.cloud.rest import Threads
from wizard.errors import CloudError
from wizard.records import Ports


async def test_every_page_is_read(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", NETWORKS, {"items": [{"name": "a"}], "nextPageToken": "t/1+"}, {"items": [{"name": "b"}]})
    assert [n.name for n in await ComputeReads(compute).networks()] == ["a", "b"]
    assert [a.query.get("pageToken") for a in http.asked] == [None, "t/1+"]


async def test_a_page_that_fails_is_read_again_alone(http: RestServer, compute: ComputeClient) -> None:
    busy = Reply({"error": {"code": 503, "message": "busy"}}, 503)
    http.on("GET", NETWORKS, {"items": [{"name": "a"}], "nextPageToken": "2"}, busy, {"items": [{"name": "b"}]})
    assert [n.name for n in await ComputeReads(compute).networks()] == ["a", "b"]
    assert [a.query.get("pageToken") for a in http.asked] == [None, "2", "2"]


async def test_network_modes_and_peerings(http: RestServer, compute: ComputeClient) -> None:
    peering = {"name": "servicenetworking-googleapis-com", "network": f"{URL}/global/networks/sn", "state": "NEW_ONE"}
    items = [
        {"name": "auto", "autoCreateSubnetworks": True},
        {"name": "custom", "autoCreateSubnetworks": False, "peerings": [peering], "fieldOfTomorrow": {"x": 1}},
        {"name": "legacy", "IPv4Range": "10.240.0.0/16"},
    ]
    http.on("GET", NETWORKS, {"items": items})
    networks = await ComputeReads(compute).networks()
    assert [n.mode for n in networks] == ["auto", "custom", "legacy"]
    assert networks[2].legacy_range == "10.240.0.0/16"
    assert networks[1].peerings[0].network == "sn"
    assert networks[1].peerings[0].state == "NEW_ONE"


async def test_subnets_of_all_regions_with_free_addresses(http: RestServer, compute: ComputeClient) -> None:
    used = {
        "ipv4Utilizations": [
            {"rangeName": "pods", "totalFreeIp": "9", "totalAllocatedIp": "7"},
            {"totalFreeIp": "44", "totalAllocatedIp": "16"},
        ]
    }
    items = {
        "regions/us-central1": {"subnetworks": [subnet_body(utilizationDetails=used)]},
        "regions/europe-west1": {"warning": {"code": "NO_RESULTS_ON_PAGE"}},
        "regions/us-east1": {"subnetworks": [subnet_body(name="s2")]},
    }
    http.on("GET", f"{BASE}/aggregated/subnetworks", {"items": items})
    first, second = sorted(await ComputeReads(compute).subnets(), key=lambda s: s.name)
    assert (first.network, first.region, first.free, first.etag) == ("n1", "us-central1", 44, "-9hqGif0SQ0=")
    assert second.free is None
    assert http.asked[0].query["views"] == "WITH_UTILIZATION"


async def test_effective_firewalls_of_both_calls(http: RestServer, compute: ComputeClient) -> None:
    rule = {
        "priority": 7,
        "action": "goto_next",
        "direction": "EGRESS",
        "match": {"layer4Configs": [{"ipProtocol": "all"}]},
    }
    rules = [rule]
    everywhere = {
        "firewalls": [
            {"name": "f", "network": f"{URL}/global/networks/n1", "denied": [{"IPProtocol": "tcp", "ports": ["22"]}]}
        ],
        "firewallPolicys": [
            {"type": "HIERARCHY", "name": "111", "shortName": "org", "rules": rules},
            {"type": "HIERARCHY", "name": "222", "shortName": "team", "rules": rules},
            {"type": "NETWORK", "name": "np", "rules": rules},
        ],
    }
    here = {
        "firewallPolicys": [
            {"type": "NETWORK", "name": "np"},
            {"type": "NETWORK_REGIONAL", "name": "rp", "rules": rules},
        ]
    }
    http.on("GET", f"{NETWORKS}/n1/getEffectiveFirewalls", everywhere)
    http.on("GET", f"{BASE}/regions/us-central1/firewallPolicies/getEffectiveFirewalls", here)
    found = await ComputeReads(compute).effective_firewalls("n1", "us-central1")
    assert [(p.name, p.level) for p in found.policies] == [
        ("org", "organization"),
        ("team", "folder"),
        ("np", "global"),
        ("rp", "us-central1"),
    ]
    assert found.policies[0].rules[0].protocols == (Ports("all"),)
    assert (found.rules[0].action, found.rules[0].protocols) == ("deny", (Ports("tcp", ("22",)),))


LEARNED = [
    {"destRange": "10.9.0.0/16", "priority": 100},
    {"destRange": "10.9.0.0/16", "priority": 90},
    {"destRange": "10.8.0.0/16"},
]


async def test_routers_without_their_status(http: RestServer, compute: ComputeClient) -> None:
    body = {"name": "r1", "network": f"{URL}/global/networks/n1", "region": f"{URL}/regions/us-central1"}
    nat = {"name": "nat", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}
    items = {"regions/us-central1": {"routers": [{**body, "nats": [nat]}, {**body, "name": "r2"}]}}
    http.on("GET", f"{BASE}/aggregated/routers", {"items": items})
    status = f"{BASE}/regions/us-central1/routers/{{}}/getRouterStatus"
    http.on("GET", status.format("r1"), error(403, "forbidden", "Required 'compute.routers.get' permission for 'r1'"))
    http.on("GET", status.format("r2"), {"result": {"bestRoutes": LEARNED}})
    first, second = await ComputeReads(compute).routers()
    assert (first.nats[0].all_subnets, first.learned) == (True, ())
    assert second.learned == ("10.8.0.0/16", "10.9.0.0/16")
    assert second.priorities == {"10.8.0.0/16": 1000, "10.9.0.0/16": 90}


async def test_what_is_not_there(http: RestServer, compute: ComputeClient) -> None:
    text = "The resource 'projects/p1/regions/us-central1/subnetworks/s1' was not found"
    http.on("GET", f"{SUBNETS}/s1", error(404, "notFound", text))
    with pytest.raises(CloudError) as caught:
        await ComputeFind(compute).subnet(SUBNET)
    assert caught.value.status == "NOT_FOUND"
    assert caught.value.message == f"could not read {SUBNET}: {text}"
    assert len(http.asked) == 1


async def test_retry_after_is_honoured(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", NETWORKS, Reply({"error": {"code": 429}}, 429, {"Retry-After": "1"}), {"items": []})
    before = monotonic()
    assert await ComputeReads(compute).networks() == ()
    assert monotonic() - before >= 1.0


async def test_a_server_that_hangs_is_given_up(http: RestServer) -> None:
    http.on("GET", NETWORKS, Reply({}, delay=5))
    threads = Threads()
    quick = Caller(Patience(call=0.2, total=0.6, first=0.01))
    client = ComputeClient(http.access, quick, threads, "p1")
    before = monotonic()
    with pytest.raises(CloudError) as caught:
        await ComputeReads(client).networks()
    assert caught.value.status == "DEADLINE_EXCEEDED"
    assert monotonic() - before < 2.0
    threads.close()
    client.close()


async def test_a_reply_that_is_not_json(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", NETWORKS, Reply("<html>a proxy</html>", 502))
    with pytest.raises(CloudError) as caught:
        await ComputeReads(compute).networks()
    assert caught.value.status == "UNAVAILABLE"
