"""The connector's end: only when nothing uses it anywhere that can be seen, its name typed, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.fleet.worlds import CONNECTOR, PROJECT, REGION, fleet, job, revision, service
from wizard.fleet.answers import FinishAnswers, MigrateAnswers
from wizard.fleet.finish import leftover_rules, plan_finish, recreate_command
from wizard.fleet.model import Elsewhere, Fleet
from wizard.fleet.users import User
from wizard.inventory import Gap
from wizard.plan.plan import Plan
from wizard.records import Connector, FirewallRule, Instance, Subnet, Traffic, VpcAccess

TYPED = FinishAnswers(confirm="con", rules="delete", subnet="delete")
DIRECT = VpcAccess(network="my-vpc", subnet="apps")
STRANGER = User(kind="service", name="shop", region=REGION, template=True)


def finish(of: Fleet, wanted: FinishAnswers = TYPED) -> Plan:
    return plan_finish(of, MigrateAnswers(connector="con", finish=wanted), "t0k3n")


def blocks(plan: Plan) -> dict[str, str]:
    """What is in the way: code → message and fix."""
    return {f.code: f"{f.message} | {f.fix}" for f in plan.findings if f.severity.value == "block"}


def rule(name: str, **fields: Any) -> FirewallRule:
    return FirewallRule(name=name, network="my-vpc", **fields)


def test_nothing_is_left_and_its_name_was_typed() -> None:
    plan = finish(fleet())
    assert not plan.blocked
    assert [p.id for p in plan.ordered()] == ["connector-retire/con", "firewall-retire/db-from-con"]
    assert plan.steps[1].depends_on == ("connector-retire/con",)


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        (fleet(service("web"), job("nightly")), "connector_in_use", "web, job:nightly"),
        (
            fleet(
                service("web", vpc=DIRECT, traffic=(Traffic(percent=100), Traffic(revision="web-1", tag="old"))),
                revisions=(revision("web-1"),),
            ),
            "connector_in_use",
            "--remove-tags=old",
        ),
        (structs.replace(fleet(), fixed=(structs.replace(STRANGER, kind="App Engine version"),)), "fixed_user", "shop"),
        (
            structs.replace(fleet(), elsewhere=(Elsewhere(project="team-b", users=(STRANGER,)),)),
            "other_project",
            "runvpc migrate --project team-b --connector projects/demo-project/",
        ),
        (
            structs.replace(fleet(), unseen=(Gap(what="project x", status="PERMISSION_DENIED", message="no"),)),
            "unseen_user",
            "project x (PERMISSION_DENIED)",
        ),
    ],
)
def test_whatever_uses_it_or_cannot_be_seen_is_in_the_way(changed: Fleet, code: str, says: str) -> None:
    found = blocks(finish(changed))
    assert list(found) == [code]
    assert says in found[code]


@pytest.mark.parametrize("typed", ["", "Con", "con "])
def test_its_name_is_typed_exactly(typed: str) -> None:
    assert list(blocks(finish(fleet(), FinishAnswers(confirm=typed)))) == ["confirm"]


def test_what_only_it_had_is_offered_before_it_goes() -> None:
    plan = finish(fleet(), FinishAnswers(confirm="con"))
    assert [p.id for p in plan.steps] == ["connector-retire/con"]
    codes = {f.code: f for f in plan.findings}
    assert codes["rules_left"].fix == "--rules delete"
    assert codes["no_way_back"].fix == recreate_command(fleet(), CONNECTOR)
    assert "--range=10.8.0.0/28" in codes["no_way_back"].fix


def test_rules_that_let_in_others_as_well_stay() -> None:
    own = "vpc-connector-us-central1-con"
    rules = (
        rule("range", sources=("10.8.0.0/28",)),
        rule("tag", source_tags=(own,)),
        rule("every", source_tags=("vpc-connector",)),
        rule("both", sources=("10.8.0.0/28", "10.9.0.0/28")),
        rule("wide", sources=("10.8.0.0/16",)),
        rule("anyone"),
        rule("out", direction="EGRESS", sources=("10.8.0.0/28",)),
    )
    alone = fleet(firewalls=rules)
    assert [r.name for r in leftover_rules(alone, CONNECTOR)] == ["range", "tag", "every"]
    other = Connector(name="second", region=REGION, network="my-vpc", range="10.9.0.0/28")
    two = fleet(firewalls=rules, connectors=(CONNECTOR, other))
    assert [r.name for r in leftover_rules(two, CONNECTOR)] == ["range", "tag"]


def test_its_own_subnet_goes_unless_somebody_is_in_it() -> None:
    named = Connector(name="con", region=REGION, subnet="for-con")
    home = Subnet(name="for-con", network="my-vpc", region=REGION, range="10.8.0.0/28")
    empty = structs.replace(fleet(subnets=(home,), connectors=(named,)), connector=named)
    assert [p.id for p in finish(empty).steps][-1] == "subnet-retire/for-con"
    assert "--subnet=for-con" in recreate_command(empty, named)
    machine = Instance(name="vm", network="my-vpc", address="10.8.0.5", subnet="for-con")
    held = structs.replace(fleet(subnets=(home,), connectors=(named,), instances=(machine,)), connector=named)
    plan = finish(held)
    assert "subnet-retire/for-con" not in [p.id for p in plan.steps]
    assert any(f.code == "subnet_in_use" and "VM vm" in f.message for f in plan.findings)


def test_a_connector_that_is_not_there() -> None:
    gone = structs.replace(fleet(), connector=None)
    plan = finish(gone)
    assert list(blocks(plan)) == ["connector_missing"]
    assert plan.steps == ()
    assert plan.project == PROJECT
