"""kill -9 while a service and a job move on the sandbox, under load: resume ends as if nothing had been, undo begins
again field by field, and no request fails. (`tests/apply/test_groups_crash.py` does it at every single commit.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.migration import mortal
from tests.e2e.migration.load import hosts_of, load
from tests.e2e.mortal import Flow
from tests.e2e.settable import settable
from wizard.apply.events import GroupStatus, RunStatus
from wizard.apply.resume import resume
from wizard.apply.undo import undo
from wizard.sandbox import client
from wizard.sandbox.client import Sandbox

NEVER = 10_000
STRIDE = 11
"""Commits between two kills; resume and undo take turns, so that every stage is met by one of them."""


def state(sandbox: Sandbox) -> dict[str, Any]:
    return settable(client.control(sandbox, "GET", "state"))


@pytest.mark.parametrize("flow", [resume, undo])
async def test_killed_on_the_way(sandbox: Sandbox, tmp_path: Path, flow: Flow) -> None:
    start = state(sandbox)
    assert not mortal.died(tmp_path / "whole.db", sandbox, NEVER, before=False)
    end = state(sandbox)
    assert end != start
    wanted = end if flow is resume else start
    killed = 0
    for last in range(3 if flow is resume else 8, NEVER, STRIDE):
        client.control(sandbox, "POST", "reset")
        journal = tmp_path / f"{last}.db"
        with load(sandbox, {"web": hosts_of(sandbox)["web"]}) as asked:
            if not mortal.died(journal, sandbox, last, before=last % 2 == 0):
                break
            run = await mortal.go_on(journal, sandbox, flow)
        killed += 1
        assert asked.failures == [], last
        assert run.status is (RunStatus.DONE if flow is resume else RunStatus.UNDONE), last
        assert {g.status for g in run.groups} == {GroupStatus.MOVED if flow is resume else GroupStatus.TAKEN_BACK}
        now = state(sandbox)
        assert {name: now.get(name) for name in wanted} == wanted, last
        assert set(now) == set(wanted), last
    assert killed > 3, "the migration has more commits than that"
