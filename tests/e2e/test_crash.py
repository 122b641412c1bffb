"""kill -9 at every commit of the journal, on the sandbox, on both ways: resume ends as if nothing had been, undo begins
again. Nothing is created twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import mortal
from tests.e2e.settable import settable
from wizard.apply.events import RunStatus
from wizard.apply.resume import resume
from wizard.apply.undo import undo
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

NEVER = 10_000


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One server for all cases; each begins with a reset."""
    running = client.ensure(tmp_path_factory.mktemp("sandbox"), "tutorial", instant=True)
    yield running
    client.stop(running)


def state(sandbox: Sandbox) -> dict[str, Any]:
    return settable(client.control(sandbox, "GET", "state"))


def creations(sandbox: Sandbox) -> Counter[str]:
    """How often each resource was successfully created."""
    requests = client.control(sandbox, "GET", "log")["requests"]
    made = [r for r in requests if r["write"] and r["status"] == 200 and _creates(r["method"])]
    return Counter(f"{r['method']} {r['resource']}" for r in made)


def _creates(method: str) -> bool:
    return method.rsplit(".", 1)[-1].startswith(("insert", "Create"))


async def finish(sandbox: Sandbox, journal: Path, flow: mortal.Flow) -> RunStatus:
    """Resume or undo to the end; for Direct VPC egress the clock passes the hold of the addresses."""
    status = (await mortal.go_on(journal, sandbox.url, flow)).status
    if status is RunStatus.WAITING:
        client.control(sandbox, "POST", "clock", {"advance": 7200})
        status = (await mortal.go_on(journal, sandbox.url, resume)).status
    return status


@pytest.mark.parametrize("flow", [resume, undo])
@pytest.mark.parametrize("path", ["connector", "direct"])
async def test_killed_at_every_commit(sandbox: Sandbox, tmp_path: Path, path: str, flow: mortal.Flow) -> None:
    """Just before one commit (the call was answered, nobody wrote that down), just after the next, and so on."""
    client.control(sandbox, "POST", "reset")
    start = state(sandbox)
    assert not mortal.died(tmp_path / "whole.db", sandbox.url, path, NEVER)
    end, once = state(sandbox), creations(sandbox)
    assert end != start

    for last in count(2):
        client.control(sandbox, "POST", "reset")
        journal = tmp_path / f"{last}.db"
        before = (last % 2 == 0) is (flow is resume)
        if not mortal.died(journal, sandbox.url, path, last, before=before):
            break
        status = await finish(sandbox, journal, flow)
        assert creations(sandbox) == (once if flow is resume else creations(sandbox) & once), f"twice, commit {last}"
        if flow is resume:
            assert (status, state(sandbox)) == (RunStatus.DONE, end), f"resumed, commit {last}"
        else:
            assert (status, state(sandbox)) == (RunStatus.UNDONE, start), f"undone, commit {last}"
    assert last > 20
