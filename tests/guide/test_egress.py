"""The two ways in, and what an egress mode lets through; the expectations are Google's documentation (facts: 5, 7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
from wizard.flow.pages import Page
from wizard.guide.egress import Cell, matrix, options
from wizard.guide.express import recommendations
from wizard.records import Nat, Router


def test_the_recommended_way_comes_first_and_the_chosen_one_is_marked(tmp_path: Path) -> None:
    found = options(model(tmp_path, Page.EGRESS, answers=wishes("connector")))
    assert [(o.value, o.recommended, o.chosen) for o in found] == [("direct", True, False), ("connector", False, True)]
    assert found[0].speaks_for == found[1].against


def test_without_an_answer_the_recommended_one_is_taken(tmp_path: Path) -> None:
    found = options(model(tmp_path, Page.EGRESS, answers=wishes("")))
    assert [o.chosen for o in found] == [True, False]


WORKS, NEEDS, BLOCKED = "works", "needs", "blocked"


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
    row = next(row for row in matrix(model(tmp_path, Page.EGRESS)) if row.name == name)
    assert [cell.word for cell in row.cells] == [private, everything]


def test_with_cloud_nat_a_public_address_is_reached_through_the_network(tmp_path: Path) -> None:
    nat = Nat(name="n", all_subnets=True)
    facts = tutorial(routers=(Router(name="r", network="my-vpc", region="us-central1", nats=(nat,)),))
    row = next(row for row in matrix(model(tmp_path, Page.EGRESS, facts)) if row.name == "public address")
    assert row.cells[1].word == WORKS


def test_nat_is_no_way_to_a_service_with_internal_ingress(tmp_path: Path) -> None:
    nat = Nat(name="n", all_subnets=True)
    facts = tutorial(routers=(Router(name="r", network="my-vpc", region="us-central1", nats=(nat,)),))
    without = model(tmp_path, Page.EGRESS, facts, wishes("direct", egress="all-traffic", subnet="my-subnet"))
    row = next(row for row in matrix(without) if row.name == "internal Run service")
    assert row.cells[1] == Cell(word=WORKS, why="Private Google Access on the subnet")


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
