"""The two ways in, and what an egress mode lets through; the expectations are Google's documentation (facts: 5, 7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.egress import matrix, options
from wizard.guide.express import recommendations
from wizard.records import Nat, Route, Router
from wizard.trace.matrix import MatrixRow


def test_the_recommended_way_comes_first_and_the_chosen_one_is_marked(tmp_path: Path) -> None:
    found = options(model(tmp_path, Page.EGRESS, answers=wishes("connector")))
    assert [(o.value, o.recommended, o.chosen) for o in found] == [("direct", True, False), ("connector", False, True)]
    assert found[0].speaks_for == found[1].against


def test_without_an_answer_the_recommended_one_is_taken(tmp_path: Path) -> None:
    found = options(model(tmp_path, Page.EGRESS, answers=wishes("")))
    assert [o.chosen for o in found] == [True, False]


WORKS, NEEDS, BLOCKED = "works", "needs", "blocked"

DEFAULT = Route(name="default", network="my-vpc", range="0.0.0.0/0", hop_type="NEXT_HOP_INTERNET_GATEWAY")


def row_of(shown: Model, name: str) -> MatrixRow:
    return next(row for row in matrix(shown) if row.name == name)


@pytest.mark.parametrize(
    ("name", "private", "everything"),
    [
        ("private address", WORKS, WORKS),
        ("public address", WORKS, NEEDS),
        ("Google APIs", WORKS, NEEDS),
        ("internal Run service", BLOCKED, NEEDS),
        ("redis://10.0.0.3:6379", WORKS, WORKS),
    ],
)
def test_the_matrix(name: str, private: str, everything: str, tmp_path: Path) -> None:
    row = row_of(model(tmp_path, Page.EGRESS, tutorial(routes=(DEFAULT,))), name)
    assert [cell.word for cell in row.cells] == [private, everything]


@pytest.mark.parametrize("name", ["public address", "Google APIs", "internal Run service"])
@pytest.mark.parametrize("path", ["connector", "direct"])
def test_a_plan_of_all_traffic_makes_what_it_needs(path: str, name: str, tmp_path: Path) -> None:
    wanted = wishes(path, egress="all-traffic")
    row = row_of(model(tmp_path, Page.EGRESS, tutorial(routes=(DEFAULT,)), wanted), name)
    assert row.cells[1].word == WORKS


def test_without_a_default_route_no_nat_helps(tmp_path: Path) -> None:
    row = row_of(model(tmp_path, Page.EGRESS, answers=wishes("direct", egress="all-traffic")), "public address")
    assert (row.cells[1].word, "default internet gateway" in row.cells[1].why) == (NEEDS, True)


def test_cloud_nat_of_another_network_or_subnet_does_not_count(tmp_path: Path) -> None:
    """Only what translates the subnet that packets come from."""
    everywhere, elsewhere = Nat(name="n", all_subnets=True), Nat(name="n", subnets=("batch",))
    words = []
    for network, nat in (("my-vpc", everywhere), ("default", everywhere), ("my-vpc", elsewhere)):
        routers = (Router(name="r", network=network, region="us-central1", nats=(nat,)),)
        facts = tutorial(routers=routers, routes=(DEFAULT,))
        words.append(row_of(model(tmp_path, Page.EGRESS, facts), "public address").cells[1].word)
    assert words == [WORKS, NEEDS, NEEDS]


def test_nat_is_no_way_to_a_service_with_internal_ingress(tmp_path: Path) -> None:
    nat = Nat(name="n", all_subnets=True)
    routers = (Router(name="r", network="my-vpc", region="us-central1", nats=(nat,)),)
    facts = tutorial(routers=routers, routes=(DEFAULT,))
    cell = row_of(model(tmp_path, Page.EGRESS, facts), "internal Run service").cells[1]
    assert (cell.word, cell.why.startswith("Private Google Access")) == (NEEDS, True)


def test_there_is_no_matrix_before_a_plan_comes_as_far_as_the_service(tmp_path: Path) -> None:
    assert matrix(model(tmp_path, Page.EGRESS, tutorial(networks=()))) == ()
    assert matrix(model(tmp_path, Page.EGRESS, answers=wishes(targets=()))) == ()


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_recommendations_are_what_the_plan_does(path: str, tmp_path: Path) -> None:
    shown = model(tmp_path, Page.EXPRESS, answers=wishes(path))
    rows = {row.name: row for row in recommendations(shown)}
    assert rows["Network"].value == "my-vpc"
    assert rows["Way in"].own
    assert not rows["Egress mode"].own
    assert shown.plan is not None
    subnet = next(p.step for p in shown.plan.steps if p.step.kind == "subnet")
    assert rows["Addresses"].value.endswith(subnet.ref.name)
    count = sum(p.step.kind == "firewall" for p in shown.plan.steps)
    assert rows["Firewall"].value.startswith(str(count))
