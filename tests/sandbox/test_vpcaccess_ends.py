"""How operations on connectors end when something is in the way, and operations and locations as such."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.sandbox.handling import LOCATION, PROJECT, REGION, ask, result, seeded
from wizard.sandbox import faults
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.faults import Fault

CONNECTOR = '\n[[connector]]\nname = "con"\nnetwork = "my-vpc"\nrange = "10.8.0.0/28"\nmin = 2\nmax = 4\n'
NAME = f"{LOCATION}/connectors/con"
SMALL_SUBNET = '\n[[subnet]]\nname = "small"\nnetwork = "my-vpc"\nrange = "10.2.0.0/28"\n'
MACHINE = '\n[[target]]\nname = "vm"\nnetwork = "my-vpc"\naddress = "10.2.0.5"\n'
SIZE: Body = {"minInstances": 2, "maxInstances": 3}
IN_SUBNET: Body = {"subnet": {"name": "small"}, **SIZE}


@contextmanager
def struck(method: str, kind: str, message: str = "") -> Iterator[None]:
    """Calls made meanwhile are struck by a fault, as the dispatcher would have it."""
    token = faults.ACTIVE.set(Fault(method, kind, message))
    try:
        yield
    finally:
        faults.ACTIVE.reset(token)


async def test_an_update_that_fails_leaves_the_connector_as_it_was() -> None:
    world = seeded(CONNECTOR)
    before = await ask(world, "vpcaccess.GetConnector", name=NAME)
    with struck("vpcaccess.UpdateConnector", "operation_error", "no capacity"):
        ended = await result(world, "vpcaccess.UpdateConnector", connector={"name": NAME, "maxInstances": 9})
    assert ended["error"]["message"] == "no capacity"
    assert await ask(world, "vpcaccess.GetConnector", name=NAME) == before


async def test_a_deletion_that_fails_leaves_a_connector_in_error_that_can_be_deleted() -> None:
    world = seeded(CONNECTOR)
    with struck("vpcaccess.DeleteConnector", "operation_error"):
        await ask(world, "vpcaccess.DeleteConnector", name=NAME)
    assert (await ask(world, "vpcaccess.GetConnector", name=NAME))["state"] == "ERROR"
    await ask(world, "vpcaccess.DeleteConnector", name=NAME)
    with pytest.raises(ApiError, match="was not found"):
        await ask(world, "vpcaccess.GetConnector", name=NAME)


async def test_a_connector_in_use_can_be_deleted() -> None:
    world = seeded(CONNECTOR + '[[service]]\nname = "app"\nconnector = "con"\n')
    ended = await result(world, "vpcaccess.DeleteConnector", name=NAME)
    assert "error" not in ended


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (MACHINE, "instance vm uses it"),
        ('\n[[connector]]\nname = "con"\nsubnet = "small"\n', "connectors/con uses it"),
        ("", ""),
    ],
)
async def test_a_subnet_that_something_else_uses(more: str, message: str) -> None:
    world = seeded(SMALL_SUBNET + more)
    ended = await result(
        world, "vpcaccess.CreateConnector", parent=LOCATION, connectorId="mine", connector={**IN_SUBNET}
    )
    assert message in ended.get("error", {}).get("message", "")
    assert ("error" in ended) == bool(message)


async def test_a_range_in_use_takes_the_place_of_a_subnet() -> None:
    world = seeded(CONNECTOR)
    wanted = {"name": "new", "network": "global/networks/my-vpc", "ipCidrRange": "10.8.0.0/24"}
    with pytest.raises(ApiError, match="conflicts with existing subnetwork 'aet-uscentral1-con'"):
        await ask(world, "compute.subnetworks.insert", project=PROJECT, region=REGION, subnetworkResource=wanted)
    await ask(world, "vpcaccess.DeleteConnector", name=NAME)
    await ask(world, "compute.subnetworks.insert", project=PROJECT, region=REGION, subnetworkResource=wanted)
    found = await ask(world, "compute.subnetworks.get", project=PROJECT, region=REGION, subnetwork="new")
    assert found["ipCidrRange"] == "10.8.0.0/24"


async def test_the_operation_says_what_it_is_about_and_when() -> None:
    world = seeded(CONNECTOR)
    ended = await result(world, "vpcaccess.UpdateConnector", connector={"name": NAME, "maxInstances": 9})
    about = ended["metadata"]
    assert about["@type"] == "type.googleapis.com/google.cloud.vpcaccess.v1.OperationMetadata"
    assert about["method"].endswith(".VpcAccessService.UpdateConnector")
    assert (about["target"], about["createTime"] <= about["endTime"]) == (NAME, True)
    assert ended["response"]["maxInstances"] == 9
    listed = await ask(world, "vpcaccess.ListOperations", name=LOCATION)
    assert [operation["name"] for operation in listed["operations"]] == [ended["name"]]


async def test_an_operation_that_was_deleted_does_its_work_and_is_not_seen_again() -> None:
    world = seeded(instant=False)
    service = {"template": {"containers": [{"image": "i"}]}}
    operation = await ask(world, "run.CreateService", parent=LOCATION, serviceId="app", service=service)
    await ask(world, "run.DeleteOperation", name=operation["name"])
    world.clock.advance(60)
    found = await ask(world, "run.GetService", name=f"{LOCATION}/services/app")
    assert found["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    with pytest.raises(ApiError, match="not found"):
        await ask(world, "run.GetOperation", name=operation["name"])


async def test_locations_are_those_that_something_is_in() -> None:
    world = seeded('\n[[subnet]]\nname = "far"\nnetwork = "my-vpc"\nregion = "europe-west1"\nrange = "10.5.0.0/24"\n')
    for api in ("run", "vpcaccess"):
        listed = await ask(world, f"{api}.ListLocations", name=f"projects/{PROJECT}")
        assert [place["locationId"] for place in listed["locations"]] == ["europe-west1", REGION]
    one = await ask(world, "vpcaccess.GetLocation", name=LOCATION)
    assert one["name"] == LOCATION
    with pytest.raises(ApiError, match="Location mars is not found"):
        await ask(world, "vpcaccess.GetLocation", name=f"projects/{PROJECT}/locations/mars")
