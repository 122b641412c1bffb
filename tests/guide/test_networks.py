"""Where addresses are, which network is recommended, and what to do when there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.worlds import REGION, codes, planned, tutorial, wishes
from wizard.guide.homes import Homes, Where
from wizard.guide.networks import choice, detail, obstacle, to_be_named
from wizard.inventory import Gap, Inventory
from wizard.ports import EffectiveFirewalls
from wizard.probe.targets import parse
from wizard.records import (
    Address,
    Connector,
    ForwardingRule,
    Instance,
    Network,
    Peering,
    PeeringRoute,
    Route,
    Router,
    Subnet,
    Target,
)

WIDE = Inventory(
    project="p",
    region=REGION,
    networks=(Network(name="a"), Network(name="b")),
    subnets=(
        Subnet(name="s", network="a", region=REGION, range="10.0.0.0/24"),
        Subnet(name="t", network="b", region="europe-west1", range="10.1.0.0/24"),
        Subnet(name="u", network="b", region=REGION, range="10.0.0.0/24"),
        Subnet(name="proxies", network="a", region=REGION, range="10.3.0.0/24", purpose="REGIONAL_MANAGED_PROXY"),
        Subnet(name="six", network="a", region=REGION, range=""),
    ),
    instances=(Instance(name="vm", network="b", address="10.0.0.9"),),
    forwarding_rules=(ForwardingRule(name="fr", network="a", address="10.0.0.8"),),
    addresses=(Address(name="psa", network="a", range="10.9.0.0/16", purpose="VPC_PEERING"),),
    peering_routes=(
        PeeringRoute(network="a", peering="p", range="10.60.0.0/16"),
        PeeringRoute(network="a", peering="p", range="10.61.0.0/16", imported=False),
    ),
    routes=(
        Route(name="default", network="a", range="0.0.0.0/0", next_hop="internet"),
        Route(name="prem", network="b", range="192.168.0.0/16", next_hop="vpn"),
        Route(name="odd", network="b", range="not a range"),
    ),
    routers=(Router(name="r", network="b", region=REGION, learned=("172.16.0.0/16", "fd00::/8")),),
)

PLACES = {
    "10.1.0.5": ("b", Where.INSIDE, "in b"),
    "10.0.0.9": ("b", Where.INSIDE, "in b"),
    "10.0.0.8": ("a", Where.INSIDE, "in a"),
    "10.0.0.7": ("", Where.SEVERAL, "in several networks: a, b"),
    "10.9.1.1": ("a", Where.INSIDE, "in a"),
    "10.60.1.1": ("a", Where.BEHIND, "behind a, by peering"),
    "10.61.1.1": ("", Where.NOWHERE, "in no network here"),
    "192.168.1.1": ("b", Where.BEHIND, "behind b, by a route"),
    "172.16.1.1": ("b", Where.BEHIND, "behind b, by a route"),
    "10.3.0.1": ("", Where.NOWHERE, "in no network here"),
    "8.8.8.8": ("", Where.PUBLIC, "public address"),
    "db.internal": ("", Where.BY_NAME, "by name, its address is not known here"),
    "": ("", Where.BY_NAME, "by name, its address is not known here"),
}


def targets(*texts: str) -> tuple[Target, ...]:
    return tuple(parse(text) for text in texts)


@pytest.mark.parametrize("host", PLACES)
def test_where_a_host_is(host: str) -> None:
    home = Homes(WIDE).of(host)
    assert (home.network, home.where, home.words) == PLACES[host]


@given(st.text(max_size=20) | st.ip_addresses(v=4).map(str))
def test_every_text_is_somewhere(host: str) -> None:
    home = Homes(WIDE).of(host)
    assert home.words
    assert bool(home.network) == (home.where in (Where.INSIDE, Where.BEHIND))


def test_many_homes_are_counted() -> None:
    facts = Inventory(
        project="p",
        region=REGION,
        subnets=tuple(Subnet(name="s", network=f"n{n}", region=REGION, range="10.0.0.0/24") for n in range(5)),
    )
    assert Homes(facts).of("10.0.0.1").words == "in several networks: n0, n1 and 3 more"


def test_the_tutorial() -> None:
    found = choice(tutorial(), targets(*wishes().targets))
    assert (found.recommended, found.reason, found.unread) == ("my-vpc", "my-vpc leads to all 3 targets", True)
    first, second = found.rows
    assert (first.name, first.mode, first.here, first.elsewhere, first.reached) == ("my-vpc", "custom", 1, 1, 3)
    assert (second.name, second.recommended, second.holds) == ("default", False, ())
    assert second.remark == "its own subnets take 10.128.0.0/9"


@pytest.mark.parametrize("text", [f"{host}:80" for host, (_, where, _) in PLACES.items() if where is Where.INSIDE])
def test_what_is_inside_is_what_the_plan_takes(text: str) -> None:
    facts = tutorial(
        networks=WIDE.networks,
        subnets=WIDE.subnets[:4],
        instances=WIDE.instances,
        forwarding_rules=WIDE.forwarding_rules,
        addresses=WIDE.addresses,
    )
    found = choice(facts, targets(text))
    assert found.recommended
    assert "network_ambiguous" not in codes(planned(facts, wishes(targets=(text,))))


def test_the_recommended_one_is_first_and_the_legacy_one_last() -> None:
    facts = Inventory(
        project="p",
        region=REGION,
        networks=(
            Network(name="0", mode="legacy"),
            Network(name="1"),
            Network(name="2"),
            Network(name="odd", mode="NEW"),
        ),
        subnets=(Subnet(name="s", network="2", region=REGION, range="10.0.0.0/24"),),
        instances=(Instance(name="old", network="0", address="10.240.0.2"),),
        effective={"2": EffectiveFirewalls()},
    )
    found = choice(facts, targets("10.0.0.1:80", "10.240.0.2:80"))
    assert [row.name for row in found.rows] == ["2", "1", "odd", "0"]
    assert (found.recommended, found.reason, found.unread) == ("2", "2 leads to 1 of 2 targets", False)
    assert found.rows[-1].refused.startswith("cannot be used: legacy")
    assert found.rows[-1].holds == ("10.240.0.2:80",)
    assert found.rows[2].remark == "its mode, NEW, is not known here"


def test_when_nothing_can_be_recommended() -> None:
    two = choice(WIDE, targets("10.0.0.8:80", "10.0.0.9:80"))
    assert (two.recommended, two.reason) == ("", "2 networks lead to 1 of 2 targets each: choose one")
    none = choice(WIDE, targets("db.internal:80"))
    assert (none.recommended, none.reason) == ("", "no target tells which network it is in: choose one")
    alone = Inventory(project="p", region=REGION, networks=(Network(name="a"),))
    assert choice(alone, targets("db.internal:80")).reason == "a is the only network that can be used"
    assert choice(alone, targets("db.internal:80")).recommended == "a"


def test_a_recommended_network_is_named_where_the_plan_cannot_tell() -> None:
    read = {"my-vpc": EffectiveFirewalls()}
    clear = tutorial(effective=read)
    answers = wishes(targets=("10.0.0.3:6379", "10.0.0.5:5432"))
    assert to_be_named(choice(clear, targets(*answers.targets)), planned(clear, answers)) == ""
    unclear = tutorial(
        effective=read, instances=(*clear.instances, Instance(name="far", network="default", address="10.128.0.9"))
    )
    answers = wishes(targets=(*answers.targets, "10.128.0.9:80"))
    assert to_be_named(choice(unclear, targets(*answers.targets)), planned(unclear, answers)) == "my-vpc"
    assert to_be_named(choice(tutorial(), targets("10.0.0.3:1")), None) == "my-vpc"
    assert to_be_named(choice(WIDE, targets("db.internal:80")), None) == ""


def test_one_network_leads_to_the_one_target() -> None:
    found = choice(WIDE, targets("10.60.0.1:80"))
    assert (found.recommended, found.reason) == ("a", "a leads to the target")
    assert found.rows[0].leads_to == ("10.60.0.1:80",)


def test_what_is_in_a_network() -> None:
    facts = tutorial(
        networks=(Network(name="my-vpc", peerings=(Peering(name="to-data", network="data"),)),),
        connectors=(
            Connector(name="bare", region=REGION, network="my-vpc", range="10.8.8.0/28"),
            Connector(name="on-subnet", region=REGION, subnet="my-subnet"),
            Connector(name="far", region="europe-west1", network="my-vpc"),
        ),
    )
    found = detail(facts, "my-vpc")
    assert found is not None
    assert [s.name for s in found.subnets] == ["my-subnet"]
    assert (found.other_regions, found.connectors, found.peers) == (
        ("europe-west1",),
        ("bare", "on-subnet"),
        ("to-data",),
    )
    assert detail(facts, "other") is None


def test_no_network_is_a_next_step() -> None:
    empty = obstacle(Inventory(project="p", region=REGION))
    assert empty is not None
    assert (empty.message, empty.words[:4]) == (
        "there is no VPC network in p",
        ("gcloud", "compute", "networks", "create"),
    )
    legacy = obstacle(Inventory(project="p", region=REGION, networks=(Network(name="old", mode="legacy"),)))
    assert legacy is not None
    assert legacy.message == "there are only legacy networks in p"
    closed = obstacle(Inventory(project="p", region=REGION, apis={"compute.googleapis.com": False}))
    assert closed is not None
    assert closed.words[:3] == ("gcloud", "services", "enable")
    gap = Gap(what="networks", status="PERMISSION_DENIED", message="Required 'compute.networks.list'")
    denied = obstacle(Inventory(project="p", region=REGION, gaps=(gap,)))
    assert denied is not None
    assert "compute.networks.list" in denied.message
    assert denied.words == ()
    assert obstacle(WIDE) is None
