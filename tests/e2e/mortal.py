"""A set-up on the sandbox in a child process that is killed at a chosen commit of its journal."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Protocol

from wizard import inventory
from wizard.answers import Answers, ProbeAnswers
from wizard.apply.events import Event
from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.runner import run
from wizard.apply.state import RunState
from wizard.apply.work import Emit
from wizard.cloud.connect import Connection, open_cloud
from wizard.plan.setup import plan_setup
from wizard.ports import Cloud
from wizard.probe.targets import parse

ENVIRONMENT = "sandbox:crash"
PROJECT, REGION, SERVICE = "demo-project", "us-central1", "my-service"
URLS = ("redis://10.0.0.3:6379", "http://10.0.0.10:80")

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.e2e.mortal"])


class MortalJournal(Journal):
    """Kills the process at its `last` commit: just before it is on disk (the cloud has moved on), or just after."""

    last = 0
    before = False
    count = 0

    def _commit(self, boundary: str) -> None:
        self.count += 1
        if self.count == self.last and self.before:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._commit(boundary)
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def wishes(path: str) -> Answers:
    """Answers for the tutorial's service."""
    probe = ProbeAnswers(attempts=1, timeout=1.0, start_window=2.0)
    return Answers(
        project=PROJECT,
        region=REGION,
        service=SERVICE,
        targets=URLS,
        network="my-vpc",
        egress_path=path,
        env={"CACHE_HOST": "10.0.0.3"},
        probe=probe,
    )


class Flow(Protocol):
    """`resume` or `undo`."""

    def __call__(
        self, handle: RunHandle, cloud: Cloud, emit: Emit, stop: asyncio.Event, /
    ) -> Coroutine[object, object, RunState]: ...


async def go_on(file: Path, url: str, flow: Flow) -> RunState:
    """Resume or undo the last run of the journal `file` on the sandbox at `url`."""
    cloud = await open_cloud(Connection(endpoint=url), PROJECT, REGION)
    try:
        with Journal.open(file) as journal, journal.attach("last", ENVIRONMENT) as handle:
            return await flow(handle, cloud, quiet, asyncio.Event())
    finally:
        await cloud.aclose()


def quiet(event: Event) -> None:
    """Nobody watches."""


def died(journal: Path, url: str, path: str, last: int, *, before: bool = False) -> bool:
    """Whether the child was killed; False when the set-up came to its end before."""
    child = _CONTEXT.Process(target=_child, args=(journal, url, path, last, before))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _child(file: Path, url: str, path: str, last: int, before: bool) -> None:
    async def set_up() -> None:
        cloud = await open_cloud(Connection(endpoint=url), PROJECT, REGION)
        answers = wishes(path)
        facts = await inventory.read(cloud, REGION, SERVICE, network="my-vpc")
        plan = plan_setup(facts, answers, tuple(parse(u) for u in URLS), "t0k3n")
        with MortalJournal.open(file) as journal:
            assert isinstance(journal, MortalJournal)
            journal.last, journal.before = last, before
            with journal.begin(plan, ENVIRONMENT) as handle:
                await run(handle, cloud, quiet, asyncio.Event())
        await cloud.aclose()

    asyncio.run(set_up())
