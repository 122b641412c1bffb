"""When a live test is read together with the configuration, and when nothing is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.fakes import Screen
from tests.plan.worlds import planned, tutorial, wishes
from tests.screens.stage import session
from wizard.answers import ProbeAnswers
from wizard.apply.events import RunStatus
from wizard.apply.state import RunState
from wizard.cli.readings import readings
from wizard.errors import Exit
from wizard.plan.steps.probe import RunProbe
from wizard.records import ProbeResult

PLAN = planned(tutorial(), wishes("direct", probe=ProbeAnswers(attempts=1, baseline=True)))
PROBES = {one.step.baseline: one.id for one in PLAN.steps if isinstance(one.step, RunProbe)}

FAILED = ProbeResult(target="redis://10.0.0.3:6379", verdict="timeout", layer="tcp")
GOOD = ProbeResult(target="http://10.0.0.10:80", verdict="connected", layer="protocol")


def state(status: RunStatus, *results: ProbeResult, baseline: bool = False) -> RunState:
    return RunState(status=status, probes=((PROBES[baseline], results),))


async def test_a_failed_test_is_read_with_its_own_settings(tmp_path: Path) -> None:
    """The cloud behind the session holds nothing, so neither does the subnet of the test."""
    ended = state(RunStatus.FAILED, FAILED, GOOD)
    found = await readings(session(tmp_path), PLAN, ended, "service my-service")
    assert list(found) == [FAILED.target]
    assert "subnet my-service-direct" in found[FAILED.target].configuration


@pytest.mark.parametrize(
    "ended",
    [
        state(RunStatus.FAILED, GOOD),
        state(RunStatus.STOPPED, FAILED),
        state(RunStatus.DONE, GOOD),
        state(RunStatus.FAILED, FAILED, baseline=True),
        RunState(status=RunStatus.FAILED),
    ],
    ids=["all connected", "stopped", "done", "before any change", "no test"],
)
async def test_nothing_is_said_where_there_is_nothing_to_explain(ended: RunState, tmp_path: Path) -> None:
    assert await readings(session(tmp_path), PLAN, ended, "service my-service") == {}


NETWORKS = 9
"""More than those whose firewalls are all read without being named."""


def many_networks() -> str:
    """A service in the first network and one in the last, where a policy drops everything to the same address."""
    parts = ['[project]\nid = "demo-project"\nregion = "us-central1"']
    for n in range(NETWORKS):
        parts.append(f'[[network]]\nname = "net-{n}"')
        parts.append(f'[[subnet]]\nname = "run-{n}"\nnetwork = "net-{n}"\nrange = "10.{n}.0.0/24"')
        parts.append(f'[[target]]\nname = "web-{n}"\naddress = "10.{n}.0.9"\nnetwork = "net-{n}"\nserves = ["http:80"]')
        parts.append(
            f'[[firewall]]\nname = "open-{n}"\nnetwork = "net-{n}"\nrules = ["tcp:80"]\nsources = ["10.0.0.0/8"]'
        )
    last = NETWORKS - 1
    rules = '[{ priority = 10, action = "deny", rules = ["tcp:80"] }]'
    parts.append(
        f'[[firewall_policy]]\nname = "guard"\nlevel = "organization"\nnetwork = "net-{last}"\nrules = {rules}'
    )
    for name, n in (("first", 0), ("last", last)):
        parts.append(f'[[service]]\nname = "{name}"\nnetwork = "net-{n}"\nsubnet = "run-{n}"')
    return "\n\n".join(parts)


def test_the_other_service_is_judged_by_the_policies_of_its_own_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(tmp_path / "state"))
    scenario = tmp_path / "many.toml"
    scenario.write_text(many_networks(), "utf-8")
    where = ("--sandbox", str(scenario), "--speed", "instant", "--json")
    screen = Screen()
    target = f"http://10.{NETWORKS - 1}.0.9"
    try:
        assert screen.run("trace", "first", target, "--compare", "last", *where) == Exit.NOT_CONNECTED
    finally:
        Screen().run("sandbox", "stop", *where)
    told = {one["field"]: one["other"] for one in screen.document["compare"]}
    assert told["verdict"] == "DROP FIREWALL_RULE"
    assert "guard" in told["decided by"]
