"""What the firewall page tells: verdicts now and after, the deciding rule, new and automatic rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
from wizard.flow.pages import Page
from wizard.guide.firewall import firewall_view, rule_words
from wizard.plan.steps.firewall import CreateFirewallRule


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_the_new_rules_are_those_of_the_plan(path: str, tmp_path: Path) -> None:
    shown = model(tmp_path, Page.FIREWALL, answers=wishes(path))
    view = firewall_view(shown)
    assert view is not None and shown.plan is not None
    planned = [p.step.rule for p in shown.plan.steps if isinstance(p.step, CreateFirewallRule)]
    assert list(view.new) == planned
    assert all(verdict.after == "open" for verdict in view.verdicts)


def test_a_connector_is_let_in_by_its_own_rules_except_where_a_stronger_one_denies(tmp_path: Path) -> None:
    view = firewall_view(model(tmp_path, Page.FIREWALL))
    assert view is not None
    assert [(v.now, v.decided_by.partition(" (")[2]) for v in view.verdicts] == [
        ("closed", "deny, priority 800)"),
        ("open", "allow, priority 1000)"),
        ("open", "allow, priority 1000)"),
    ]
    assert view.verdicts[0].decided_by.startswith("deny-redis-by-default")
    assert view.automatic


def test_direct_vpc_egress_has_no_rules_of_its_own(tmp_path: Path) -> None:
    view = firewall_view(model(tmp_path, Page.FIREWALL, answers=wishes("direct")))
    assert view is not None
    assert view.automatic == ()
    assert [v.now for v in view.verdicts] == ["closed", "closed", "closed"]


def test_left_as_it_is_nothing_changes(tmp_path: Path) -> None:
    view = firewall_view(model(tmp_path, Page.FIREWALL, answers=wishes("direct", firewall="leave")))
    assert view is not None
    assert view.new == ()
    assert all(v.after == v.now == "closed" and not v.new_rules for v in view.verdicts)


def test_a_plan_that_does_not_come_that_far_has_no_view(tmp_path: Path) -> None:
    assert firewall_view(model(tmp_path, Page.FIREWALL, tutorial(networks=()))) is None


def test_a_rule_in_a_line(tmp_path: Path) -> None:
    view = firewall_view(model(tmp_path, Page.FIREWALL))
    assert view is not None
    assert rule_words(view.new[0]) == "ingress allow 799, tcp:6379, from 10.8.1.0/28, to 10.0.0.3/32"
