"""Addresses that Compute Engine chooses or refuses, their labels; routers that change: handlers without a server."""

from __future__ import annotations

import ipaddress

import pytest

from tests.sandbox.handling import PROJECT, REGION, ask, seeded
from tests.sandbox.services.test_compute_changes import MORE, NETWORKS, WHERE, done
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.world import World

RUN = f"projects/{PROJECT}/regions/{REGION}/subnetworks/run"


async def regional(world: World, name: str, **fields: object) -> Body:
    resource = {"name": name, **fields}
    await done(world, "compute.addresses.insert", addressResource=resource, **WHERE)
    return await ask(world, "compute.addresses.get", address=name, **WHERE)


async def for_peering(world: World, name: str, network: str, prefix: int, **fields: object) -> Body:
    block = {"name": name, "purpose": "VPC_PEERING", "network": f"{NETWORKS}/{network}", "prefixLength": prefix}
    await done(world, "compute.globalAddresses.insert", project=PROJECT, addressResource={**block, **fields})
    return await ask(world, "compute.globalAddresses.get", project=PROJECT, address=name)


async def test_the_first_free_address_of_a_subnet() -> None:
    world = seeded(MORE)
    first = await regional(world, "a", subnetwork=RUN)
    named = await regional(world, "b", subnetwork="run", address="10.1.0.3")
    third = await regional(world, "c", subnetwork=RUN)
    assert [one["address"] for one in (first, named, third)] == ["10.1.0.2", "10.1.0.3", "10.1.0.4"]
    assert (first["addressType"], first["purpose"], first["status"]) == ("INTERNAL", "GCE_ENDPOINT", "RESERVED")
    assert first["region"].endswith(f"/regions/{REGION}")
    assert first["subnetwork"].endswith(RUN)


@pytest.mark.parametrize("address", ["10.1.0.0", "10.1.0.1", "10.1.0.62", "10.1.0.63", "10.2.0.9", "10.1.0.9", "x"])
async def test_an_address_that_a_subnet_cannot_give(address: str) -> None:
    world = seeded(MORE)
    await regional(world, "a", subnetwork=RUN, address="10.1.0.9")
    with pytest.raises(ApiError, match=r"Invalid value for field 'resource\.address'"):
        await regional(world, "b", subnetwork=RUN, address=address)


async def test_a_subnet_without_free_addresses() -> None:
    world = seeded(MORE + '\n[[subnet]]\nname = "tiny"\nnetwork = "my-vpc"\nrange = "10.9.0.0/29"\n')
    for number in range(4):
        await regional(world, f"a{number}", subnetwork="tiny")
    with pytest.raises(ApiError, match="No free address is left"):
        await regional(world, "b", subnetwork="tiny")


async def test_an_external_address_is_one_of_nobody() -> None:
    world = seeded(MORE)
    one, other = await regional(world, "a"), await regional(world, "b")
    assert one["addressType"] == "EXTERNAL"
    assert one["address"] != other["address"]
    assert ipaddress.ip_address(one["address"]) in ipaddress.ip_network("203.0.113.0/24")


async def test_a_range_for_vpc_peering_lies_beside_all_that_is_taken() -> None:
    world = seeded(MORE)
    taken = [ipaddress.ip_network(text) for text in ("10.1.0.0/26", "10.60.0.0/16")]
    for number, prefix in enumerate((16, 20, 9, 24)):
        made = await for_peering(world, f"block{number}", "my-vpc", prefix)
        block = ipaddress.ip_network(f"{made['address']}/{prefix}")
        assert not any(block.overlaps(other) for other in taken)
        taken.append(block)
    assert made["labelFingerprint"]
    in_auto = await for_peering(world, "auto", "auto", 9)
    assert in_auto["address"] == "10.0.0.0", "10.128.0.0/9 is left to the subnets to come"


@pytest.mark.parametrize(("address", "why"), [("10.1.0.0", "subnetwork 'run'"), ("10.60.0.0", "'managed'")])
async def test_a_range_for_vpc_peering_that_is_taken(address: str, why: str) -> None:
    with pytest.raises(ApiError, match=f"The range conflicts with existing .*{why}"):
        await for_peering(seeded(MORE), "block", "my-vpc", 24, address=address)


async def test_labels_are_set_by_a_call_of_their_own_that_is_done_at_once() -> None:
    world = seeded(MORE, instant=False)
    resource = {"name": "a", "subnetwork": RUN, "labels": {"team": "x"}}
    await ask(world, "compute.addresses.insert", addressResource=resource, **WHERE)
    world.clock.advance(60)
    before = await ask(world, "compute.addresses.get", address="a", **WHERE)
    assert "labels" not in before
    wanted = {"labels": {"team": "y"}, "labelFingerprint": before["labelFingerprint"]}
    request = {"resource": "a", "regionSetLabelsRequestResource": wanted, **WHERE}
    operation = await ask(world, "compute.addresses.setLabels", **request)
    assert (operation["status"], operation["operationType"]) == ("DONE", "setLabels")
    after = await ask(world, "compute.addresses.get", address="a", **WHERE)
    assert after["labels"] == {"team": "y"}
    with pytest.raises(ApiError) as stale:
        await ask(world, "compute.addresses.setLabels", **request)
    assert (stale.value.http, stale.value.reason) == (412, "conditionNotMet")


async def test_a_router_is_patched_in_part_and_updated_as_a_whole() -> None:
    world = seeded(MORE)
    nat = {"name": "nat", "natIpAllocateOption": "AUTO_ONLY"}
    body = {"name": "r", "network": f"{NETWORKS}/my-vpc", "bgp": {"asn": 64512}, "nats": [nat], "description": "x"}
    await done(world, "compute.routers.insert", routerResource=body, **WHERE)
    place = {"router": "r", **WHERE}
    ended = await done(world, "compute.routers.patch", routerResource={"bgp": {"asn": 64513}}, **place)
    assert ended["operationType"] == "compute.routers.patch"
    patched = await ask(world, "compute.routers.get", **place)
    assert (patched["bgp"], patched["description"], len(patched["nats"])) == ({"asn": 64513}, "x", 1)
    assert patched["nats"][0]["effectiveTcpTimeWaitTimeoutSec"] == 120
    await done(world, "compute.routers.update", routerResource={"name": "r", "bgp": {"asn": 64514}}, **place)
    updated = await ask(world, "compute.routers.get", **place)
    assert updated["bgp"] == {"asn": 64514}
    assert not {"nats", "description"} & updated.keys()
    with pytest.raises(ApiError, match=r"nats\[1\]\.name.*unique"):
        await ask(world, "compute.routers.patch", routerResource={"nats": [nat, nat]}, **place)
    with pytest.raises(ApiError, match="cannot be changed"):
        await ask(world, "compute.routers.patch", routerResource={"network": f"{NETWORKS}/other"}, **place)
