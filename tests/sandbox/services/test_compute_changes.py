"""What changes networks, subnets, routes, addresses and routers, and what refuses to: handlers without a server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.handling import PROJECT, REGION, ask, seeded
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.services.compute_subnet_changes import users
from wizard.sandbox.world import World

MORE = """
[[network]]
name = "auto"
mode = "auto"

[[network]]
name = "other"

[[subnet]]
name = "there"
network = "other"
range = "10.70.0.0/24"

[[address]]
name = "managed"
network = "my-vpc"
range = "10.60.0.0/16"

[[route]]
name = "to-office"
network = "other"
range = "10.71.0.0/16"
next_hop = "10.70.0.9"
"""

WHERE = {"project": PROJECT, "region": REGION}
NETWORKS = f"projects/{PROJECT}/global/networks"


async def done(world: World, method: str, **request: Any) -> Body:
    """The end of the operation that a call starts."""
    operation = await ask(world, method, **request)
    scope = "regionOperations" if "region" in operation else "globalOperations"
    place = WHERE if "region" in operation else {"project": PROJECT}
    return await ask(world, f"compute.{scope}.get", operation=operation["name"], **place)


async def error(world: World, method: str, **request: Any) -> str:
    """The error inside the operation of a call."""
    ended = await done(world, method, **request)
    return str(ended["error"]["errors"][0]["message"])


async def network(world: World, name: str) -> Body:
    return await ask(world, "compute.networks.get", project=PROJECT, network=name)


async def add(world: World, name: str, of: str, peer: str, **fields: object) -> None:
    peering = {"name": name, "network": f"{NETWORKS}/{peer}", "exchangeSubnetRoutes": True, **fields}
    resource = {"networkPeering": peering}
    request = {"networksAddPeeringRequestResource": resource}
    assert "error" not in await done(world, "compute.networks.addPeering", project=PROJECT, network=of, **request)


async def patch(world: World, subnet: str, **change: object) -> Body:
    before = await ask(world, "compute.subnetworks.get", subnetwork=subnet, **WHERE)
    resource = {"fingerprint": before["fingerprint"], **change}
    return await done(world, "compute.subnetworks.patch", subnetwork=subnet, subnetworkResource=resource, **WHERE)


async def ranges(world: World) -> set[str]:
    routes = await ask(world, "compute.routes.list", project=PROJECT, filter='network eq ".*/my-vpc"')
    return {route["destRange"] for route in routes["items"] if route["routeType"] == "SUBNET"}


async def test_secondary_ranges_come_and_go_with_their_routes() -> None:
    world = seeded(MORE)
    first, second = {"rangeName": "a", "ipCidrRange": "10.2.0.0/24"}, {"rangeName": "b", "ipCidrRange": "10.3.0.0/24"}
    await patch(world, "run", secondaryIpRanges=[first, second])
    assert await ranges(world) == {"10.1.0.0/26", "10.2.0.0/24", "10.3.0.0/24"}
    await patch(world, "run", secondaryIpRanges=[second])
    assert await ranges(world) == {"10.1.0.0/26", "10.3.0.0/24"}
    await patch(world, "run", secondaryIpRanges=[])
    assert await ranges(world) == {"10.1.0.0/26"}
    assert "secondaryIpRanges" not in await ask(world, "compute.subnetworks.get", subnetwork="run", **WHERE)


@pytest.mark.parametrize(
    ("secondary", "why"),
    [
        ([{"rangeName": "a", "ipCidrRange": "10.60.1.0/24"}], "conflicts with existing allocated range 'managed'"),
        ([{"rangeName": "a", "ipCidrRange": "10.1.0.0/27"}], "overlaps with 10.1.0.0/26 of the same subnetwork"),
        ([{"rangeName": "A", "ipCidrRange": "10.2.0.0/24"}], r"secondaryIpRanges\[0\]\.rangeName"),
    ],
    ids=["taken", "own", "name"],
)
async def test_secondary_ranges_that_are_refused(secondary: list[Body], why: str) -> None:
    with pytest.raises(ApiError, match=why):
        await patch(seeded(MORE), "run", secondaryIpRanges=secondary)


async def test_what_a_patch_cannot_change_is_refused() -> None:
    with pytest.raises(ApiError, match="does not emulate a change of this field"):
        await patch(seeded(), "run", ipCidrRange="10.2.0.0/24")


async def expand(world: World, range_: str) -> Body:
    resource = {"ipCidrRange": range_}
    request = {"subnetworksExpandIpCidrRangeRequestResource": resource, "subnetwork": "run"}
    return await done(world, "compute.subnetworks.expandIpCidrRange", **request, **WHERE)


async def test_a_subnet_grows_and_never_shrinks() -> None:
    world = seeded(MORE)
    await expand(world, "10.1.0.0/24")
    grown = await ask(world, "compute.subnetworks.get", subnetwork="run", **WHERE)
    assert (grown["ipCidrRange"], await ranges(world)) == ("10.1.0.0/24", {"10.1.0.0/24"})
    for range_ in ("10.1.0.0/24", "10.1.0.0/25", "10.2.0.0/20", "10.1"):
        with pytest.raises(ApiError, match="Invalid value for field 'ipCidrRange'"):
            await expand(world, range_)
    with pytest.raises(ApiError, match="conflicts with existing allocated range 'managed'"):
        await expand(world, "10.0.0.0/8")


async def test_a_custom_route_over_a_subnet_range_or_without_next_hop() -> None:
    world = seeded(MORE)
    good = {"name": "r", "network": f"{NETWORKS}/my-vpc", "destRange": "10.5.0.0/16", "nextHopIp": "10.1.0.9"}
    for change, why in (
        ({"destRange": "10.1.0.0/28"}, "conflicts with the subnet route"),
        ({"nextHopIp": ""}, "Exactly one next hop"),
        ({"nextHopGateway": "global/gateways/default-internet-gateway"}, "Exactly one next hop"),
        ({"priority": 65536}, "between 0 and 65535"),
        ({"destRange": "10.5.0.1/16"}, "valid CIDR"),
    ):
        with pytest.raises(ApiError, match=why):
            await ask(world, "compute.routes.insert", project=PROJECT, routeResource={**good, **change})
    await done(world, "compute.routes.insert", project=PROJECT, routeResource=good)
    wanted = {"name": "s", "network": f"{NETWORKS}/my-vpc", "ipCidrRange": "10.5.1.0/24"}
    with pytest.raises(ApiError, match="conflicts with existing route 'r'"):
        await ask(world, "compute.subnetworks.insert", subnetworkResource=wanted, **WHERE)
    lenient = {**wanted, "allowSubnetCidrRoutesOverlap": True}
    assert "error" not in await done(world, "compute.subnetworks.insert", subnetworkResource=lenient, **WHERE)


async def test_a_subnet_route_is_not_deleted_by_hand_but_the_default_route_is() -> None:
    world = seeded()
    routes = (await ask(world, "compute.routes.list", project=PROJECT))["items"]
    own, way_out = (next(r["name"] for r in routes if r["routeType"] == kind) for kind in ("SUBNET", "STATIC"))
    with pytest.raises(ApiError, match="deleted with its subnetwork only"):
        await ask(world, "compute.routes.delete", project=PROJECT, route=own)
    await done(world, "compute.routes.delete", project=PROJECT, route=way_out)
    assert [r["name"] for r in (await ask(world, "compute.routes.list", project=PROJECT))["items"]] == [own]


async def test_what_keeps_a_network_in_the_order_in_which_it_is_taken_away() -> None:
    world = seeded(MORE)
    place = {"project": PROJECT, "network": "other"}
    assert "subnetworks/there'" in await error(world, "compute.networks.delete", **place)
    await done(world, "compute.subnetworks.delete", subnetwork="there", **WHERE)
    assert "global/routes/to-office'" in await error(world, "compute.networks.delete", **place)
    await done(world, "compute.routes.delete", project=PROJECT, route="to-office")
    router = {"name": "r", "network": f"{NETWORKS}/other"}
    await done(world, "compute.routers.insert", routerResource=router, **WHERE)
    assert "routers/r'" in await error(world, "compute.networks.delete", **place)
    await done(world, "compute.routers.delete", router="r", **WHERE)
    await add(world, "p", "other", "my-vpc")
    assert "networks/my-vpc'" in await error(world, "compute.networks.delete", **place)
    gone = {"networksRemovePeeringRequestResource": {"name": "p"}}
    await done(world, "compute.networks.removePeering", **place, **gone)
    assert "error" not in await done(world, "compute.networks.delete", **place)


async def test_an_auto_mode_network_goes_with_its_subnets_unless_somebody_uses_one() -> None:
    world = seeded(MORE)
    for name in ("auto", "fresh"):
        if name == "fresh":
            resource = {"name": "fresh", "autoCreateSubnetworks": True}
            await done(world, "compute.networks.insert", project=PROJECT, networkResource=resource)
        address = {"name": "a", "subnetwork": f"projects/{PROJECT}/regions/{REGION}/subnetworks/{name}"}
        await done(world, "compute.addresses.insert", addressResource=address, **WHERE)
        place = {"project": PROJECT, "network": name}
        assert "addresses/a'" in await error(world, "compute.networks.delete", **place)
        await done(world, "compute.addresses.delete", address="a", **WHERE)
        assert "error" not in await done(world, "compute.networks.delete", **place)
        left = await ask(world, "compute.subnetworks.aggregatedList", project=PROJECT, filter=f"name = {name}")
        assert not [scope for scope in left["items"].values() if "subnetworks" in scope]


async def test_a_network_patch_and_the_end_of_auto_mode() -> None:
    world = seeded(MORE)
    with pytest.raises(ApiError, match="Cannot delete auto subnetwork from an auto subnet mode network"):
        await ask(world, "compute.subnetworks.delete", subnetwork="auto", **WHERE)
    change = {"routingConfig": {"routingMode": "GLOBAL"}, "mtu": 1500}
    ended = await done(world, "compute.networks.patch", project=PROJECT, network="auto", networkResource=change)
    assert ended["operationType"] == "compute.networks.patch"
    await done(world, "compute.networks.switchToCustomMode", project=PROJECT, network="auto")
    after = await network(world, "auto")
    assert after["routingConfig"] == {"routingMode": "GLOBAL", "bgpBestPathSelectionMode": "LEGACY"}
    assert (after["mtu"], after["autoCreateSubnetworks"]) == (1500, False)
    with pytest.raises(ApiError, match="not in auto subnet mode"):
        await ask(world, "compute.networks.switchToCustomMode", project=PROJECT, network="auto")
    assert "error" not in await done(world, "compute.subnetworks.delete", subnetwork="auto", **WHERE)


@pytest.mark.parametrize(
    ("purpose", "has", "has_not"),
    [
        ("PRIVATE", {"stackType": "IPV4_ONLY"}, {"state", "role"}),
        ("PRIVATE_NAT", {}, {"stackType", "state", "role"}),
        ("REGIONAL_MANAGED_PROXY", {"role": "ACTIVE", "state": "READY"}, set()),
    ],
)
async def test_a_subnet_as_its_purpose_has_it(purpose: str, has: Body, has_not: set[str]) -> None:
    world = seeded()
    wanted = {"name": "s", "network": f"{NETWORKS}/my-vpc", "ipCidrRange": "10.5.0.0/24", "purpose": purpose}
    await done(world, "compute.subnetworks.insert", subnetworkResource=wanted, **WHERE)
    made = await ask(world, "compute.subnetworks.get", subnetwork="s", **WHERE)
    assert made.items() >= has.items()
    assert not has_not & made.keys()


async def test_a_subnet_that_a_nat_gateway_or_a_connector_uses_stays() -> None:
    world = seeded()
    nat = {"name": "nat", "subnetworks": [{"name": "run", "sourceIpRangesToNat": ["ALL_IP_RANGES"]}]}
    router = {"name": "r", "network": f"{NETWORKS}/my-vpc", "nats": [nat]}
    await done(world, "compute.routers.insert", routerResource=router, **WHERE)
    assert "routers/r'" in await error(world, "compute.subnetworks.delete", subnetwork="run", **WHERE)
    await done(world, "compute.routers.delete", router="r", **WHERE)
    place = f"projects/elsewhere/locations/{REGION}/connectors"
    for owner, kept in (("elsewhere", False), (PROJECT, True)):
        connector = {"name": f"{place}/con", "subnet": {"name": "run", "projectId": owner}, "state": "READY"}
        world.store.put(f"vpcaccess/{place}/con", connector)
        assert (run_users(world) != []) is kept


def run_users(world: World) -> list[str]:
    return list(users(world, f"projects/{PROJECT}/regions/{REGION}/subnetworks/run"))
