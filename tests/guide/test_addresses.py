"""What is offered as addresses is what the planner accepts, and what it refuses is said."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.worlds import REGION, codes, planned, tutorial, wishes
from wizard.answers import Answers, ConnectorAnswers
from wizard.flow.model import Model
from wizard.guide.addresses import Addresses, Offer, addresses, range_problem, taken_rows
from wizard.guide.existing_subnets import existing_subnets
from wizard.guide.ground import Ground, stand
from wizard.inventory import Inventory
from wizard.probe.targets import parse
from wizard.records import Connector, Instance, Network, Service, Subnet, VpcAccess

REFUSALS = {"range_unusable", "range_invalid", "no_free_range", "subnet_missing", "subnet_unusable", "address_budget"}


def walk(inventory: Inventory, answers: Answers) -> Model:
    return Model(inventory=inventory, answers=answers, targets=tuple(parse(text) for text in answers.targets))


def ground(inventory: Inventory | None = None, answers: Answers | None = None) -> Ground:
    found = stand(walk(inventory or tutorial(), answers or wishes()))
    assert isinstance(found, Ground)
    return found


def offers(inventory: Inventory | None = None, answers: Answers | None = None) -> Addresses:
    return addresses(ground(inventory, answers))


def chosen(told: Addresses) -> list[Offer]:
    return [offer for offer in told.offers if offer.chosen]


def refused(inventory: Inventory, answers: Answers) -> bool:
    """Whether the planner blocks for the addresses."""
    plan = planned(inventory, answers)
    return plan.blocked and bool(codes(plan) & REFUSALS)


def subnet(name: str, range_: str, **changes: object) -> Subnet:
    return msgspec.structs.replace(Subnet(name=name, network="my-vpc", region=REGION, range=range_), **changes)


def test_the_recommended_range_is_what_the_planner_takes() -> None:
    told = offers()
    (offer,) = chosen(told)
    assert (offer.key, offer.value, offer.range, offer.words) == ("range", "auto", "10.8.1.0/28", "recommended")
    assert offer.why == "first free, after subnet batch in europe-west1"
    assert told.range == "10.8.1.0/28"
    assert "10.8.1.0/28" in str(planned(tutorial(), wishes()).steps)


def test_what_is_in_the_way_of_a_lower_range_is_said() -> None:
    assert [(row.range, row.blocked_by) for row in offers().passed] == [
        ("10.8.0.0/24", "subnet batch in europe-west1 (10.8.0.0/24)")
    ]


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_every_offer_is_accepted_by_the_planner_and_every_refusal_is_one(path: str) -> None:
    world = tutorial(
        subnets=(
            *tutorial().subnets,
            subnet("small", "10.20.0.0/28"),
            subnet("with-connector", "10.20.0.16/28"),
            subnet("with-vm", "10.20.0.32/28"),
            subnet("proxy", "10.21.0.0/24", purpose="REGIONAL_MANAGED_PROXY"),
            subnet("wide", "10.22.0.0/24"),
            subnet("full", "10.23.0.0/24", free=7),
            subnet("shared", "10.24.0.0/25"),
            subnet("v6", "", stack_type="IPV6_ONLY"),
        ),
        connectors=(Connector(name="other", region=REGION, subnet="with-connector"),),
        instances=(*tutorial().instances, Instance(name="vm", network="my-vpc", subnet="with-vm")),
        services=(
            *tutorial().services,
            Service(name="busy", region=REGION, vpc=VpcAccess(subnet="shared"), max_instances=30),
        ),
    )
    told = offers(world, wishes(path))
    assert {offer.value for offer in told.offers if offer.key == "subnet"} >= {"small", "wide", "shared"}
    for offer in told.offers:
        answers = msgspec.structs.replace(wishes(path), **{offer.key: offer.value})
        if offer.value != "v6":
            assert refused(world, answers) is bool(offer.refused), offer


@given(
    prefix=st.integers(24, 29),
    free=st.none() | st.integers(0, 300),
    path=st.sampled_from(["connector", "direct"]),
    instances=st.integers(1, 80),
)
def test_a_subnet_is_judged_as_the_planner_judges_it(prefix: int, free: int | None, path: str, instances: int) -> None:
    service = msgspec.structs.replace(tutorial().services[0], max_instances=instances)
    here = subnet("it", f"10.40.0.0/{prefix}", free=free)
    world = tutorial(subnets=(*tutorial().subnets, here), services=(service,), service=service)
    answers = wishes(path, subnet="it")
    choice = next(c for c in existing_subnets(ground(world, wishes(path))) if c.name == "it")
    assert bool(choice.refused) is refused(world, answers)
    problem = offers(world, answers).problem
    assert (problem is not None and problem.fatal) is bool(choice.refused)


def test_direct_vpc_egress_takes_a_larger_range_than_needed_and_refuses_a_smaller_one() -> None:
    here = ground(answers=wishes("direct"))
    assert here.prefix == 25
    assert range_problem(here, "10.32.0.0/24") is None
    problem = range_problem(here, "10.32.0.0/26")
    assert problem is not None
    assert "must be a /25 or larger" in problem.message


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        (
            "10.4.1.0/28",
            "10.4.1.0/28 overlaps secondary range pods of subnet my-subnet in us-central1 (10.4.0.0/16)",
            "the next free one is 10.5.0.0/28",
        ),
        ("10.8.1.0/27", "10.8.1.0/27 is a /27: it must be exactly a /28", "for example 10.8.1.0/28"),
        ("10.8.1.1/28", "range '10.8.1.1/28': its address has bits set beyond the /28", "for example 10.8.1.0/28"),
        ("[/x]\n", "range '[/x]\\n': not an IPv4 range", "for example 10.8.0.0/28"),
    ],
)
def test_what_is_wrong_with_a_typed_range(text: str, message: str, fix: str) -> None:
    problem = range_problem(ground(), text)
    assert problem is not None
    assert (problem.message, problem.fix) == (message, fix)


def test_no_range_typed_is_no_problem() -> None:
    assert range_problem(ground(), "") is None
    assert range_problem(ground(), "auto") is None


def test_a_typed_range_that_overlaps_is_kept_in_sight_with_the_next_free_one() -> None:
    told = offers(answers=wishes(range="10.4.1.0/28"))
    (offer,) = chosen(told)
    assert (offer.value, offer.words, bool(offer.refused), told.range) == ("10.4.1.0/28", "typed", True, "")
    following = next(o for o in told.offers if o.words == "the next free one")
    assert following.value == "10.5.0.0/28"


def test_a_typed_range_that_is_free_is_chosen() -> None:
    told = offers(answers=wishes(range="10.50.0.0/28"))
    assert [(o.value, o.why) for o in chosen(told)] == [("10.50.0.0/28", "free in my-vpc")]
    assert told.range == "10.50.0.0/28"
    assert told.problem is None


def test_a_range_that_is_possible_but_unwise_is_chosen_with_a_warning() -> None:
    told = offers(answers=wishes(range="172.17.0.0/28"))
    assert told.problem is not None
    assert not told.problem.fatal
    assert told.range == "172.17.0.0/28"
    assert "Docker" in chosen(told)[0].why


def test_a_range_that_no_network_may_have_offers_no_next_one() -> None:
    told = offers(answers=wishes(range="35.199.224.0/28"))
    assert told.problem is not None
    assert not [o for o in told.offers if o.words == "the next free one"]


def test_nothing_free_is_said_with_the_largest_gap() -> None:
    walls = tuple(subnet(f"wall-{n}", r) for n, r in enumerate(("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
    told = offers(tutorial(subnets=(*walls, subnet("last", "100.64.0.0/10"))), wishes(network="my-vpc"))
    first = told.offers[0]
    assert first.refused == "no /28 is free in my-vpc: nothing is free"
    assert first.chosen
    assert told.range == ""


def test_a_subnet_that_was_answered_is_chosen_and_no_range_is() -> None:
    told = offers(answers=wishes("direct", subnet="my-subnet"))
    assert [(o.key, o.value, o.range) for o in chosen(told)] == [("subnet", "my-subnet", "10.0.0.0/24")]
    assert told.range == "10.0.0.0/24"


def test_a_subnet_that_is_not_here_says_where_it_is() -> None:
    told = offers(answers=wishes(subnet="batch"))
    assert told.problem is not None
    assert told.problem.message == (
        "there is no subnet batch of my-vpc in us-central1; it is in my-vpc in europe-west1"
    )
    assert told.range == ""


def test_a_connector_that_exists_keeps_its_range() -> None:
    held = Connector(name="shared", region=REGION, network="my-vpc", range="10.30.0.0/28")
    told = offers(tutorial(connectors=(held,)), wishes(connector=ConnectorAnswers(name="shared")))
    assert [(o.range, o.words) for o in told.offers] == [("10.30.0.0/28", "a range of its own, connector shared")]
    on_subnet = Connector(name="shared", region=REGION, subnet="my-subnet")
    told = offers(tutorial(connectors=(on_subnet,)), wishes(connector=ConnectorAnswers(name="shared")))
    assert (told.range, told.offers[0].words) == ("10.0.0.0/24", "subnet my-subnet, connector shared")


def test_a_connector_in_state_error_is_made_anew() -> None:
    held = Connector(name="shared", region=REGION, network="my-vpc", range="10.30.0.0/28", state="ERROR")
    assert ground(tutorial(connectors=(held,)), wishes(connector=ConnectorAnswers(name="shared"))).kept is None


def test_five_thousand_subnets_are_summed_up_and_fast() -> None:
    many = tuple(subnet(f"net-{n:04}", f"10.{n // 256}.{n % 256}.0/24") for n in range(5000))
    world = tutorial(subnets=many)
    begun = time.perf_counter()
    told = offers(world, wishes("connector"))
    roomy = offers(world, wishes("direct"))
    assert time.perf_counter() - begun < 2
    assert len(told.offers) < 30
    assert told.more == "4,994 more subnets cannot be used: 4,994 not a /28"
    assert roomy.more == "4,988 more subnets could be used: type a name below"
    last = offers(world, wishes("direct", subnet="net-4999"))
    assert [o.value for o in chosen(last)] == ["net-4999"]


def test_taken_ranges_are_cut_with_a_count() -> None:
    rows = taken_rows(ground().taken, most=2)
    assert rows == [
        ("10.0.0.0/24", "subnet my-subnet in us-central1"),
        ("10.4.0.0/16", "secondary range pods of subnet my-subnet in us-central1"),
        ("3 more", ""),
    ]


def test_without_a_network_the_reason_is_said() -> None:
    two = tutorial(networks=(Network(name="a"), Network(name="b")), instances=(), subnets=(), addresses=())
    found = stand(walk(two, wishes()))
    assert isinstance(found, str)
    assert found.startswith("which network?")


def test_before_the_project_was_read_there_is_nothing_to_tell() -> None:
    assert stand(Model(reading="reading demo-project")) == "reading demo-project…"
    assert stand(Model()) == "the project could not be read: F5 tries again"


def test_more_instances_than_any_subnet_bears_is_said() -> None:
    service = msgspec.structs.replace(tutorial().services[0], max_instances=9_000_000)
    found = stand(walk(tutorial(services=(service,), service=service), wishes("direct")))
    assert found == "no subnet is large enough for that; for example 100"
