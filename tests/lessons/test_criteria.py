"""Each kind of criterion, on bodies written by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.lessons.judging import Scripted, criterion, judged
from wizard.lessons.ports import Sender

NETWORK = "https://www.googleapis.com/compute/v1/projects/p/global/networks/vpc"
ELSEWHERE = NETWORK + "-2"
HERE = "projects/p/locations/r"


def connector(name: str = "con", **fields: Any) -> dict[str, Any]:
    path = f"{HERE}/connectors/{name}"
    return {f"vpcaccess/{path}": {"name": path, "network": "vpc", "state": "READY", **fields}}


def subnet(name: str, range_: str, network: str = NETWORK, **fields: Any) -> dict[str, Any]:
    body = {"name": name, "network": network, "ipCidrRange": range_, **fields}
    return {f"compute/projects/p/regions/r/subnetworks/{name}": body}


def kept(collection: str, **fields: Any) -> dict[str, Any]:
    return {f"compute/projects/p/global/{collection}/one": {"network": NETWORK, **fields}}


def test_exists() -> None:
    wanted = 'resource = "vpcaccess/*/connectors/con"\nwhere = { state = "READY" }'
    assert judged("exists", wanted, connector()).met
    assert judged("exists", wanted, {}).found == "there is no con"
    found = judged("exists", wanted, connector(state="ERROR"))
    assert (found.met, found.found) == (False, "con: state is ERROR, not READY")


def test_exists_takes_any_that_fits() -> None:
    state = connector("a", state="ERROR") | connector("b")
    assert judged("exists", 'resource = "vpcaccess/*"\nwhere = { state = "READY" }', state).met


def test_absent() -> None:
    wanted = 'resource = "vpcaccess/*/connectors/*"\nwhere = { state = "ERROR" }'
    assert judged("absent", wanted, connector()).met
    found = judged("absent", wanted, connector() | connector("bad", state="ERROR"))
    assert (found.met, found.found) == (False, "there is bad")


FREE = 'connector = "vpcaccess/*/connectors/con"\nnetwork = "vpc"\ninside = "10.8.0.0/22"\nbeyond = ["10.8.2.128/25"]'


@pytest.mark.parametrize(
    ("range_", "others", "found"),
    [
        ("10.8.1.0/28", {}, ""),
        ("10.8.1.0/28", subnet("other", "10.8.1.0/24", ELSEWHERE), ""),
        ("10.8.1.0/28", kept("routes", destRange="0.0.0.0/0", routeType="STATIC"), ""),
        ("10.8.1.0/28", kept("routes", destRange="10.8.0.0/16", routeType="SUBNET"), ""),
        ("10.8.1.0/27", {}, "10.8.1.0/27 is a /27, not a /28"),
        ("10.9.1.0/28", {}, "10.9.1.0/28 is not inside 10.8.0.0/22"),
        ("10.8.2.128/28", {}, "10.8.2.128/28 overlaps a range of a peered network (10.8.2.128/25)"),
        ("10.8.1.0/28", subnet("s", "10.8.0.0/23"), "10.8.1.0/28 overlaps subnet s (10.8.0.0/23)"),
        (
            "10.8.1.0/28",
            subnet("s", "10.0.0.0/24", secondaryIpRanges=[{"ipCidrRange": "10.8.1.0/24"}]),
            "10.8.1.0/28 overlaps a secondary range of subnet s (10.8.1.0/24)",
        ),
        (
            "10.8.1.0/28",
            connector("hidden", ipCidrRange="10.8.1.0/28"),
            "10.8.1.0/28 overlaps connector hidden (10.8.1.0/28)",
        ),
        (
            "10.8.1.0/28",
            kept("routes", destRange="10.8.1.0/26", routeType="STATIC"),
            "10.8.1.0/28 overlaps route one (10.8.1.0/26)",
        ),
        (
            "10.8.1.0/28",
            kept("addresses", address="10.8.0.0", prefixLength=16),
            "10.8.1.0/28 overlaps reserved range one (10.8.0.0/16)",
        ),
    ],
)
def test_free_range(range_: str, others: dict[str, Any], found: str) -> None:
    seen = judged("free_range", FREE, connector(ipCidrRange=range_) | others)
    assert (seen.met, seen.found) == (not found, found)


def test_the_range_of_a_connector_with_a_subnet() -> None:
    by_subnet = {f"vpcaccess/{HERE}/connectors/con": {"name": f"{HERE}/connectors/con", "subnet": {"name": "own"}}}
    assert judged("free_range", FREE, by_subnet | subnet("own", "10.8.1.0/28")).met
    taken = judged("free_range", FREE, by_subnet | subnet("own", "10.8.1.0/28") | subnet("s", "10.8.1.0/24"))
    assert taken.found == "10.8.1.0/28 overlaps subnet s (10.8.1.0/24)"
    assert judged("free_range", FREE, by_subnet).found == "con has no range"
    assert judged("free_range", FREE, {}).found == "there is no connector con"


def rule(**fields: Any) -> dict[str, Any]:
    layers = [{"IPProtocol": "tcp", "ports": ["6379"]}]
    usual = {"direction": "INGRESS", "allowed": layers, "sourceRanges": ["10.1.0.0/24"], "targetTags": ["redis"]}
    return kept("firewalls", **{key: value for key, value in {**usual, **fields}.items() if value is not None})


NARROW = """
network = "vpc"
[[widest]]
sources = ["10.1.0.0/24"]
source_tags = ["vpc-connector"]
rules = ["tcp:6000-6400"]
target_tags = ["redis"]
destinations = ["10.0.0.3/32"]
"""


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, ""),
        ({"sourceRanges": ["10.1.0.64/26", "10.1.0.0/28"]}, ""),
        ({"sourceRanges": None, "sourceTags": ["vpc-connector"]}, ""),
        ({"targetTags": None, "destinationRanges": ["10.0.0.3/32"]}, ""),
        ({"disabled": True, "sourceRanges": ["0.0.0.0/0"]}, ""),
        ({"direction": "EGRESS", "sourceRanges": None}, ""),
        ({"allowed": None, "denied": [{"IPProtocol": "all"}], "sourceRanges": ["0.0.0.0/0"]}, ""),
        ({"network": ELSEWHERE, "sourceRanges": ["0.0.0.0/0"]}, ""),
        ({"sourceRanges": ["10.1.0.0/23"]}, "lets in 10.1.0.0/23"),
        ({"sourceRanges": ["10.1.0.0/24", "::/0"]}, "lets in ::/0"),
        ({"sourceRanges": None}, "lets in 0.0.0.0/0"),
        ({"sourceTags": ["app"]}, "lets in machines by tag or service account"),
        ({"sourceRanges": None, "sourceServiceAccounts": ["a@b"]}, "lets in machines by tag or service account"),
        ({"allowed": [{"IPProtocol": "tcp"}]}, "opens tcp"),
        ({"allowed": [{"IPProtocol": "all"}]}, "opens all"),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["6379", "22"]}]}, "opens tcp:22"),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["6300-6500"]}]}, "opens tcp:6300-6500"),
        ({"allowed": [{"IPProtocol": "udp", "ports": ["6379"]}]}, "opens udp:6379"),
        ({"targetTags": None}, "is not for redis, 10.0.0.3/32 alone"),
        ({"targetTags": ["redis", "db"]}, "is not for redis, 10.0.0.3/32 alone"),
        ({"targetTags": None, "destinationRanges": ["10.0.0.0/24"]}, "is not for redis, 10.0.0.3/32 alone"),
    ],
)
def test_no_wider_rule(fields: dict[str, Any], found: str) -> None:
    seen = judged("no_wider_rule", NARROW, rule(**fields))
    assert (seen.met, seen.found) == (not found, f"rule one {found}" if found else "")


def test_the_nearest_of_several_is_told() -> None:
    other = '\n[[widest]]\nsources = ["35.235.240.0/20"]\nrules = ["tcp:22"]\n'
    found = judged("no_wider_rule", NARROW + other, rule(allowed=[{"IPProtocol": "tcp"}])).found
    assert found == "rule one opens tcp"
    assert judged("no_wider_rule", 'network = "vpc"\nwidest = []', rule()).found == "rule one lets something in"


PACKET = 'from = { subnet = "run", tags = ["x"] }\nto = "10.0.0.3"\nport = 6379\nverdict = '


@pytest.mark.parametrize(
    ("wanted", "verdict", "met"),
    [
        ("delivered", "deliver", True),
        ("delivered", "refuse", False),
        ("refused", "refuse", True),
        ("dropped", "drop", True),
        ("dropped", "no_route", True),
        ("dropped", "deliver", False),
        ("dropped", "refuse", False),
        ("dropped", "no_sender", False),
    ],
)
def test_packet(wanted: str, verdict: str, met: bool) -> None:
    packets = Scripted(verdict, "because")
    seen = judged("packet", f'{PACKET}"{wanted}"', {}, packets)
    assert seen.met is met
    assert packets.asked == [(Sender(subnet="run", tags=("x",)), "10.0.0.3", 6379, "tcp")]
    assert met or seen.found.endswith("(because)")


def test_probe() -> None:
    wanted = 'service = "shop"\ntarget = "redis://10.0.0.3"'
    packets = Scripted("connected")
    assert judged("probe", wanted, {}, packets).met
    assert packets.asked == [("shop", "redis://10.0.0.3")]
    assert judged("probe", wanted, {}, Scripted("timeout")).found == "the probe of redis://10.0.0.3 shows: timeout"


@pytest.mark.parametrize(
    ("kind", "toml"),
    [
        ("packet", 'from = { service = "a", job = "b" }\nto = "10.0.0.3"\nport = 1\nverdict = "dropped"'),
        ("packet", 'from = {}\nto = "10.0.0.3"\nport = 1\nverdict = "dropped"'),
        ("packet", 'from = { service = "a", egress = "some" }\nto = "10.0.0.3"\nport = 1\nverdict = "dropped"'),
        ("packet", 'from = { service = "a" }\nto = "cache"\nport = 1\nverdict = "dropped"'),
        ("packet", 'from = { service = "a" }\nto = "10.0.0.3"\nport = 70000\nverdict = "dropped"'),
        ("packet", 'from = { service = "a" }\nto = "10.0.0.3"\nport = 1\nprotocol = "gre"\nverdict = "dropped"'),
        ("free_range", 'connector = "x"\nnetwork = "vpc"\ninside = "10.8.0.1/22"'),
        ("no_wider_rule", 'network = "vpc"\nwidest = [{ sources = ["10.0.0.1/8"], rules = ["tcp"] }]'),
        ("no_wider_rule", 'network = "vpc"\nwidest = [{ sources = [], rules = ["tcp:redis"] }]'),
        ("exists", 'resource = "x"\nwhere = { "a..b" = 1 }'),
        ("absent", 'resource = "x"\nwhere = { "a[" = 1 }'),
        ("exists", 'resource = "x"\nhints = []'),
        ("exists", 'resource = "x"\nhints = [" "]'),
    ],
)
def test_criteria_that_make_no_sense(kind: str, toml: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        criterion(kind, toml)
