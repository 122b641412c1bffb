"""The clean-up queue through the command line: what is still held waits in the journal until it is free."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.answers import answers
from tests.e2e.machine import Machine


def test_what_waits_is_tried_again_until_it_is_gone(machine: Callable[[str], Machine]) -> None:
    here = machine("tutorial")
    assert here.run("cleanup", "--json").json == {"cleanup": [], "runs": []}
    here.setup(answers("tutorial", "direct"))
    run = here.run("undo", "last", "--yes", "--json").json["run"]
    assert run["status"] == "waiting"

    listed = here.run("cleanup", "--list", "--json")
    assert listed.code == 0
    (entry,) = listed.json["cleanup"]
    assert (entry["run"], entry["flow"]) == (run["id"], "setup")
    assert [held["step"] for held in entry["waits_for"]] == ["subnet/my-service-direct"]
    assert "serverless-ipv4-" in entry["waits_for"][0]["why"]
    assert entry["since"] < entry["estimate"]["from"] < entry["estimate"]["until"]

    early = here.run("cleanup", "--json")
    assert (early.code, early.json["runs"]) == (1, [{"id": run["id"], "status": "waiting"}])
    here.run("sandbox", "clock", "advance", "2h")
    late = here.run("cleanup", "--wait", "--json")
    assert (late.code, late.json["runs"]) == (0, [{"id": run["id"], "status": "undone"}])
    assert "nothing waits" in here.run("cleanup").out
