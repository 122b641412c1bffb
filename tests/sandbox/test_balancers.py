"""Internal passthrough load balancers of the sandbox: what the API says of them, and what the gateway does."""

from __future__ import annotations

import pytest

from tests.sandbox.handling import PROJECT, REGION, ask, seeded
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import decide
from wizard.sandbox.world import World

DIRECT: Body = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}
BALANCER = """
[[target]]
name = "{name}"
address = "{address}"
network = "my-vpc"
tags = ["web"]
kind = "ilb"
serves = ["http:80"]
"""
RULE = """
[[firewall]]
name = "in"
network = "my-vpc"
rules = ["tcp:80"]
sources = ["10.1.0.0/26"]
target_tags = ["{}"]
"""


def balancer(name: str = "front", address: str = "10.1.0.20") -> str:
    return BALANCER.format(name=name, address=address)


async def behind(world: World, name: str) -> list[Body]:
    """The machines that the API leads to from a forwarding rule."""
    where = {"project": PROJECT, "region": REGION}
    rule = await ask(world, "compute.forwardingRules.get", **where, forwardingRule=name)
    service_name = rule["backendService"].rsplit("/", 1)[-1]
    service = await ask(world, "compute.regionBackendServices.get", **where, backendService=service_name)
    found: list[Body] = []
    for backend in service["backends"]:
        zone, _, group = backend["group"].split("/")[-3:]
        at = {"project": PROJECT, "zone": zone}
        listed = await ask(world, "compute.instanceGroups.listInstances", **at, instanceGroup=group)
        for item in listed["items"]:
            instance = item["instance"].rsplit("/", 1)[-1]
            found.append(await ask(world, "compute.instances.get", **at, instance=instance))
    return found


async def test_the_api_leads_to_a_machine_like_the_target() -> None:
    world = seeded(balancer() + balancer("front-2", "10.1.0.61"))
    (first,), (second,) = await behind(world, "front"), await behind(world, "front-2")
    assert (first["name"], second["name"]) == ("front-backend", "front-2-backend")
    assert first["tags"]["items"] == second["tags"]["items"] == ["web"]
    addresses = [machine["networkInterfaces"][0]["networkIP"] for machine in (first, second)]
    assert addresses == ["10.1.0.60", "10.1.0.59"]


async def test_an_address_outside_every_subnet_has_no_machine() -> None:
    assert await behind(seeded(balancer(address="10.77.0.1")), "front") == []


async def test_a_machine_has_a_name_of_its_own() -> None:
    other = '\n[[target]]\nname = "front-backend"\naddress = "10.1.0.30"\nnetwork = "my-vpc"\n'
    (machine,) = await behind(seeded(balancer() + other), "front")
    assert machine["name"] == "front-backend-2"


@pytest.mark.parametrize(("tag", "verdict"), [("web", "deliver"), ("db", "drop")])
async def test_the_gateway_and_the_api_agree_on_tags(tag: str, verdict: str) -> None:
    world = seeded(balancer() + RULE.format(tag))
    (machine,) = await behind(world, "front")
    assert (tag in machine["tags"]["items"]) is (verdict == "deliver")
    assert decide(world, DIRECT, REGION, "10.1.0.20", 80).verdict == verdict
