"""Peerings of the sandbox's own networks: states, exchanged routes, ranges, packets. Handlers without a server."""

from __future__ import annotations

import pytest

from tests.sandbox.handling import PROJECT, REGION, ask, seeded
from tests.sandbox.services.test_compute_changes import MORE, NETWORKS, WHERE, add, done, network
from wizard.sandbox.api import ApiError
from wizard.sandbox.gateway import decide
from wizard.sandbox.world import World


async def offered(world: World, of: str, direction: str = "INCOMING") -> dict[str, bool]:
    request = {"project": PROJECT, "network": of, "peeringName": "p", "direction": direction}
    listed = await ask(world, "compute.networks.listPeeringRoutes", **request)
    return {route["destRange"]: route["imported"] for route in listed["items"]}


async def test_a_peering_is_active_when_both_sides_are_there() -> None:
    world = seeded(MORE)
    await add(world, "p", "my-vpc", "other")
    [waiting] = (await network(world, "my-vpc"))["peerings"]
    assert (waiting["state"], await offered(world, "my-vpc")) == ("INACTIVE", {})
    await add(world, "p", "other", "my-vpc", exportCustomRoutes=True)
    assert [(await network(world, name))["peerings"][0]["state"] for name in ("my-vpc", "other")] == ["ACTIVE"] * 2
    assert await offered(world, "my-vpc") == {"10.70.0.0/24": True, "10.71.0.0/16": False}
    change = {"networksUpdatePeeringRequestResource": {"networkPeering": {"name": "p", "importCustomRoutes": True}}}
    await done(world, "compute.networks.updatePeering", project=PROJECT, network="my-vpc", **change)
    assert await offered(world, "my-vpc") == {"10.70.0.0/24": True, "10.71.0.0/16": True}
    assert await offered(world, "other", "OUTGOING") == await offered(world, "my-vpc")
    gone = {"networksRemovePeeringRequestResource": {"name": "p"}}
    await done(world, "compute.networks.removePeering", project=PROJECT, network="other", **gone)
    assert "peerings" not in await network(world, "other")
    assert (await network(world, "my-vpc"))["peerings"][0]["state"] == "INACTIVE"


BEYOND = """
[[target]]
name = "web"
address = "10.70.0.3"
network = "other"
serves = ["http:80"]

[[firewall]]
name = "from-run"
network = "other"
rules = ["tcp:80"]
sources = ["10.1.0.0/26"]
"""


async def test_packets_take_a_peering_as_long_as_both_sides_are_there() -> None:
    world = seeded(MORE + BEYOND)

    def verdict() -> str:
        access = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
        return decide(world, access, REGION, "10.70.0.3", 80).verdict

    seen = [verdict()]
    await add(world, "p", "my-vpc", "other")
    seen.append(verdict())
    await add(world, "p", "other", "my-vpc")
    seen.append(verdict())
    gone = {"networksRemovePeeringRequestResource": {"name": "p"}}
    await done(world, "compute.networks.removePeering", project=PROJECT, network="other", **gone)
    assert [*seen, verdict()] == ["drop", "drop", "deliver", "drop"]


async def test_networks_that_cannot_be_peers() -> None:
    world = seeded(MORE + '\n[[subnet]]\nname = "same"\nnetwork = "other"\nrange = "10.1.0.0/24"\n')
    peering = {"name": "p", "network": f"{NETWORKS}/other"}
    request = {"networksAddPeeringRequestResource": {"networkPeering": peering}}
    with pytest.raises(ApiError, match=r"10\.1\.0\.0/26.* overlaps with .*10\.1\.0\.0/24"):
        await ask(world, "compute.networks.addPeering", project=PROJECT, network="my-vpc", **request)


async def test_a_subnet_leaves_the_ranges_of_the_peers_subnets_alone() -> None:
    world = seeded(MORE)
    await add(world, "p", "my-vpc", "other")
    await add(world, "p", "other", "my-vpc")
    wanted = {"name": "clash", "network": f"{NETWORKS}/my-vpc", "ipCidrRange": "10.70.0.0/28"}
    with pytest.raises(ApiError, match="conflicts with existing peering route of 'p'"):
        await ask(world, "compute.subnetworks.insert", subnetworkResource=wanted, **WHERE)
