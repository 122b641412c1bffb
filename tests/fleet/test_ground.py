"""The subnet or connector that services move to, by name or made for them."""

from __future__ import annotations

import ipaddress

import pytest
from msgspec import structs

from tests.fleet.worlds import CONNECTOR, PROJECT, REGION, codes, fleet, found, ids, job, plan, service, subnets, world
from wizard.fleet.direct_users import direct_users
from wizard.fleet.model import Fleet
from wizard.plan.plan import Plan
from wizard.plan.steps.connector import CreateConnector
from wizard.plan.steps.service import PatchService
from wizard.plan.steps.subnet import CreateSubnet
from wizard.records import (
    Connector,
    FirewallRule,
    Job,
    Network,
    Ports,
    Service,
    Subnet,
    VpcAccess,
)

DIRECT = VpcAccess(network="my-vpc", subnet="apps", egress="all-traffic")


def _vpc(made: Plan, name: str) -> VpcAccess:
    step = made.step(f"service/{name}").step
    assert isinstance(step, PatchService)
    return step.vpc


def test_a_named_subnet_is_used_and_the_egress_mode_kept() -> None:
    made = plan(fleet(service("a"), service("b", egress="all-traffic")), subnet="apps", tags=("app",))
    assert _vpc(made, "a") == VpcAccess(network="my-vpc", subnet="apps", tags=("app",), egress="private-ranges-only")
    assert _vpc(made, "b").egress == "all-traffic"
    assert not [p for p in made.steps if isinstance(p.step, CreateSubnet)]


@pytest.mark.parametrize(
    ("there", "wanted", "code", "words"),
    [
        (subnets(), "nowhere", "subnet_missing", "there is no subnet nowhere in us-central1"),
        (subnets(region="europe-west1"), "apps", "subnet_missing", "one of that name is in europe-west1"),
        (subnets(network="other"), "apps", "subnet_unusable", "it is in network other, not my-vpc"),
        (subnets(purpose="PRIVATE_SERVICE_CONNECT"), "apps", "subnet_unusable", "its purpose is PRIVATE_SERVICE_CONN"),
        (subnets(range="10.20.0.0/27"), "apps", "subnet_unusable", "must be a /26 or larger"),
        (subnets(range="fd00::/64"), "apps", "subnet_unusable", "has no IPv4 range"),
    ],
)
def test_a_subnet_that_cannot_be_used(there: tuple[Subnet, ...], wanted: str, code: str, words: str) -> None:
    made = plan(fleet(service("web"), subnets=there), subnet=wanted)
    assert words in found(made, code).message
    assert made.blocked and made.steps == ()


def test_a_new_subnet_has_room_for_every_user_also_those_that_stay() -> None:
    """Old and new revisions of all in blocks of 16: 2 x (80 + 48) for two services, a block each for jobs and tests."""
    there = fleet(service("big", max_instances=40), service("web", max_instances=20), job("nightly", tasks=3))
    one, all_ = plan(there, services=("web",)), plan(there)
    (step,) = [p.step for p in one.steps if isinstance(p.step, CreateSubnet)]
    assert ipaddress.IPv4Network(step.range).prefixlen == 23
    assert [p.step for p in all_.steps if isinstance(p.step, CreateSubnet)] == [step]
    assert (step.network, step.region, step.private_google_access) == ("my-vpc", REGION, False)


