"""Private services access: the connection, the peering, what is refused in the operation; APIs switched off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.handling import PROJECT, ask, seeded
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.gateway import decide
from wizard.sandbox.world import World

NUMBER = 123456789012
NETWORK = f"projects/{NUMBER}/global/networks/my-vpc"
SERVICE = "services/servicenetworking.googleapis.com"
CONNECTIONS = "servicenetworking.services.connections"

RANGES = """
[[address]]
name = "managed"
network = "my-vpc"
range = "10.60.0.0/16"

[[address]]
name = "more"
network = "my-vpc"
range = "10.61.0.0/16"
"""

CACHE = """
[[target]]
name = "cache"
address = "10.60.0.3"
network = "my-vpc"
kind = "redis"
serves = ["redis:6379"]
"""

PEERING = """
[[peering]]
name = "servicenetworking-googleapis-com"
network = "my-vpc"
routes = ["10.60.0.0/24"]
"""


async def ended(world: World, method: str, **request: Any) -> Body:
    name = (await ask(world, f"{CONNECTIONS}.{method}", **request))["name"]
    assert name.startswith(f"operations/pssn.p24-{NUMBER}-")
    return await ask(world, "servicenetworking.operations.get", name=name)


async def connect(world: World, *ranges: str) -> Body:
    return await ended(world, "create", parent=SERVICE, network=NETWORK, reservedPeeringRanges=list(ranges))


async def change(world: World, *ranges: str, force: bool = False) -> Body:
    request = {"name": f"{SERVICE}/connections/-", "network": NETWORK, "reservedPeeringRanges": list(ranges)}
    return await ended(world, "patch", force=force, **request)


async def remove(world: World) -> Body:
    return await ended(world, "deleteConnection", name=f"{SERVICE}/connections/-", consumerNetwork=NETWORK)


async def connections(world: World) -> list[Body]:
    listed = await ask(world, f"{CONNECTIONS}.list", parent="services/-", network=NETWORK)
    return list(listed.get("connections", []))


async def peerings(world: World) -> list[str]:
    network = await ask(world, "compute.networks.get", project=PROJECT, network="my-vpc")
    return [one["name"] for one in network.get("peerings", [])]


async def test_a_connection_makes_the_peering_and_its_end_takes_it_away() -> None:
    world = seeded(RANGES)
    operation = await connect(world, "managed")
    assert operation["response"]["reservedPeeringRanges"] == ["managed"]
    assert operation["response"]["network"] == NETWORK
    assert await peerings(world) == ["servicenetworking-googleapis-com"]
    assert [one["service"] for one in await connections(world)] == [SERVICE]
    assert "error" not in await remove(world)
    assert (await peerings(world), await connections(world)) == ([], [])


async def test_what_is_refused_in_the_operation() -> None:
    world = seeded(RANGES)
    nowhere = {"code": 9, "message": "Allocated IP range 'nowhere' not found in network."}
    assert (await connect(world, "nowhere"))["error"] == nowhere
    await connect(world, "managed")
    assert "error" not in await connect(world, "managed")
    text = "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection."
    assert (await connect(world, "more"))["error"] == {"code": 9, "message": text}
    assert "error" not in await change(world, "managed", "more")
    assert "needs force" in (await change(world, "more"))["error"]["message"]
    assert "error" not in await change(world, "more", force=True)
    assert [one["reservedPeeringRanges"] for one in await connections(world)] == [["more"]]


@pytest.mark.parametrize(
    ("request_", "http"),
    [
        ({"parent": "services/other.example", "network": NETWORK}, 403),
        ({"parent": SERVICE, "network": NETWORK + "-not"}, 404),
        ({"parent": SERVICE, "network": "my-vpc"}, 400),
    ],
    ids=["service", "unknown network", "short name"],
)
async def test_what_is_refused_at_once(request_: Body, http: int) -> None:
    with pytest.raises(ApiError) as refused:
        await ask(seeded(RANGES), f"{CONNECTIONS}.create", reservedPeeringRanges=["managed"], **request_)
    assert refused.value.http == http


async def test_managed_services_are_reached_through_the_connection_and_keep_it() -> None:
    world = seeded(RANGES + CACHE)
    access = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
    before = decide(world, access, "us-central1", "10.60.0.3", 6379)
    await connect(world, "managed")
    after = decide(world, access, "us-central1", "10.60.0.3", 6379)
    assert (before.verdict, after.verdict) == ("drop", "deliver")
    assert "Producer services (e.g. CloudSQL, Cloud Memstore, etc.)" in (await remove(world))["error"]["message"]
    assert await peerings(world) == ["servicenetworking-googleapis-com"]


async def test_the_connection_of_a_scenario() -> None:
    world = seeded(RANGES + PEERING)
    assert [one["reservedPeeringRanges"] for one in await connections(world)] == [["managed", "more"]]
    gone = {"networksRemovePeeringRequestResource": {"name": "servicenetworking-googleapis-com"}}
    await ask(world, "compute.networks.removePeering", project=PROJECT, network="my-vpc", **gone)
    assert await connections(world) == []


async def test_an_api_that_is_switched_off_is_listed_as_such() -> None:
    world = seeded()
    name = f"projects/{PROJECT}/services/dns.googleapis.com"
    operation = await ask(world, "serviceusage.services.disable", name=name)
    finished = await ask(world, "serviceusage.operations.get", name=operation["name"])
    assert finished["response"]["service"]["state"] == "DISABLED"
    listed = await ask(world, "serviceusage.services.list", parent=f"projects/{PROJECT}")
    states = {one["config"]["name"]: one["state"] for one in listed["services"]}
    assert (states["dns.googleapis.com"], states["run.googleapis.com"]) == ("DISABLED", "ENABLED")
    with pytest.raises(ApiError, match="is not enabled"):
        await ask(world, "serviceusage.services.disable", name=name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("lifecycleState:ACTIVE", True),
        ("lifecycleState:ACTIVE AND (id:demo-*)", True),
        ("lifecycleState:DELETE_REQUESTED", False),
        ("id:other", False),
    ],
)
async def test_projects_through_a_filter(text: str, found: bool) -> None:
    listed = await ask(seeded(), "cloudresourcemanager.projects.list", filter=text)
    assert [one["projectNumber"] for one in listed.get("projects", [])] == [str(NUMBER)] * found


async def test_a_filter_that_nobody_understands() -> None:
    with pytest.raises(ApiError, match="invalid argument"):
        await ask(seeded(), "cloudresourcemanager.projects.list", filter="nonsense")
