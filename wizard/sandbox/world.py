"""One sandbox cloud: its scenario, resources, clock, faults and operations. Everything a handler may touch.

Operations are data (method, arguments, due time), so that they survive a restart of the server; they are completed
when somebody looks (`settle`), in the order in which they fall due.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.sandbox import faults
from wizard.sandbox.api import COMPLETIONS, FAILURES, ApiError, Body
from wizard.sandbox.clock import Clock, rfc3339
from wizard.sandbox.faults import Fault
from wizard.sandbox.instances import Instances
from wizard.sandbox.store import Store

if TYPE_CHECKING:
    from wizard.sandbox.scenario import Scenario


NEVER = 1e15
"""The due time of an operation that never ends."""


@dataclass
class Pending:
    """An operation in flight. `key` names it in the store, `due` is simulated time, `fault` what will strike it.

    Something that happens later without being an operation has a key that is not in the store: nothing is written then.
    """

    key: str
    method: str
    due: float
    arguments: Body
    fault: Fault | None = None


@dataclass
class World:
    """All state of one sandbox."""

    scenario: Scenario
    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    pending: list[Pending] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seed: random.Random = field(default_factory=lambda: random.Random(7))
    running: set[asyncio.Task[None]] = field(default_factory=set)
    listeners: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """Where on loopback the listener of a target's address and port really is (`listeners.start`)."""
    attached: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Real local servers put in the place of a target: `10.0.0.3:6379` to host and port."""
    instances: Instances = field(default_factory=Instances)
    doors: AsyncExitStack = field(default_factory=AsyncExitStack)
    """Closes the listeners (`listeners.stop`)."""

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run something in the background (the tasks of a job) and keep hold of it until it ends."""
        task = asyncio.get_running_loop().create_task(work, context=Context())
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
        fault = faults.ACTIVE.get()
        seconds = self.seconds(method, usual)
        if fault is not None and fault.name == "slow":
            seconds *= faults.SLOW_OPERATION
        hangs = fault is not None and fault.name == "operation_hang"
        self.pending.append(Pending(key, method, NEVER if hangs else self.clock.now() + seconds, arguments, fault))

    def fault_for(self, method: str) -> Fault | None:
        """The fault that strikes the call being answered or the operation being completed.

        A completion asks it for the state to end in: `fault.state` of a fault of kind `state:WORD`. An operation
        struck by `operation_error` runs what `@fails(method)` registered instead of its completion.
        """
        fault = faults.ACTIVE.get()
        return fault if fault is not None and faults.concerns(fault, method) else None

    def settle(self) -> None:
        """Complete every operation that is due."""
        while due := sorted((p for p in self.pending if p.due <= self.clock.now()), key=lambda p: p.due):
            first = due[0]
            self.pending.remove(first)
            self._complete(first)
        self.store.history.moment(self.clock.now(), self.store.changes)

    @property
    def unfinished(self) -> list[Pending]:
        """What will end by itself if one waits: nothing does while time stands still."""
        return [] if self.clock.paused else [p for p in self.pending if p.due < NEVER]

    def _complete(self, pending: Pending) -> None:
        active = faults.ACTIVE.set(pending.fault)
        try:
            response, error = self._outcome(pending)
        finally:
            faults.ACTIVE.reset(active)
        operation = self.store.get(pending.key)
        if operation is None:
            return
        FINISH[pending.key.split("/", 1)[0]](self, operation, response, error)
        self.store.put(pending.key, operation)

    def _outcome(self, pending: Pending) -> tuple[Body | None, ApiError | None]:
        try:
            if pending.fault is not None and pending.fault.name == "operation_error":
                error = pending.fault.error()
                if pending.method in FAILURES:
                    FAILURES[pending.method](self, pending.arguments, error)
                return None, error
            return COMPLETIONS[pending.method](self, pending.arguments), None
        except ApiError as error:
            return None, error


Finisher = Callable[[World, Body, "Body | None", "ApiError | None"], None]
"""Writes an operation's end (response or error) into its body, in the format of its API."""

FINISH: dict[str, Finisher] = {}
"""By API, the first segment of a store key: `compute`, `vpcaccess`, `run`."""
