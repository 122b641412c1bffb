"""The egress matrix against a truth table written from Google's documentation (facts: section 5), and its reasons."""

from __future__ import annotations

from itertools import product

import pytest
from msgspec.structs import replace

from tests.trace.facts import REGION, project, zone
from wizard.inventory import Inventory
from wizard.network.tracing import Origin
from wizard.probe.targets import parse
from wizard.records import FirewallRule, Instance, Nat, Network, Ports, Route, Router, Subnet
from wizard.trace.facts import topology_of
from wizard.trace.matrix import Cell, destinations, egress_matrix
from wizard.trace.origins import what_if

PRIVATE, EVERYTHING = "private-ranges-only", "all-traffic"
NOBODY = Origin(resource="service s", region=REGION)

ALLOW = FirewallRule(
    name="allow-redis", network="my-vpc", protocols=(Ports("tcp", ("6379",)),), sources=("10.1.0.0/26",)
)


def world(*, nat: bool = False, access: bool = False, route: bool = True, zones: tuple[str, ...] = ()) -> Inventory:
    """The small project with a subnet for Cloud Run, and a zone for each name of `zones` to the private addresses."""
    base = project(*(zone(name, {f"*.{name}": "199.36.153.8"}) for name in zones))
    subnets = tuple(replace(s, private_google_access=access) if s.name == "run" else s for s in base.subnets)
    default = Route(name="default", network="my-vpc", range="0.0.0.0/0", hop_type="NEXT_HOP_INTERNET_GATEWAY")
    gateway = Router(name="r", network="my-vpc", region=REGION, nats=(Nat(name="gate", subnets=("run",)),))
    return replace(
        base,
        subnets=subnets,
        firewalls=(ALLOW,),
        routes=(default,) if route else (),
        routers=(gateway,) if nat else (),
    )


def cells(facts: Inventory, name: str, *urls: str, way: str = "direct:run", network: str = "") -> tuple[Cell, ...]:
    origin = what_if(facts, NOBODY, way, "", network)
    topology = topology_of(facts)
    asked = destinations(facts, topology, origin, tuple(parse(url) for url in urls))
    return next(row.cells for row in egress_matrix(topology, origin, asked) if row.name == name)


def word(facts: Inventory, name: str, mode: str, *urls: str) -> str:
    return next(cell.word for cell in cells(facts, name, *urls) if cell.mode == mode)


def public(mode: str, *, nat: bool, route: bool) -> str:
    """Straight to the internet, or by Cloud NAT, which needs the default route."""
    return "works" if mode == PRIVATE or (nat and route) else "needs"


def google(mode: str, *, nat: bool, access: bool, route: bool, zoned: bool) -> str:
    """By their public names as the internet is; the private addresses of a zone go through the network in both modes
    and are behind Private Google Access alone. Cloud NAT carries public names as well."""
    if zoned:
        return "works" if access and route else "needs"
    return "works" if mode == PRIVATE or (route and (access or nat)) else "needs"


def internal(mode: str, *, access: bool, route: bool, zoned: bool) -> str:
    """Only through the network, and never by Cloud NAT."""
    if mode == PRIVATE and not zoned:
        return "blocked"
    return "works" if access and route else "needs"


@pytest.mark.parametrize("mode", [PRIVATE, EVERYTHING])
def test_the_whole_truth_table(mode: str) -> None:
    for nat, access, route, zoned in product((False, True), repeat=4):
        facts = world(nat=nat, access=access, route=route, zones=("googleapis.com", "run.app") if zoned else ())
        case = (mode, nat, access, route, zoned)
        assert word(facts, "private address", mode, "10.0.0.3:6379") == "works", case
        assert word(facts, "public address", mode) == public(mode, nat=nat, route=route), case
        expected = google(mode, nat=nat, access=access, route=route, zoned=zoned)
        assert word(facts, "Google APIs", mode) == expected, case
        expected = internal(mode, access=access, route=route, zoned=zoned)
        assert word(facts, "internal Run service", mode) == expected, case


def test_needs_say_what_and_works_says_how() -> None:
    bare, full = world(), world(nat=True, access=True)
    assert cells(bare, "public address")[1].why == "Cloud NAT for subnet run"
    assert cells(full, "public address")[1].why == "by Cloud NAT gate"
    assert cells(bare, "Google APIs")[1].why == "Private Google Access on subnet run, or Cloud NAT"
    assert cells(full, "Google APIs")[1].why == "by Private Google Access on subnet run"
    assert cells(bare, "internal Run service")[1].why == "Private Google Access on subnet run"
    assert "Cloud NAT does not" in cells(world(nat=True), "internal Run service")[1].why
    assert "404" in cells(full, "internal Run service")[0].why
    assert cells(full, "public address")[0].why == "straight to the internet, past the network"


def test_a_zone_that_hides_other_names_is_said() -> None:
    """A private zone for run.app with one record takes every other service away (facts: 5; user needs: 29)."""
    facts = replace(world(access=True), zones=(zone("run.app", {"web-abc-uc.a.run.app": "199.36.153.8"}),))
    for cell in cells(facts, "internal Run service"):
        assert (cell.word, "run.app" in cell.why) == ("blocked", True)


