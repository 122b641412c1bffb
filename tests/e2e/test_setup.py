"""First-time set-up as a user runs it, on every built-in scenario and both ways, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.answers import answers
from tests.e2e.machine import Machine
from tests.e2e.settable import settable

Make = Callable[[str], Machine]

RULES = {
    ("tutorial", "connector"): 1,
    ("tutorial", "direct"): 3,
    ("seed", "connector"): 0,
    ("seed", "direct"): 3,
    ("managed", "connector"): 0,
    ("managed", "direct"): 0,
}
"""How many firewall rules are needed; worked out by hand from the scenario files."""


@pytest.mark.parametrize(("scenario", "path"), list(RULES))
def test_all_targets_connect_and_undo_gives_back_the_start(machine: Make, scenario: str, path: str) -> None:
    here = machine(scenario)
    start = settable(here.state())

    result = here.setup(answers(scenario, path))
    assert result.code == 0, result.err
    assert {probe["verdict"] for probe in result.json["probe"]} == {"connected"}
    assert set(result.statuses().values()) <= {"done", "reused"}
    rules = [id_ for id_ in result.statuses() if id_.startswith("firewall/")]
    assert len(rules) == RULES[scenario, path]
    connected = settable(here.state())
    assert connected != start
    assert not any("/jobs/" in name for name in connected), "the probe job is gone"

    undone = here.run("undo", "last", "--yes", "--json")
    if path == "direct":
        assert undone.json["run"]["status"] == "waiting"
        held = [step["error"] for step in undone.json["run"]["steps"] if step["error"]]
        assert any("serverless-ipv4-" in error for error in held), "the holder is named"
        assert here.run("sandbox", "clock", "advance", "2h").code == 0
        undone = here.run("resume", "last", "--yes", "--json")
    assert undone.code == 0, undone.err
    assert undone.json["run"]["status"] == "undone"
    assert settable(here.state()) == start


@pytest.mark.parametrize("path", ["connector", "direct"])
def test_a_target_that_does_not_answer_leaves_the_service_alone(machine: Make, path: str) -> None:
    here = machine("tests/e2e/silent.toml")
    start = settable(here.state())
    result = here.setup(answers("tutorial", path))
    assert result.code == 4
    assert {probe["verdict"] for probe in result.json["probe"]} == {"protocol_timeout"}
    assert result.json["run"]["status"] == "failed"
    state = settable(here.state())
    service = next(name for name in state if name.endswith("/services/my-service"))
    assert state[service] == start[service]
    assert not any("/jobs/" in name for name in state)
    assert result.statuses()["service/my-service"] == "skipped"


def test_the_plan_alone_writes_nothing(machine: Make) -> None:
    here = machine("tutorial")
    result = here.setup(answers("tutorial", "connector"), "--dry-run")
    assert result.code == 0
    assert "run" not in result.json
    assert {step["op"] for step in result.json["plan"]["steps"]} == {"create", "change", "delete"}
    assert here.writes() == 0


def test_read_only_writes_nothing(machine: Make) -> None:
    here = machine("tutorial")
    result = here.setup(answers("tutorial", "connector"), "--read-only")
    assert result.code == 1
    assert here.writes() == 0


def test_the_steps_that_are_planned_are_the_steps_that_are_done(machine: Make) -> None:
    here = machine("tutorial")
    result = here.setup(answers("tutorial", "connector"))
    planned = [step["id"] for step in result.json["plan"]["steps"]]
    assert planned == list(result.statuses())


def test_a_connector_that_ends_in_error_fails_the_step(machine: Make) -> None:
    here = machine("tutorial")
    fault = ("vpcaccess.CreateConnector", "state:ERROR")
    assert here.run("sandbox", "fault", *fault).code == 0
    result = here.setup(answers("tutorial", "connector"))
    assert result.code == 1
    assert result.statuses()["connector/my-service-vpc"] == "failed"
    assert result.statuses()["service/my-service"] == "skipped"
    assert here.run("undo", "last", "--yes", "--json").json["run"]["status"] == "undone"


def test_a_second_set_up_reuses_everything(machine: Make) -> None:
    here = machine("tutorial")
    assert here.setup(answers("tutorial", "connector")).code == 0
    again = here.setup(answers("tutorial", "connector"))
    assert again.code == 0, again.err
    statuses = again.statuses()
    assert statuses["connector/my-service-vpc"] == "reused"
    assert statuses["service/my-service"] == "reused"
    assert not any(id_.startswith(("firewall/", "subnet/", "traffic/")) for id_ in statuses)


def test_all_traffic_gets_nat_for_the_egress_subnet(machine: Make) -> None:
    here = machine("seed")
    start = settable(here.state())
    result = here.setup(answers("seed", "direct", egress="all-traffic"))
    assert result.code == 0, result.err
    router = next(body for name, body in here.state().items() if "/routers/" in name)
    listed = [subnet["name"].rsplit("/", 1)[-1] for subnet in router["nats"][0]["subnetworks"]]
    assert listed == ["my-service-direct"]
    here.run("undo", "last", "--yes", "--json")
    here.run("sandbox", "clock", "advance", "2h")
    assert here.run("resume", "last", "--yes", "--json").json["run"]["status"] == "undone"
    assert settable(here.state()) == start


def test_a_new_service_is_created_connected(machine: Make) -> None:
    here = machine("seed")
    start = settable(here.state())
    wanted = answers("seed", "connector").replace('service = "my-service"', 'service = "fresh"\nimage = "img"')
    result = here.setup(wanted)
    assert result.code == 0, result.err
    assert "no_invoker" in {finding["code"] for finding in result.json["plan"]["findings"]}
    assert here.run("undo", "last", "--yes", "--json").code == 0
    assert settable(here.state()) == start


@pytest.mark.parametrize(
    "method", ["vpcaccess.CreateConnector", "compute.subnetworks.insert", "run.UpdateService", "run.CreateJob"]
)
def test_a_lost_reply_is_found_out_and_nothing_is_made_twice(machine: Make, method: str) -> None:
    here = machine("tutorial")
    start = settable(here.state())
    assert here.run("sandbox", "fault", method, "reset", "--times", "1").code == 0
    result = here.setup(answers("tutorial", "connector"))
    if result.code:
        result = here.run("resume", "last", "--yes", "--json")
    assert result.code == 0, result.err
    requests = here.run("sandbox", "log").json["requests"]
    assert [r["method"] for r in requests].count("vpcaccess.CreateConnector") == 1
    assert here.run("undo", "last", "--yes", "--json").code == 0
    assert settable(here.state()) == start
