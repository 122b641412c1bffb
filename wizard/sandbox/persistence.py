"""The state of a sandbox in a file, so that a server that is started again goes on where the last one stopped."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from wizard.sandbox.api import Body
from wizard.sandbox.clock import Clock
from wizard.sandbox.faults import Fault
from wizard.sandbox.log import RequestLog
from wizard.sandbox.store import Store

if TYPE_CHECKING:
    from wizard.sandbox.world import Pending, World

VERSION = 1


class SavedFault(Struct, frozen=True, kw_only=True):
    """A fault with its counter."""

    on: str
    kind: str
    message: str
    times: int
    after: int
    seen: int

    @classmethod
    def of(cls, fault: Fault) -> SavedFault:
        return cls(**fault.body())

    def fault(self) -> Fault:
        return Fault(**msgspec.structs.asdict(self))


class SavedOperation(Struct, frozen=True, kw_only=True):
    """An operation in flight."""

    key: str
    method: str
    due: float
    arguments: Body
    fault: SavedFault | None = None


class Saved(Struct, frozen=True, kw_only=True):
    """Everything of a world that its scenario does not say. `now` is simulated time, `at` the real time then."""

    version: int
    bodies: dict[str, Body]
    changes: int
    pending: list[SavedOperation]
    now: float
    at: float
    speed: float
    instant: bool
    faults: list[SavedFault]
    attached: dict[str, tuple[str, int]]
    writes: int
    requests: list[Body]


class StateFile:
    """Writes a world to a file whenever it has changed."""

    def __init__(self, path: Path, world: World, log: RequestLog) -> None:
        self._path = path
        self._world = world
        self._log = log
        self._last: tuple[object, ...] = ()

    def save_if_changed(self) -> None:
        """Write the file unless it already says the same. Calls that only read wait for the next change."""
        world = self._world
        pending = [(p.key, p.due) for p in world.pending]
        now = (id(world.store), world.store.changes, pending, self._log.writes, [f.seen for f in world.faults])
        if now != self._last:
            self._last = now
            self.save()

    def save(self) -> None:
        """Write the file, in one piece or not at all."""
        content = msgspec.json.encode(_saved(self._world, self._log))
        partial = self._path.with_suffix(".new")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        partial.replace(self._path)

    def load(self) -> bool:
        """Restore the world; False when there is no file, or one that cannot be read (broken, or a newer version's)."""
        try:
            saved = msgspec.json.decode(self._path.read_bytes(), type=Saved)
        except (OSError, msgspec.DecodeError):
            return False
        if saved.version != VERSION:
            return False
        _restore(saved, self._world, self._log)
        return True


def _saved(world: World, log: RequestLog) -> Saved:
    return Saved(
        version=VERSION,
        bodies=dict(world.store.view()),
        changes=world.store.changes,
        pending=[_saved_operation(p) for p in world.pending],
        now=world.clock.now(),
        at=time.time(),
        speed=world.clock.speed,
        instant=world.clock.instant,
        faults=[SavedFault.of(f) for f in world.faults],
        attached=dict(world.attached),
        writes=log.writes,
        requests=list(log.requests),
    )


def _saved_operation(pending: Pending) -> SavedOperation:
    fault = SavedFault.of(pending.fault) if pending.fault else None
    return SavedOperation(
        key=pending.key, method=pending.method, due=pending.due, arguments=pending.arguments, fault=fault
    )


def _restore(saved: Saved, world: World, log: RequestLog) -> None:
    from wizard.sandbox.world import Pending

    world.store = Store(saved.bodies)
    world.store.changes = saved.changes
    world.pending = [
        Pending(p.key, p.method, p.due, p.arguments, p.fault.fault() if p.fault else None) for p in saved.pending
    ]
    slept = max(0.0, time.time() - saved.at)
    world.clock = Clock(start=saved.now + slept * saved.speed, speed=saved.speed, instant=saved.instant)
    world.faults = [f.fault() for f in saved.faults]
    world.attached = dict(saved.attached)
    world.seed = random.Random(saved.changes)
    log.writes = saved.writes
    log.requests.clear()
    log.requests.extend(saved.requests)
