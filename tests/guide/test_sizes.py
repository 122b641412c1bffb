"""Sizes of a connector: figures of the advice, marked as planned and as recommended."""

from __future__ import annotations

import msgspec
import pytest

from tests.guide.test_addresses import ground
from tests.plan.worlds import REGION, tutorial, wishes
from wizard.advice.cost import connector_cost
from wizard.advice.sizing import throughput
from wizard.answers import Answers, ConnectorAnswers
from wizard.errors import InputError
from wizard.guide.sizes import Sizes, connector_names, counts_with, rate, sizes
from wizard.inventory import Inventory
from wizard.network.names import check_connector_instances
from wizard.records import Connector


def told(inventory: Inventory | None = None, mbps: float = 0.0, **size: object) -> Sizes:
    answers: Answers = wishes(connector=msgspec.structs.replace(ConnectorAnswers(), **size))
    return sizes(ground(inventory, answers), mbps)


def test_every_machine_type_has_a_row_with_the_planned_counts() -> None:
    rows = {row.machine_type: row for row in told().types}
    assert list(rows) == ["f1-micro", "e2-micro", "e2-standard-4"]
    micro = rows["e2-micro"]
    assert (micro.mbps_min, micro.mbps_max, micro.usd_min, micro.usd_max) == (200, 300, 12.23, 18.34)
    assert (micro.chosen, micro.recommended) == (True, True)
    assert (rows["f1-micro"].usd_min, rows["f1-micro"].usd_max) == (None, None)
    assert rows["e2-standard-4"].share == 1


def test_the_figure_to_plan_with_is_the_larger_one() -> None:
    found = told(machine_type="e2-standard-4", min_instances=3, max_instances=4)
    price = connector_cost("e2-standard-4", 3, 4, REGION)
    assert found.plan_with == f"${price.usd_max:,.2f} a month"
    assert found.basis[0] == price.basis


@pytest.mark.parametrize("machine_type", ["f1-micro", "e2-micro", "e2-standard-4"])
def test_the_counts_agree_with_the_advice(machine_type: str) -> None:
    found = told(machine_type=machine_type, min_instances=3, max_instances=6)
    assert [row.instances for row in found.counts] == list(range(2, 11))
    assert [row.instances for row in found.counts if row.planned] == [3, 4, 5, 6]
    assert {row.mark: row.instances for row in found.counts if row.mark} == {"fewest": 3, "most": 6}
    for row in found.counts[1:]:
        assert row.mbps == throughput(machine_type, 2, row.instances).mbps_max
        price = connector_cost(machine_type, 2, row.instances, REGION)
        assert row.usd == (price.usd_max if price.known else None)


def test_a_price_that_is_not_on_file_is_said_with_what_is() -> None:
    here = ground(tutorial(region="europe-west1"), wishes())
    found = sizes(here)
    assert not found.known
    assert found.plan_with == ""
    assert all(row.usd is None for row in found.counts)
    assert "no price of e2-micro in europe-west1 on file; in us-central1 the same would be $12.23" in found.basis[0]
    assert "September 2026" in found.basis[0]


def test_the_recommendation_follows_what_is_expected() -> None:
    assert told().taken
    found = told(mbps=2500)
    assert not found.taken
    assert [row.machine_type for row in found.types if row.recommended] == ["e2-standard-4"]
    assert not told(mbps=50_000).recommended.enough


def test_a_connector_that_exists_is_shown_as_it_is() -> None:
    held = Connector(name="shared", region=REGION, network="my-vpc", range="10.30.0.0/28", max_instances=7)
    found = told(tutorial(connectors=(held,)), name="shared", max_instances=4)
    assert found.kept
    assert [row.instances for row in found.counts if row.mark] == [2, 7]
    strange = msgspec.structs.replace(held, machine_type="n9-[/x]", min_instances=0)
    assert [row.instances for row in told(tutorial(connectors=(strange,)), name="shared").counts if row.mark] == [2, 3]


@pytest.mark.parametrize(("text", "expected"), [("", 0.0), ("  ", 0.0), ("300", 300.0), ("1,500", 1500.0)])
def test_an_expected_rate(text: str, expected: float) -> None:
    assert rate(text) == expected


def test_what_is_no_rate() -> None:
    with pytest.raises(InputError):
        rate("much")
    with pytest.raises(InputError):
        told(mbps=rate("nan"))
    with pytest.raises(InputError):
        told(mbps=rate("-1"))


@pytest.mark.parametrize("fewest", range(2, 10))
@pytest.mark.parametrize("row", range(2, 11))
def test_every_row_of_the_counts_gives_counts_that_can_be(fewest: int, row: int) -> None:
    counts = counts_with(ConnectorAnswers(min_instances=fewest, max_instances=10), row)
    check_connector_instances(*counts)
    assert row in counts


def test_connectors_of_this_network_can_be_chosen() -> None:
    world = tutorial(
        connectors=(
            Connector(name="ready", region=REGION, network="my-vpc", range="10.30.0.0/28"),
            Connector(name="on-subnet", region=REGION, subnet="my-subnet", state="DELETING"),
            Connector(name="elsewhere", region=REGION, network="default", range="10.31.0.0/28"),
            Connector(name="far", region="europe-west1", network="my-vpc", range="10.32.0.0/28"),
        )
    )
    names = connector_names(ground(world))
    assert [(n.value, n.title, n.chosen) for n in names] == [
        ("", "my-service-vpc", True),
        ("ready", "ready", False),
        ("on-subnet", "on-subnet", False),
    ]
    assert names[2].refused == "its state is DELETING"
    kept = connector_names(ground(world, wishes(connector=ConnectorAnswers(name="ready"))))
    assert [(n.value, n.title, n.chosen) for n in kept][:2] == [("", "a new one", False), ("ready", "ready", True)]
    own = connector_names(ground(world, wishes(connector=ConnectorAnswers(name="mine"))))
    assert (own[0].value, own[0].chosen) == ("mine", True)


def test_without_connectors_there_is_nothing_to_choose() -> None:
    assert connector_names(ground()) == ()
