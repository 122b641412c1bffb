"""What a plan of all-traffic says of the way to the internet: default routes and Cloud NAT."""

from __future__ import annotations

import pytest

from tests.plan.worlds import codes, planned, tutorial, wishes
from wizard.records import Nat, Route, Router


def route(range_: str, *tags: str) -> Route:
    return Route(name="r", network="my-vpc", range=range_, hop_type="NEXT_HOP_INTERNET_GATEWAY", tags=tags)


@pytest.mark.parametrize(
    ("routes", "missing"),
    [
        ((route("0.0.0.0/0"),), False),
        ((route("0.0.0.0/1"), route("128.0.0.0/1")), False),
        ((route("10.10.0.0/16"),), True),
        ((route("0.0.0.0/0", "only-these"),), True),
        ((), False),
    ],
    ids=["one", "two halves", "elsewhere", "for tags", "not read"],
)
def test_a_default_route_that_is_missing_is_said(routes: tuple[Route, ...], missing: bool) -> None:
    plan = planned(tutorial(routes=routes), wishes("direct", egress="all-traffic"))
    assert ("no_default_route" in codes(plan)) == missing


@pytest.mark.parametrize(
    ("nat", "region", "serves"),
    [
        (Nat(name="n", all_subnets=True), "us-central1", True),
        (Nat(name="n", subnets=("batch",)), "us-central1", False),
        (Nat(name="n", all_subnets=True), "europe-west1", False),
    ],
    ids=["all subnets", "another subnet", "another region"],
)
def test_cloud_nat_counts_where_it_translates_the_subnet(nat: Nat, region: str, serves: bool) -> None:
    routers = (Router(name="r", network="my-vpc", region=region, nats=(nat,)),)
    plan = planned(tutorial(routers=routers), wishes("direct", egress="all-traffic"))
    assert ("nat_exists" in codes(plan)) == serves
    assert any(step.step.kind == "nat" for step in plan.steps) != serves
