"""The engine against the menu of faults: set-up ends honestly, nothing is left unrecorded, resume and undo work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import mortal
from tests.e2e.settable import settable
from tests.e2e.test_others import apply, planned
from wizard.apply.events import RunStatus, StepStatus
from wizard.apply.resume import resume
from wizard.apply.state import RunState
from wizard.apply.undo import undo
from wizard.cloud.connect import Connection, open_cloud
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

CONNECTOR, SERVICE = "connector/my-service-vpc", "service/my-service"
LIVE = f"run/projects/{mortal.PROJECT}/locations/{mortal.REGION}/services/my-service"
THEIRS = "somebody-else"

Fault = dict[str, Any]
Run = Callable[[], Any]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One server for all cases; each begins with a reset."""
    running = client.ensure(tmp_path_factory.mktemp("faults"), "tutorial", instant=True)
    yield running
    client.stop(running)


def fault(on: str, kind: str, **more: object) -> Fault:
    return {"on": on, "kind": kind, **more}


def state(sandbox: Sandbox) -> dict[str, Any]:
    return settable(client.control(sandbox, "GET", "state"))


@asynccontextmanager
async def set_up(sandbox: Sandbox, journal: Path, *faults: Fault) -> AsyncIterator[RunState]:
    """A set-up that was planned in peace and is applied with these faults, every one of which must strike.

    The faults are gone when the context is entered.
    """
    client.control(sandbox, "POST", "reset")
    cloud = await open_cloud(Connection(endpoint=sandbox.url), mortal.PROJECT, mortal.REGION)
    try:
        plan = await planned(cloud)
        for one in faults:
            client.control(sandbox, "POST", "faults", one)
        ended = await apply(cloud, plan, journal, mortal.quiet)
    finally:
        await cloud.aclose()
    assert all(one["struck"] for one in client.control(sandbox, "GET", "faults")["faults"])
    client.control(sandbox, "POST", "faults/clear")
    yield ended


async def undone(sandbox: Sandbox, journal: Path) -> dict[str, Any]:
    """The state after undo, which must end well."""
    assert (await mortal.go_on(journal, sandbox.url, undo)).status is RunStatus.UNDONE
    return state(sandbox)


HONEST = {
    "every second call fails": [fault("*", "flapping")],
    "what was made is not seen at first": [
        fault(method, "stale", times=2) for method in ("compute.firewalls.get", "compute.subnetworks.get")
    ],
    "the connector is not seen": [fault("vpcaccess.GetConnector", "stale", times=0)],
    "reads are two seconds behind": [fault("*", "stale:2s")],
    "may not create the connector": [fault("vpcaccess.CreateConnector", "permission")],
    "may not change the service": [fault("run.UpdateService", "permission")],
    "may not look at operations": [fault("vpcaccess.GetOperation", "permission")],
    "everything is forbidden midway": [fault("*", "permission", after=12)],
    "the token expires midway": [fault("*", "token_expired", after=12)],
    "the connection breaks before a creation": [fault("vpcaccess.CreateConnector", "reset:before", times=1)],
    "too many requests, wait a second": [fault("vpcaccess.CreateConnector", "http:429", times=1, retry_after=1)],
    "the service is changed all the time": [fault("run.UpdateService", "changed")],
}
"""Faults after which nothing of somebody else's is there; the service of the last has changed."""

DONE_AT_ONCE = {"what was made is not seen at first", "reads are two seconds behind"}
"""Of these, those that the run overcomes by itself."""


