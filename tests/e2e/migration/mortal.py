"""A migration on the sandbox in a child process that is killed at a chosen commit of its journal."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from pathlib import Path

from msgspec.structs import replace

from tests.e2e.migration.moving import ENVIRONMENT, EVERYTHING, PACE, opened, planned, quiet
from tests.e2e.mortal import Flow, MortalJournal
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.sandbox.client import Sandbox

ONE_OF_EACH = replace(EVERYTHING, services=("web", "job:cleanup"), stages=replace(EVERYTHING.stages, steps=(50, 100)))

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.e2e.migration.mortal"])


def died(journal: Path, sandbox: Sandbox, last: int, *, before: bool) -> bool:
    """Whether the child was killed; False when the migration came to its end before."""
    child = _CONTEXT.Process(target=_child, args=(journal, sandbox, last, before))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _child(file: Path, sandbox: Sandbox, last: int, before: bool) -> None:
    async def move() -> None:
        async with opened(sandbox) as cloud:
            plan = await planned(cloud, ONE_OF_EACH)
            with MortalJournal.open(file) as journal:
                assert isinstance(journal, MortalJournal)
                journal.last, journal.before = last, before
                with journal.begin(plan, ENVIRONMENT) as handle:
                    await run(handle, cloud, quiet, asyncio.Event(), pace=PACE)

    asyncio.run(move())


async def go_on(file: Path, sandbox: Sandbox, flow: Flow) -> RunState:
    """Resume or undo the last run of the journal."""
    async with opened(sandbox) as cloud:
        with Journal.open(file) as journal, journal.attach("last", ENVIRONMENT) as handle:
            return await flow(handle, cloud, quiet, asyncio.Event())
