"""Two services side by side: only what differs, the most telling first."""

from __future__ import annotations

from msgspec.structs import replace

from tests.trace.facts import CONNECTOR, REGION, project
from wizard.inventory import Inventory
from wizard.probe.targets import parse
from wizard.records import (
    Connector,
    FirewallRule,
    Job,
    Nat,
    Ports,
    Revision,
    Route,
    Router,
    Service,
    StartupProbe,
    Subnet,
    VpcAccess,
)
from wizard.trace.compare import compare
from wizard.trace.origins import Subject

REDIS = parse("redis://10.0.0.3:6379")

BY_CONNECTOR = Service(name="a", region=REGION, vpc=VpcAccess(connector=CONNECTOR, egress="private-ranges-only"))
DIRECT = Service(name="b", region=REGION, vpc=VpcAccess(network="my-vpc", subnet="run", tags=("app", "web")))
ALONE = Service(name="c", region=REGION)


def world() -> Inventory:
    rule = FirewallRule(
        name="allow-run", network="my-vpc", protocols=(Ports("tcp", ("6379",)),), sources=("10.1.0.0/26",)
    )
    connectors = (Connector(name="con", region=REGION, network="my-vpc", range="10.8.0.0/28", max_instances=4),)
    return replace(project(), firewalls=(rule,), connectors=connectors)


def found(one: Subject, other: Subject, facts: Inventory | None = None, target: str = "") -> dict[str, tuple[str, str]]:
    made = compare(facts or world(), one, other, parse(target) if target else REDIS)
    assert all(difference.this != difference.other for difference in made)
    return {difference.field: (difference.this, difference.other) for difference in made}


def test_what_is_the_same_is_left_out() -> None:
    assert found(DIRECT, replace(DIRECT, name="other", image="x", uri="https://y")) == {}


def test_a_connector_against_direct_vpc_egress() -> None:
    assert found(BY_CONNECTOR, DIRECT) == {
        "way": ("connector", "direct"),
        "decided by": (
            "aet-uscentral1-con-sbntfw (allow, priority 1000)",
            "allow-run (allow, priority 1000)",
        ),
        "ingress firewall": (
            "allow by aet-uscentral1-con-sbntfw (allow, priority 1000)",
            "allow by allow-run (allow, priority 1000)",
        ),
        "connector": ("con", ""),
        "state of the connector": ("READY", ""),
        "machines of the connector": ("2 to 4 e2-micro", ""),
        "subnet": ("", "run"),
        "range": ("10.8.0.0/28", "10.1.0.0/26"),
        "purpose of the subnet": ("", "PRIVATE"),
        "Private Google Access": ("", "off"),
        "network tags": ("", "app, web"),
    }


def test_the_verdict_comes_first_and_the_order_is_fixed() -> None:
    one, other = found(ALONE, DIRECT), found(DIRECT, ALONE)
    assert list(one) == list(other)
    assert next(iter(one.items())) == ("verdict", ("DROP VPC_CONNECTOR_NOT_SET", "DELIVER"))
    assert one["way"] == ("none", "direct")
    assert one["egress mode"] == ("", "private-ranges-only")
    assert {field: (b, a) for field, (a, b) in other.items()} == one


def test_a_connector_that_is_broken_is_told_by_its_state() -> None:
    sick = replace(world(), connectors=(replace(world().connectors[0], state="ERROR"), *project().connectors[1:]))
    ill = replace(BY_CONNECTOR, name="ill", vpc=VpcAccess(connector=CONNECTOR.replace("/con", "/on-subnet")))
    told = found(BY_CONNECTOR, ill, sick)
    assert told["state of the connector"] == ("ERROR", "READY")
    assert told["connector"] == ("con", "on-subnet")


def test_nat_private_google_access_and_route() -> None:
    base = world()
    open_ = Subnet(
        name="open", network="my-vpc", region=REGION, range="10.1.1.0/26", private_google_access=True, purpose="PRIVATE"
    )
    facts = replace(
        base,
        subnets=(*base.subnets, open_),
        routes=(Route(name="out", network="my-vpc", range="0.0.0.0/0", hop_type="NEXT_HOP_INTERNET_GATEWAY"),),
        routers=(Router(name="r", network="my-vpc", region=REGION, nats=(Nat(name="gate", subnets=("open",)),)),),
    )
    closed = replace(DIRECT, vpc=VpcAccess(network="my-vpc", subnet="run", egress="all-traffic"))
    good = replace(DIRECT, name="good", vpc=VpcAccess(network="my-vpc", subnet="open", egress="all-traffic"))
    told = found(closed, good, facts, "https://example.com")
    assert told["verdict"] == ("DROP NO_EXTERNAL_ADDRESS", "DELIVER")
    assert (told["Private Google Access"], told["Cloud NAT"]) == (("off", "on"), ("", "gate"))
    elsewhere = found(closed, good, replace(facts, routes=()), "https://example.com")
    assert "route" not in elsewhere
    shut = Route(name="office", network="my-vpc", range="10.20.0.0/16", hop_type="NEXT_HOP_VPN_TUNNEL", tags=("t",))
    alone = replace(DIRECT, name="alone", vpc=VpcAccess(network="my-vpc", subnet="run", tags=("t",)))
    tagged = found(DIRECT, alone, replace(facts, routes=(shut,)), "10.20.0.7:80")
    assert tagged["route"] == ("no route fits", "office")
    private = found(closed, replace(good, vpc=VpcAccess(network="my-vpc", subnet="open")), facts, "https://example.com")
    assert private["egress mode"] == ("all-traffic", "private-ranges-only")
    assert private["route"] == ("out", "")


def test_what_the_resource_itself_says() -> None:
    probe = StartupProbe(type="http", path="/healthz", port=8080, period=5, failure_threshold=6)
    told = found(
        DIRECT, replace(DIRECT, max_instances=3, ingress="internal", service_account="s@x", startup_probe=probe)
    )
    assert told == {
        "service account": ("", "s@x"),
        "ingress": ("", "internal"),
        "most instances": ("100", "3"),
        "startup probe": ("", "http /healthz port 8080, 6 times every 5 s"),
    }


def test_services_revisions_and_jobs_are_told_apart() -> None:
    job = Job(name="b", region=REGION, vpc=DIRECT.vpc)
    revision = Revision(name="b", service="b", region=REGION, vpc=DIRECT.vpc, max_instances=100)
    assert found(DIRECT, job) == {"most instances": ("100", ""), "kind": ("service", "job")}
    assert found(revision, job) == {"most instances": ("100", ""), "kind": ("revision", "job")}
    assert found(replace(DIRECT, region="europe-west1"), DIRECT)["region"] == ("europe-west1", REGION)
