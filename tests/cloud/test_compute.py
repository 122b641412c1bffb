"""Compute over REST, against bodies as Google sends them (recorded shapes: ids and times as text, no `status` key)."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any

import pytest

from tests.cloud.servers import PATIENCE, Reply, RestServer
from wizard.cloud.calls import Caller, Patience
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_find import ComputeFind
from wizard.cloud.compute_operations import ComputeOperations
from wizard.cloud.compute_reads import ComputeReads
from wizard.cloud.compute_writes import ComputeWrites
from wizard.cloud.rest import Threads
from wizard.errors import CloudError, ReadOnlyError
from wizard.ports import SubnetPatch
from wizard.records import FirewallRule, Nat, Ports, Ref, Router, Subnet

BASE = "/compute/v1/projects/p1"
URL = "https://www.googleapis.com/compute/v1/projects/p1"
NETWORKS = f"{BASE}/global/networks"
SUBNET = Ref(kind="subnet", project="p1", location="us-central1", name="s1")
SUBNETS = f"{BASE}/regions/us-central1/subnetworks"
ID = "6f9b1a52-0a3f-4f6e-9a40-9c1c5a0d2b11"


def error(code: int, reason: str, message: str) -> Reply:
    """An error as compute words it."""
    entry = {"message": message, "domain": "global", "reason": reason}
    return Reply({"error": {"code": code, "message": message, "errors": [entry]}}, code)


def subnet_body(**more: Any) -> dict[str, Any]:
    return {
        "kind": "compute#subnetwork",
        "id": "4455667788",
        "creationTimestamp": "2026-11-22T03:04:05.678-08:00",
        "name": "s1",
        "network": f"{URL}/global/networks/n1",
        "ipCidrRange": "10.8.0.0/26",
        "region": f"{URL}/regions/us-central1",
        "fingerprint": "-9hqGif0SQ0=",
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        **more,
    }


def operation(status: str = "RUNNING", **more: Any) -> dict[str, Any]:
    return {
        "kind": "compute#operation",
        "id": "77",
        "name": "operation-1737649096607-62c61f525c87f-1-2",
        "operationType": "insert",
        "status": status,
        "progress": 100 if status == "DONE" else 0,
        "insertTime": "2026-11-22T03:04:06.000-08:00",
        "region": f"{URL}/regions/us-central1",
        "clientOperationId": ID,
        "targetLink": f"{URL}/regions/us-central1/subnetworks/s1",
        **more,
    }


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


async def test_routers_without_their_status(http: RestServer, compute: ComputeClient) -> None:
    body = {"name": "r1", "network": f"{URL}/global/networks/n1", "region": f"{URL}/regions/us-central1"}
    nat = {"name": "nat", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}
    items = {"regions/us-central1": {"routers": [{**body, "nats": [nat]}, {**body, "name": "r2"}]}}
    http.on("GET", f"{BASE}/aggregated/routers", {"items": items})
    status = f"{BASE}/regions/us-central1/routers/{{}}/getRouterStatus"
    http.on("GET", status.format("r1"), error(403, "forbidden", "Required 'compute.routers.get' permission for 'r1'"))
    http.on("GET", status.format("r2"), {"result": {"bestRoutes": [{"destRange": "10.9.0.0/16"}]}})
    first, second = await ComputeReads(compute).routers()
    assert (first.nats[0].all_subnets, first.learned) == (True, ())
    assert second.learned == ("10.9.0.0/16",)


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


async def test_a_quota_that_is_used_up_is_not_asked_for_again(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", SUBNETS, error(403, "quotaExceeded", "Quota 'SUBNETWORKS' exceeded. Limit: 100.0"))
    wanted = Subnet(name="s1", network="n1", region="us-central1", range="10.8.0.0/26")
    with pytest.raises(CloudError) as caught:
        await ComputeWrites(compute, ComputeFind(compute)).create_subnet(SUBNET, wanted, ID)
    assert caught.value.status == "RESOURCE_EXHAUSTED"
    assert len(http.asked) == 1


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


async def test_create_subnet_body_and_operation(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", SUBNETS, operation())
    wanted = Subnet(name="s1", network="n1", region="us-central1", range="10.8.0.0/26", private_google_access=True)
    done = await ComputeWrites(compute, ComputeFind(compute)).create_subnet(SUBNET, wanted, ID)
    assert done.name == "compute:regions/us-central1/operations/operation-1737649096607-62c61f525c87f-1-2"
    assert not done.done
    assert http.asked[0].query["requestId"] == ID
    assert http.asked[0].body == {
        "name": "s1",
        "network": "projects/p1/global/networks/n1",
        "ipCidrRange": "10.8.0.0/26",
        "privateIpGoogleAccess": True,
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
    }


async def test_a_write_is_repeated_under_its_request_id(http: RestServer, compute: ComputeClient) -> None:
    path = f"{BASE}/global/firewalls"
    http.on("POST", path, Reply({"error": {"code": 503}}, 503), operation(region=""))
    ref = Ref(kind="firewall", project="p1", name="f")
    rule = FirewallRule(name="f", network="n1", protocols=(Ports("tcp", ("6379",)),), sources=("10.8.0.0/26",))
    done = await ComputeWrites(compute, ComputeFind(compute)).create_firewall(ref, rule, ID)
    assert done.name.startswith("compute:global/operations/")
    assert [a.query["requestId"] for a in http.asked] == [ID, ID]
    assert http.asked[0].body["allowed"] == [{"IPProtocol": "tcp", "ports": ["6379"]}]


async def test_a_write_without_request_id_is_sent_once(http: RestServer, compute: ComputeClient) -> None:
    http.on("DELETE", f"{SUBNETS}/s1", Reply({"error": {"code": 503, "message": "busy"}}, 503))
    with pytest.raises(CloudError):
        await ComputeWrites(compute, ComputeFind(compute)).delete_subnet(SUBNET, "")
    assert len(http.asked) == 1


async def test_nat_for_one_subnet(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", f"{BASE}/regions/us-central1/routers", operation())
    ref = Ref(kind="router", project="p1", location="us-central1", name="r")
    wanted = Router(name="r", network="n1", region="us-central1", nats=(Nat(name="r-nat", subnets=("s1",)),))
    await ComputeWrites(compute, ComputeFind(compute)).create_router(ref, wanted, ID)
    subnet = {"name": "projects/p1/regions/us-central1/subnetworks/s1", "sourceIpRangesToNat": ["ALL_IP_RANGES"]}
    assert http.asked[0].body["nats"] == [
        {
            "name": "r-nat",
            "natIpAllocateOption": "AUTO_ONLY",
            "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS",
            "subnetworks": [subnet],
        }
    ]


async def test_a_subnet_that_changed_is_not_patched(http: RestServer, compute: ComputeClient) -> None:
    http.on("GET", f"{SUBNETS}/s1", subnet_body(fingerprint="newer"))
    with pytest.raises(CloudError) as caught:
        await ComputeWrites(compute, ComputeFind(compute)).patch_subnet(
            SUBNET, SubnetPatch(private_google_access=True), "-9hqGif0SQ0=", ID
        )
    assert caught.value.status == "ABORTED"
    assert [a.verb for a in http.asked] == ["GET"]


async def test_read_only_sends_nothing(http: RestServer) -> None:
    threads = Threads()
    client = ComputeClient(http.access, Caller(PATIENCE, read_only=True), threads, "p1")
    with pytest.raises(ReadOnlyError):
        await ComputeWrites(client, ComputeFind(client)).delete_subnet(SUBNET, ID)
    assert http.asked == []
    threads.close()


OPERATION = "operation-1737649096607-62c61f525c87f-1-2"
WAIT = f"{BASE}/regions/us-central1/operations/{OPERATION}/wait"


async def test_waiting_for_an_operation(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", WAIT, operation("PENDING"), operation("A_NEW_STATE"), operation("DONE"))
    await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert len(http.asked) == 3


async def test_a_server_that_waits_longer_than_we_do_is_asked_how_it_stands(http: RestServer) -> None:
    http.on("POST", WAIT, Reply(operation(), delay=5))
    http.on("GET", WAIT.removesuffix("/wait"), operation("RUNNING"), operation("DONE"))
    threads = Threads()
    client = ComputeClient(http.access, Caller(Patience(call=0.2, total=2.0)), threads, "p1")
    await ComputeOperations(client).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert [a.verb for a in http.asked] == ["POST", "GET"] * 2
    threads.close()
    client.close()


async def test_an_operation_that_fails_says_why(http: RestServer, compute: ComputeClient) -> None:
    text = (
        "The subnetwork resource 'projects/p1/regions/us-central1/subnetworks/s1' is already being used by "
        "'projects/p1/regions/us-central1/addresses/serverless-ipv4-1'"
    )
    entry = {"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": text}
    failed = operation("DONE", error={"errors": [entry]}, httpErrorStatusCode=400, httpErrorMessage="BAD REQUEST")
    http.on("POST", WAIT, failed)
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "FAILED_PRECONDITION"
    assert text in caught.value.message


@pytest.mark.parametrize("code", ["RESOURCE_NOT_FOUND", "SOMETHING_NEW"])
async def test_a_failed_operation_never_looks_like_one_that_is_gone(
    http: RestServer, compute: ComputeClient, code: str
) -> None:
    http.on("POST", WAIT, operation("DONE", error={"errors": [{"code": code, "message": "no"}]}))
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "FAILED"


async def test_an_operation_that_is_gone(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", WAIT, error(404, "notFound", "The resource was not found"))
    with pytest.raises(CloudError) as caught:
        await ComputeOperations(compute).wait(f"regions/us-central1/operations/{OPERATION}", SUBNET)
    assert caught.value.status == "NOT_FOUND"


async def test_the_creation_of_ours_is_found_by_request_id(http: RestServer, compute: ComputeClient) -> None:
    others = [
        operation(clientOperationId="other"),
        operation(operationType="delete"),
        operation(targetLink=f"{SUBNETS}/s2"),
    ]
    path = f"{BASE}/regions/us-central1/operations"
    http.on("GET", path, {"items": others, "nextPageToken": "2"}, {"items": [operation("DONE")]})
    found = await ComputeOperations(compute).creation(SUBNET, "2026-11-22T11:00:00Z", ID)
    assert found is not None
    assert found.done
    assert re.fullmatch(r'clientOperationId\s*=\s*"[0-9a-f-]+"', http.asked[0].query["filter"])


@pytest.mark.parametrize(("since", "ours"), [("2026-11-22T11:04:00Z", True), ("2026-11-22T11:05:00Z", False)])
async def test_without_request_id_the_time_decides(
    http: RestServer, compute: ComputeClient, since: str, ours: bool
) -> None:
    http.on("GET", f"{BASE}/regions/us-central1/operations", {"items": [operation("DONE")]})
    found = await ComputeOperations(compute).creation(SUBNET, since, "")
    assert (found is not None) is ours