def test_the_private_row_is_a_target_of_the_person_if_there_is_one() -> None:
    facts = world()
    assert [c.word for c in cells(facts, "private address", "10.0.0.3:6379")] == ["works", "works"]
    stopped = cells(facts, "private address", "10.0.0.3:22")
    assert [c.word for c in stopped] == ["needs", "needs"]
    assert "implied deny ingress" in stopped[0].why
    assert [c.word for c in cells(facts, "10.0.0.3:22", "10.0.0.3:22")] == ["needs", "needs"]


def test_somebody_of_the_network_stands_for_a_private_address() -> None:
    """Without a target a machine does; which port is meant is not known, and so neither is the rule."""
    machines = replace(world(), forwarding_rules=())
    shown = cells(machines, "private address")
    assert [c.word for c in shown] == ["needs", "needs"]
    assert shown[0].why.startswith("an ingress rule for the port in question")
    nobody = replace(machines, instances=())
    assert [(c.word, c.why) for c in cells(nobody, "private address")] == [
        ("unknown", "depends on the target: name one")
    ] * 2


def test_without_a_way_in_only_the_internet_is_reached() -> None:
    facts = world(nat=True, access=True)
    origin, topology = NOBODY, topology_of(facts)
    rows = egress_matrix(topology, origin, destinations(facts, topology, origin, (parse("10.0.0.3:6379"),)))
    words = {row.name: [cell.word for cell in row.cells] for row in rows}
    assert words == {
        "private address": ["needs", "needs"],
        "public address": ["works", "works"],
        "Google APIs": ["works", "works"],
        "internal Run service": ["needs", "needs"],
        "10.0.0.3:6379": ["needs", "needs"],
    }
    assert rows[0].cells[0].why == "a connector or Direct VPC egress"


def test_a_connector_on_a_bare_range_has_no_subnet_to_give_anything_to() -> None:
    facts = world(nat=True, access=True)
    shown = cells(facts, "public address", way="connector:10.8.9.0/28", network="my-vpc")
    assert (shown[1].word, shown[1].why) == ("needs", "Cloud NAT for a subnet of its own for connector what-if")
    apis = cells(facts, "Google APIs", way="connector:10.8.9.0/28", network="my-vpc")
    assert apis[1].word == "needs"
    assert any("hidden subnet" in doubt for doubt in apis[1].verify)


def test_a_kind_has_no_doubt_about_addresses_that_nobody_asked_for() -> None:
    facts = world(nat=True)
    assert cells(facts, "public address")[1].verify == ()
    assert cells(facts, "https://example.com", "https://example.com")[1].verify != ()


def test_an_address_of_the_network_that_is_not_private_needs_all_traffic() -> None:
    facts = world()
    odd = Subnet(name="odd", network="my-vpc", region=REGION, range="50.0.0.0/24")
    facts = replace(facts, subnets=(*facts.subnets, odd))
    assert cells(facts, "50.0.0.9:80", "50.0.0.9:80")[0].why == "egress all-traffic"


def test_a_network_that_cannot_be_read_decides_nothing() -> None:
    facts = world()
    origin = what_if(facts, NOBODY, "direct:run", "")
    hidden = replace(facts, networks=(Network(name="other"),))
    topology = topology_of(hidden)
    rows = egress_matrix(topology, origin, destinations(hidden, topology, origin, (parse("10.0.0.3:6379"),)))
    assert [cell.word for cell in rows[0].cells] == ["unknown", "unknown"]


def test_the_internal_service_is_another_one_of_the_region() -> None:
    facts = world()
    me = Origin(resource="service api", region=REGION)
    topology = topology_of(facts)
    found = {one.resource: destinations(facts, topology, one)[3].goal for one in (me, NOBODY)}
    labels = {name: goal.label for name, goal in found.items() if goal is not None}
    assert labels["service s"].startswith("https://api-abc-uc.a.run.app")
    assert "api-abc" not in labels["service api"]


def test_private_addresses_of_google_are_behind_private_google_access_alone() -> None:
    facts = world(zones=("googleapis.com",))
    assert {cell.why for cell in cells(facts, "Google APIs")} == {"Private Google Access on subnet run"}


@pytest.mark.parametrize(
    "machine",
    [
        Instance(name="far", network="other", address="10.9.0.9"),
        Instance(name="off", network="my-vpc", address="10.0.0.7", status="TERMINATED"),
        Instance(name="odd", network="my-vpc", address="50.0.0.7"),
    ],
    ids=["another network", "not running", "not private"],
)
def test_not_everybody_stands_for_a_private_address(machine: Instance) -> None:
    facts = replace(world(), instances=(machine,), forwarding_rules=())
    assert {cell.word for cell in cells(facts, "private address")} == {"unknown"}


def test_which_route_is_needed() -> None:
    facts = world(route=False)
    gateway = "a route of my-vpc to the default internet gateway"
    assert cells(facts, "203.0.113.5:443", "203.0.113.5:443")[1].why == gateway
    assert cells(facts, "10.99.0.1:80", "10.99.0.1:80")[0].why == "a route of my-vpc for 10.99.0.1"
    vip = cells(world(route=False, zones=("googleapis.com",)), "Google APIs")[0].why
    assert vip == "a route of my-vpc for 199.36.153.8 to the default internet gateway"


def test_nobody_on_the_internet_has_a_class_e_address() -> None:
    assert [cell.word for cell in cells(world(), "240.0.0.1:80", "240.0.0.1:80")] == ["blocked", "blocked"]