@pytest.mark.parametrize("case", list(HONEST))
async def test_setup_is_done_or_says_what_to_do_and_can_be_finished_and_taken_back(
    sandbox: Sandbox, tmp_path: Path, case: str
) -> None:
    journal = tmp_path / "j.db"
    client.control(sandbox, "POST", "reset")
    start = state(sandbox)
    async with set_up(sandbox, journal, *HONEST[case]) as ended:
        if ended.status is not RunStatus.DONE:
            assert ended.status is RunStatus.FAILED
            assert case not in DONE_AT_ONCE
            failed = [step for step in ended.steps if step.status is StepStatus.FAILED]
            assert failed
            assert all(step.error for step in failed)
            assert all(step.fix for step in failed), [step.error for step in failed]
            assert (await mortal.go_on(journal, sandbox.url, resume)).status is RunStatus.DONE
        connected = state(sandbox)[LIVE]
        assert connected["template"]["vpcAccess"]["connector"].endswith("/connectors/my-service-vpc")
        end = await undone(sandbox, journal)
    if "changed" not in case:
        assert end == start
        return
    assert {name for name in end if end[name] != start.get(name)} == {LIVE}
    assert "vpcAccess" not in end[LIVE]["template"]
    assert end[LIVE]["labels"]["changed-by"] == THEIRS, "their change stands"


TAKEN = {
    "compute.subnetworks.insert": "compute/projects/demo-project/regions/us-central1/subnetworks/my-service-vpc-subnet",
    "compute.firewalls.insert": "compute/projects/demo-project/global/firewalls/runvpc-my-service-1",
    "vpcaccess.CreateConnector": "vpcaccess/projects/demo-project/locations/us-central1/connectors/my-service-vpc",
}
"""What somebody else creates between the plan and our own call, by that call."""


@pytest.mark.parametrize("method", list(TAKEN))
async def test_what_somebody_else_made_just_before_is_used_and_never_deleted(
    sandbox: Sandbox, tmp_path: Path, method: str
) -> None:
    journal = tmp_path / "j.db"
    async with set_up(sandbox, journal, fault(method, "taken", times=1)) as ended:
        assert ended.status is RunStatus.DONE
        kind = {"compute.subnetworks.insert": "subnet", "compute.firewalls.insert": "firewall"}.get(method, "connector")
        assert [s.status for s in ended.steps if s.id.startswith(f"{kind}/")] == [StepStatus.REUSED], (
            "adopted, not ours"
        )
        theirs = state(sandbox)[TAKEN[method]]
        status = (await mortal.go_on(journal, sandbox.url, undo)).status
        assert status in (RunStatus.UNDONE, RunStatus.WAITING)
        assert state(sandbox)[TAKEN[method]] == theirs


async def test_a_range_that_somebody_else_takes_is_named_and_nothing_is_left_behind(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "j.db"
    async with set_up(sandbox, journal, fault("compute.subnetworks.insert", "changed", times=1)) as ended:
        assert ended.status is RunStatus.FAILED
        assert THEIRS in ended.step("subnet/my-service-vpc-subnet").error, "who has it"
        assert ended.step(SERVICE).status is StepStatus.SKIPPED
        end = await undone(sandbox, journal)
    assert [name for name in end if "my-service-vpc" in name or "runvpc-" in name] == []


async def test_a_service_that_somebody_deletes_is_not_made_again(sandbox: Sandbox, tmp_path: Path) -> None:
    journal = tmp_path / "j.db"
    async with set_up(sandbox, journal, fault("run.UpdateService", "gone", times=1)) as ended:
        assert ended.status is RunStatus.FAILED
        assert ended.step(SERVICE).code == "not_found"
        again = await mortal.go_on(journal, sandbox.url, resume)
        assert again.step(SERVICE).code == "changed_meanwhile"
        end = await undone(sandbox, journal)
    assert LIVE not in end
    assert [name for name in end if "my-service-vpc" in name or "runvpc-" in name] == []


async def test_a_change_between_our_look_and_our_call_survives_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """The etag no longer fits: the step looks again and sends once more, with their change in it."""
    async with set_up(sandbox, tmp_path / "j.db", fault("run.UpdateService", "changed", times=1)) as ended:
        assert ended.status is RunStatus.DONE
        live = state(sandbox)[LIVE]
    assert live["labels"]["changed-by"] == THEIRS
    env = {entry["name"] for entry in live["template"]["containers"][0]["env"]}
    assert {"CHANGED_BY", "CACHE_HOST"} <= env, "theirs and ours"
