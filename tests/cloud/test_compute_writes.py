"""Writes to compute: what is sent, and when it is sent again."""

from __future__ import annotations

import pytest

from tests.cloud.compute_bodies import (
    BASE,
    ID,
    SUBNET,
    SUBNETS,
    error,
    operation,
    subnet_body,
)
from tests.cloud.servers import PATIENCE, Reply, RestServer
from wizard.cloud.calls import Caller
from wizard.cloud.compute_client import ComputeClient
from wizard.cloud.compute_find import ComputeFind
from wizard.cloud.compute_writes import ComputeWrites
from wizard.cloud.rest import Threads
from wizard.errors import CloudError, ReadOnlyError
from wizard.ports import SubnetPatch
from wizard.records import FirewallRule, Nat, Ports, Ref, Router, Subnet


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


async def test_a_quota_that_is_used_up_is_not_asked_for_again(http: RestServer, compute: ComputeClient) -> None:
    http.on("POST", SUBNETS, error(403, "quotaExceeded", "Quota 'SUBNETWORKS' exceeded. Limit: 100.0"))
    wanted = Subnet(name="s1", network="n1", region="us-central1", range="10.8.0.0/26")
    with pytest.raises(CloudError) as caught:
        await ComputeWrites(compute, ComputeFind(compute)).create_subnet(SUBNET, wanted, ID)
    assert caught.value.status == "RESOURCE_EXHAUSTED"
    assert len(http.asked) == 1
