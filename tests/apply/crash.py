"""Running a flow in a child process that is killed at a chosen commit of its journal."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path

from tests.apply import moves, plans
from tests.apply.fake_cloud import FakeCloud, Faults
from wizard.apply.journal import Journal
from wizard.apply.resume import resume
from wizard.apply.runner import run
from wizard.apply.undo import undo

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.apply.crash"])

PLANS = {"setup": plans.setup_plan, "moving": moves.moving, "falling": moves.falling}
"""By name: a child process is told names."""

FLOWS: dict[str, plans.Flow] = {"run": run, "resume": resume, "undo": undo}


class MortalJournal(Journal):
    """Dies at its `last` commit, just before or just after it reaches the disk."""

    last = 0
    after = True
    count = 0

    def _commit(self, boundary: str) -> None:
        self.count += 1
        if self.count == self.last and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._commit(boundary)
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def died(
    folder: Path,
    flow: str,
    last: int,
    *,
    after: bool = True,
    killed: tuple[str, str] | None = None,
    plan: str = "setup",
) -> bool:
    """Whether the child was killed; False when it came to its end before. `killed`: (verb, kind) that the cloud
    accepts and whose reply nobody lives to see; `plan` as in `PLANS`."""
    child = _CONTEXT.Process(target=_child, args=(folder, flow, last, after, killed, plan))
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _child(folder: Path, flow: str, last: int, after: bool, killed: tuple[str, str] | None, plan: str) -> None:
    cloud = FakeCloud(folder / "cloud", Faults(killed={killed} if killed else set()))
    journal = plans.open_journal(folder, MortalJournal)
    assert isinstance(journal, MortalJournal)
    journal.last, journal.after = last, after
    if flow == "run":
        handle = journal.begin(PLANS[plan](cloud), plans.ENVIRONMENT)
    else:
        handle = journal.attach("last", plans.ENVIRONMENT)
    asyncio.run(plans.go(handle, cloud, FLOWS[flow]))
