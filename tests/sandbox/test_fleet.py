"""Worlds to migrate: the scenario `migration`, and fleets of any size."""

from __future__ import annotations

import pytest

from tests.cli.fakes import Screen
from wizard.errors import Exit
from wizard.sandbox import fleet, services
from wizard.sandbox.api import Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.gateway import decide
from wizard.sandbox.scenario import ScenarioError, load, read
from wizard.sandbox.urls import place
from wizard.sandbox.world import World

REGION = "us-central1"
AS_DIRECT: Body = {"networkInterfaces": [{"network": "my-vpc", "subnetwork": "run"}]}


def world(name: str) -> World:
    services.load()
    made = World(load(name), clock=Clock(start=1_700_000_000, instant=True))
    services.seed(made)
    return made


def reached(made: World, *, direct: bool) -> dict[str, str]:
    """What becomes of the first connection of every service and job, as it is or as if it were in the subnet `run`."""
    found: dict[str, str] = {}
    for kind, entries in (("services", made.scenario.services), ("jobs", made.scenario.jobs)):
        for entry in entries:
            body = made.store.get(f"run/projects/demo-project/locations/{REGION}/{kind}/{entry.name}") or {}
            template = body["template"] if kind == "services" else body["template"]["template"]
            access = {**AS_DIRECT, "egress": template["vpcAccess"]["egress"]} if direct else template["vpcAccess"]
            for target in entry.reaches[:1]:
                found[entry.name] = decide(made, access, REGION, *place(target)).verdict
    return found


@pytest.mark.parametrize("name", ["migration", "fleet:24"])
def test_all_is_well_on_the_connector_and_nothing_would_be_without_new_rules(name: str) -> None:
    """A connector brings a rule along that lets it in everywhere; Direct VPC egress brings none (facts: trap 9)."""
    made = world(name)
    now, then = reached(made, direct=False), reached(made, direct=True)
    assert len(now) == (8 if name == "migration" else 24)
    assert set(now.values()) == {"deliver"}
    assert set(then.values()) == {"drop"}


def test_a_fleet_is_as_large_as_asked_and_always_the_same() -> None:
    made = load("fleet:200")
    assert len(made.services) + len(made.jobs) == 200
    assert read("fleet:200") == read("fleet:200")
    assert fleet.count_of("fleet:1000") == 1000
    egress = [entry.egress for entry in (*made.services, *made.jobs)]
    assert egress.count("all-traffic") == 200 // 7
    assert {revision.tag for revision in made.revisions} == {"before"}


@pytest.mark.parametrize(
    "name", ["fleet:", "fleet:0", "fleet:-1", "fleet:1001", "fleet:2x", "fleet:\u0662", "fleet:1.5"]
)
def test_a_fleet_that_cannot_be(name: str) -> None:
    with pytest.raises(ScenarioError, match="1 to 1000"):
        read(name)


@pytest.mark.parametrize(("scenario", "users"), [("migration", 9), ("fleet:40", 40)])
def test_the_users_of_the_connector_are_found(scenario: str, users: int) -> None:
    where = ("--sandbox", scenario, "--speed", "instant")
    screen = Screen()
    assert screen.run("status", "connector:legacy", *where, "--json") == Exit.DONE
    Screen().run("sandbox", "stop", *where)
    found = {user["name"]: user for user in screen.document["users"]}
    assert len(found) == users
    if scenario == "migration":
        assert found["catalog"]["owner"] == "Terraform"
        assert found["mailer"]["egress"] == "all-traffic"
        shares = {one["revision"]: (one["percent"], one["tags"]) for one in found["orders"]["serving"]}
        assert shares["orders-stable"] == (90, [])
        assert shares["orders-preview"] == (0, ["preview"])
        assert len(shares) == 3