def test_a_full_network_gets_the_smaller_of_two_sizes_or_a_finding() -> None:
    def around(*free: str) -> tuple[Subnet, ...]:
        taken: list[ipaddress.IPv4Network] = [ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", *_OTHERS)]
        for text in free:
            hole = ipaddress.IPv4Network(text)
            taken = [p for net in taken for p in (net.address_exclude(hole) if hole.subnet_of(net) else (net,))]
        return tuple(
            Subnet(name=f"t{n}", network="my-vpc", region=REGION, range=str(net)) for n, net in enumerate(taken)
        )

    there = [service(name, max_instances=40) for name in ("a", "b", "c", "d")]
    roomy = plan(fleet(*there, subnets=around("10.77.0.0/23", "10.78.0.0/22")))
    assert [p.step.range for p in roomy.steps if isinstance(p.step, CreateSubnet)] == ["10.78.0.0/22"]
    small = plan(fleet(*there, subnets=around("10.77.0.0/23")))
    (step,) = [p.step for p in small.steps if isinstance(p.step, CreateSubnet)]
    assert step.range == "10.77.0.0/23"
    none = plan(fleet(*there, subnets=around("10.77.0.0/26")))
    assert "10.77.0.0/26" in found(none, "no_free_range").message
    assert codes(none).count("block no_free_range") == 1


_OTHERS = ("172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "240.0.0.0/4")


def test_a_range_of_ones_own() -> None:
    made = plan(fleet(service("web")), range="10.99.0.0/24")
    (step,) = [p.step for p in made.steps if isinstance(p.step, CreateSubnet)]
    assert step.range == "10.99.0.0/24"
    taken = plan(fleet(service("web")), range="10.20.0.0/24")
    assert "overlaps" in found(taken, "range_unusable").message


def test_the_subnet_of_an_earlier_part_is_used_again() -> None:
    own = Subnet(name="con-direct", network="my-vpc", region=REGION, range="10.50.0.0/24")
    made = plan(fleet(service("web"), subnets=(*world().subnets, own)))
    assert _vpc(made, "web").subnet == "con-direct"
    assert "con-direct" in found(made, "subnet_kept").message
    full = structs.replace(own, free=10)
    assert _vpc(plan(fleet(service("web"), subnets=(*world().subnets, full))), "web").subnet == "con-direct-2"
    tiny = structs.replace(own, range="10.50.0.0/28")
    other = plan(fleet(service("web"), subnets=(*world().subnets, tiny)))
    assert _vpc(other, "web").subnet == "con-direct-2"


def test_the_full_name_of_a_subnet_of_ours_is_as_good() -> None:
    link = f"projects/{PROJECT}/regions/{REGION}/subnetworks/apps"
    assert _vpc(plan(fleet(service("web")), subnet=link), "web").subnet == "apps"


def test_an_unknown_network_is_asked_for() -> None:
    networks = (Network(name="my-vpc"), Network(name="other"))
    there = fleet(service("web"), networks=networks)
    lost = structs.replace(there, connector=structs.replace(CONNECTOR, network="", subnet="gone"))
    assert "block network_ambiguous" in codes(plan(lost))
    assert not plan(lost, network="my-vpc").blocked


def _shared(**changes: object) -> Fleet:
    """A service project of a Shared VPC: the connector's subnet is the host's."""
    con = Connector(name="con", region=REGION, subnet="con-subnet", subnet_project="host")
    return structs.replace(fleet(service("web")), connector=structs.replace(con, **changes))


def test_in_a_shared_vpc_the_subnet_is_named_in_full() -> None:
    made = plan(_shared())
    assert "projects/host/regions/us-central1/subnetworks/NAME" in found(made, "subnet_missing").fix
    link = "projects/host/regions/us-central1/subnetworks/apps"
    named = plan(_shared(), subnet=link, network="shared")
    assert not named.blocked
    assert _vpc(named, "web").subnet == link
    assert _vpc(named, "web").network == "projects/host/global/networks/shared"
    assert ids(named) == [], "nothing is made in another project"
    assert "--role=roles/compute.networkUser" in found(named, "shared_vpc_rights").fix
    assert "not checked from here" in found(named, "not_checked").message
    elsewhere = plan(_shared(), subnet="projects/host/regions/europe-west1/subnetworks/apps")
    assert "not in us-central1" in found(elsewhere, "subnet_unusable").message


def test_a_connector_of_the_host_project() -> None:
    there = structs.replace(fleet(service("web")), home="host")
    assert "block subnet_missing" in codes(plan(there))


def _direct(*holders: Service | Job, **fields: object) -> Fleet:
    there = world(*holders, connectors=(), **fields)
    users = direct_users(PROJECT, network="my-vpc", services=there.services, jobs=there.jobs)
    return Fleet(inventory=there, home=PROJECT, users=users)


def test_back_to_a_connector_that_is_made_for_it() -> None:
    made = plan(_direct(service("web", vpc=DIRECT), job("nightly", vpc=DIRECT)), to="connector", connector="back")
    assert not made.blocked, made.findings
    kinds = [p.step.kind for p in made.steps if not p.group]
    assert kinds[:2] == ["subnet", "connector"]
    assert _vpc(made, "web") == VpcAccess(
        connector=f"projects/{PROJECT}/locations/{REGION}/connectors/back", egress="all-traffic"
    )
    assert made.groups == ("web", "job:nightly")
    assert made.rollout.weights == {}, "a connector's services take no addresses of their own"


def test_back_to_a_connector_that_is_there() -> None:
    there = _direct(service("web", vpc=DIRECT))
    there = structs.replace(
        there, connector=CONNECTOR, inventory=structs.replace(there.inventory, connectors=(CONNECTOR,))
    )
    made = plan(there, to="connector", connector="con")
    (step,) = [p for p in made.steps if isinstance(p.step, CreateConnector)]
    assert step.change.op.value == "reuse"
    assert _vpc(made, "web").connector.endswith("/connectors/con")


def test_back_to_a_connector_of_the_host_project() -> None:
    link = f"projects/host/locations/{REGION}/connectors/con"
    made = plan(_direct(service("web", vpc=DIRECT)), to="connector", connector=link)
    assert _vpc(made, "web").connector == link
    assert ids(made) == []


def test_back_to_a_connector_that_a_rule_keeps_from_working() -> None:
    """A rule for its own traffic would open everything behind it: that is nothing for a migration to decide."""
    deny = FirewallRule(
        name="no-667", network="my-vpc", action="deny", priority=10, protocols=(Ports("tcp", ("667",)),)
    )
    wide = FirewallRule(name="inside", network="my-vpc", sources=("10.0.0.0/8",), priority=20)
    there = _direct(service("web", vpc=DIRECT), service("b", env={}, vpc=DIRECT), firewalls=(deny, wide))
    made = plan(there, to="connector", connector="back", blocked="skip", no_probe=("b",))
    assert "no-667 (deny, priority 10)" in found(made, "connector_blocked").message
    assert made.groups == ("b",), "nobody says what it must reach"
