"""One sandbox cloud: its scenario, resources, clock, faults and operations. Everything a handler may touch.

Operations are data (method, arguments, due time), so that they survive a restart of the server; they are completed
when somebody looks (`settle`), in the order in which they fall due.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.sandbox.api import COMPLETIONS, ApiError, Body
from wizard.sandbox.clock import Clock, rfc3339
from wizard.sandbox.store import Store

if TYPE_CHECKING:
    from wizard.sandbox.scenario import Scenario


@dataclass
class Pending:
    """An operation in flight. `key` names it in the store, `due` is simulated time."""

    key: str
    method: str
    due: float
    arguments: Body


@dataclass
class World:
    """All state of one sandbox."""

    scenario: Scenario
    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    pending: list[Pending] = field(default_factory=list)
    seed: random.Random = field(default_factory=lambda: random.Random(7))
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run something in the background (the tasks of a job) and keep hold of it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    @property
    def project(self) -> str:
        return self.scenario.project.id

    def timestamp(self) -> str:
        return rfc3339(self.clock.now())

    def seconds(self, method: str, usual: float) -> float:
        """Simulated seconds that an operation of this method takes: the scenario's timing, else what is usual."""
        return self.clock.operation_seconds(self.scenario.timing.get(method, usual))

    def schedule(self, key: str, method: str, arguments: Body, usual: float) -> None:
        """Complete the operation stored under `key` after its time, by the completion registered for `method`."""
        self.pending.append(Pending(key, method, self.clock.now() + self.seconds(method, usual), arguments))

    def settle(self) -> None:
        """Complete every operation that is due."""
        while due := sorted((p for p in self.pending if p.due <= self.clock.now()), key=lambda p: p.due):
            first = due[0]
            self.pending.remove(first)
            self._complete(first)

    def _complete(self, pending: Pending) -> None:
        operation = self.store.get(pending.key) or {}
        try:
            response = COMPLETIONS[pending.method](self, pending.arguments)
        except ApiError as error:
            FINISH[pending.key.split("/", 1)[0]](self, operation, None, error)
        else:
            FINISH[pending.key.split("/", 1)[0]](self, operation, response, None)
        self.store.put(pending.key, operation)


Finisher = Callable[[World, Body, "Body | None", "ApiError | None"], None]
"""Writes an operation's end (response or error) into its body, in the format of its API."""

FINISH: dict[str, Finisher] = {}
"""By API, the first segment of a store key: `compute`, `vpcaccess`, `run`."""
