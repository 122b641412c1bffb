"""What occupies a network: every kind of it, and nothing of its neighbours."""

from __future__ import annotations

from wizard.network.intervals import Taken, text
from wizard.network.ranges import find_free, used_ranges
from wizard.records import (
    Address,
    Connector,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    SecondaryRange,
    Subnet,
)

NET = Network(
    name="my-vpc",
    peerings=(
        Peering(name="to-data", network="data"),
        Peering(name="to-old", network="old", state="INACTIVE"),
        Peering(name="psa", network="servicenetworking"),
    ),
)


def subnet(name: str, range_: str, network: str = "my-vpc", *secondary: str) -> Subnet:
    ranges = tuple(SecondaryRange(name=f"pods{i}", range=r) for i, r in enumerate(secondary))
    return Subnet(name=name, network=network, region="us-central1", range=range_, secondary=ranges)


def ranges(used: tuple[Taken, ...]) -> dict[str, str]:
    return {text(taken.start, taken.end): taken.why for taken in used}


def test_everything_that_occupies_the_network() -> None:
    used = used_ranges(
        NET,
        subnets=[subnet("web", "10.0.0.0/24", "my-vpc", "10.1.0.0/16"), subnet("x", "10.2.0.0/24", "other")],
        connectors=[
            Connector(name="c1", region="europe-west1", network="my-vpc", range="10.8.0.0/28"),
            Connector(name="c2", region="us-central1", network="other", range="10.8.1.0/28"),
            Connector(name="c3", region="us-central1", subnet="web"),
        ],
        addresses=[
            Address(name="psa", range="10.20.0.0/16", purpose="VPC_PEERING", network="my-vpc"),
            Address(name="vm", range="10.0.0.9/32", purpose="GCE_ENDPOINT", subnet="web"),
            Address(name="else", range="10.21.0.0/16", purpose="VPC_PEERING", network="other"),
        ],
        routes=[
            Route(name="default", network="my-vpc", range="0.0.0.0/0", next_hop="internet"),
            Route(name="half", network="my-vpc", range="128.0.0.0/1", next_hop="vpn"),
            Route(name="own", network="my-vpc", range="10.0.0.0/24", type="SUBNET"),
            Route(name="office", network="my-vpc", range="10.30.0.0/16", next_hop="vpn"),
            Route(name="v6", network="my-vpc", range="fd20::/48"),
        ],
        peering_routes=[
            PeeringRoute(network="my-vpc", peering="psa", range="10.40.0.0/24"),
            PeeringRoute(network="my-vpc", peering="psa", range="10.41.0.0/24", imported=False),
        ],
        routers=[Router(name="r", network="my-vpc", region="us-central1", learned=("10.50.0.0/16", "0.0.0.0/0"))],
    )
    assert ranges(used) == {
        "10.0.0.0/24": "subnet web in us-central1",
        "10.1.0.0/16": "secondary range pods0 of subnet web in us-central1",
        "10.8.0.0/28": "connector c1 in europe-west1",
        "10.20.0.0/16": "private services access range psa",
        "10.30.0.0/16": "route office, next hop vpn",
        "10.40.0.0/24": "route of peering psa",
        "10.50.0.0/16": "dynamic route learned by router r",
    }
    assert list(used) == sorted(used, key=lambda taken: taken.start)


def test_subnets_of_an_active_peer_count_unless_its_routes_were_read() -> None:
    subnets = [subnet("d", "10.60.0.0/24", "data"), subnet("o", "10.61.0.0/24", "old")]
    assert list(ranges(used_ranges(NET, subnets=subnets))) == ["10.60.0.0/24"]
    read = [PeeringRoute(network="my-vpc", peering="to-data", range="10.62.0.0/24")]
    assert list(ranges(used_ranges(NET, subnets=subnets, peering_routes=read))) == ["10.62.0.0/24"]


def test_auto_mode_and_legacy_networks_keep_their_blocks() -> None:
    assert list(ranges(used_ranges(Network(name="default", mode="auto")))) == ["10.128.0.0/9"]
    legacy = Network(name="old", mode="legacy", legacy_range="10.240.0.0/16")
    assert list(ranges(used_ranges(legacy))) == ["10.240.0.0/16"]


def test_no_free_block_lies_in_an_auto_mode_networks_half() -> None:
    taken = used_ranges(Network(name="default", mode="auto"))
    assert find_free(taken, 28, start="10.128.0.0", count=1).free == ()
