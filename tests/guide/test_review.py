"""The plan in words: turns, time, cost, and what is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
from wizard.answers import Answers, ConnectorAnswers
from wizard.flow.pages import Page
from wizard.guide.review import concerns, costs, expected_seconds, rows, summary
from wizard.inventory import Inventory
from wizard.plan.plan import Plan, Severity


def plan(state: Path, answers: Answers, facts: Inventory | None = None) -> Plan:
    made = model(state, Page.REVIEW, facts, answers).plan
    assert made is not None
    return made


def test_every_step_waits_for_the_turns_before(tmp_path: Path) -> None:
    shown = rows(plan(tmp_path, wishes()))
    turns = [row.turn for row in shown]
    assert turns == sorted(turns)
    assert [row.turn for row in shown if row.opens] == sorted(set(turns))
    at = {row.label: row.turn for row in shown}
    assert all(at[before] < row.turn for row in shown for before in row.waits_for)


def test_the_time_is_that_of_the_longest_chain(tmp_path: Path) -> None:
    made = plan(tmp_path, wishes())
    seconds = [p.step.usual for p in made.steps if p.change.op.writes]
    assert max(seconds) <= expected_seconds(made) <= sum(seconds)
    assert "2m30s of it connector my-service-vpc" in summary(made).takes


def test_a_price_is_said_as_it_is(tmp_path: Path) -> None:
    assert costs(plan(tmp_path, wishes())) == "$12.23 to $18.34 a month"
    assert costs(plan(tmp_path, wishes("direct"))) == "nothing of its own"


def test_what_has_no_price_on_file_is_not_said_to_be_free(tmp_path: Path) -> None:
    made = plan(tmp_path, wishes(connector=ConnectorAnswers(machine_type="f1-micro")))
    assert made.cost.monthly_usd_max == 0
    assert costs(made).startswith("not known: no confirmed price of f1-micro")


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_cloud_nat_is_charged_by_use(path: str, tmp_path: Path) -> None:
    said = costs(plan(tmp_path, wishes(path, egress="all-traffic", nat="create")))
    assert "Cloud NAT is charged by use" in said
    assert ("$12.23" in said) == (path == "connector")


def test_a_plan_that_is_in_the_way_of_itself_has_no_price(tmp_path: Path) -> None:
    made = plan(tmp_path, wishes(), tutorial(networks=()))
    assert made.blocked
    assert costs(made) == "not known while something is in the way"


def test_what_blocks_comes_first_and_says_where_to_solve_it(tmp_path: Path) -> None:
    found = concerns(plan(tmp_path, wishes(), tutorial(networks=())))
    assert found[0].severity is Severity.BLOCK
    assert found[0].where == "Network"
    order = [Severity.BLOCK, Severity.WARN, Severity.INFO]
    assert [order.index(c.severity) for c in found] == sorted(order.index(c.severity) for c in found)


def test_permissions_that_were_not_granted_are_named(tmp_path: Path) -> None:
    made = plan(tmp_path, wishes())
    needed = {permission for row in rows(made) for permission in row.permissions}
    assert needed
    assert {permission for row in rows(made, frozenset()) for permission in row.lacking} == needed
    assert not any(row.lacking for row in rows(made, frozenset(needed)))
    assert not any(row.lacking for row in rows(made, None))
