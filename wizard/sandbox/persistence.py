"""The state of a sandbox in files: the one from which a server that is started again goes on, and snapshots."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.clock import Clock, rfc3339
from wizard.sandbox.faults import Fault
from wizard.sandbox.log import RequestLog
from wizard.sandbox.store import Store

if TYPE_CHECKING:
    from wizard.sandbox.world import Pending, World

VERSION = 1

LONGEST_DELAY = 0.05
"""Real seconds for which an answer waits at most, so that others share the writing of the state with it."""

MOST_SNAPSHOTS = 100

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


class SavedFault(Struct, frozen=True, kw_only=True):
    """A fault with its counters."""

    on: str
    kind: str
    message: str
    times: int
    after: int
    seen: int
    retry_after: int = 0
    resource: str = ""
    struck: int = 0

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
    """Everything of a world that its scenario does not say. `now` is simulated time, `at` the real time then.

    `bodies` are JSON text already when a world is written.
    """

    version: int
    bodies: dict[str, Any]
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
    paused: bool = False
    number: int = 0


class StateFile:
    """Writes a world to a file whenever it has changed."""

    def __init__(self, path: Path, world: World, log: RequestLog) -> None:
        self._path = path
        self._world = world
        self._log = log
        self._last: tuple[object, ...] = ()
        self._next: asyncio.Future[None] | None = None
        self._took = 0.0

    async def saved(self) -> None:
        """Come back when the file says what the world is now; calls that ask at the same time share one writing."""
        if not self._changed():
            return
        if self._next is None:
            loop = asyncio.get_running_loop()
            self._next = loop.create_future()
            loop.call_later(min(self._took, LONGEST_DELAY), self._save_for_all, self._next)
        await asyncio.shield(self._next)

    def save_if_changed(self) -> None:
        """Write the file unless it already says the same. Calls that only read wait for the next change."""
        if self._changed():
            self.save()

    def save(self) -> None:
        """Write the file, in one piece or not at all."""
        began = time.perf_counter()
        self._last = self._now()
        _write(self._path, msgspec.json.encode(_saved(self._world, self._log)))
        self._took = time.perf_counter() - began

    def load(self) -> bool:
        """Restore the world; False when there is no file, or one that cannot be read (broken, or a newer version's)."""
        saved = _read(self._path)
        if saved is None:
            return False
        slept = 0.0 if saved.paused else max(0.0, time.time() - saved.at)
        _restore(saved, self._world, saved.now + slept * saved.speed)
        self._log.writes, self._log.number = saved.writes, saved.number
        self._log.requests.clear()
        self._log.requests.extend({"number": 0, **request} for request in saved.requests)
        return True

    def _save_for_all(self, waiting: asyncio.Future[None]) -> None:
        self._next = None
        try:
            self.save_if_changed()
        except OSError as error:
            waiting.set_exception(error)
        else:
            waiting.set_result(None)

    def _changed(self) -> bool:
        return self._now() != self._last

    def _now(self) -> tuple[object, ...]:
        """What is compared to know whether the file still says the same."""
        world = self._world
        pending = [(p.key, p.due) for p in world.pending]
        seen = [f.seen for f in world.faults]
        return id(world.store), world.store.changes, pending, self._log.writes, seen


class Snapshots:
    """Worlds kept under a name in the sandbox's folder. The log of requests is no part of them."""

    def __init__(self, folder: Path, world: World, log: RequestLog) -> None:
        self._folder = folder
        self._world = world
        self._log = log

    def listed(self) -> list[Body]:
        """Name, simulated time and number of resources of each."""
        found = ((path.stem, _read(path)) for path in sorted(self._folder.glob("*.json")))
        return [
            {"name": name, "now": rfc3339(saved.now), "resources": len(saved.bodies)} for name, saved in found if saved
        ]

    def save(self, name: str) -> None:
        """Keep the world as it is; an older snapshot of that name is replaced. Raises ApiError(400)."""
        path = self._path(name)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists() and len(list(self._folder.glob("*.json"))) >= MOST_SNAPSHOTS:
            raise ApiError(400, f"there are {MOST_SNAPSHOTS} snapshots; delete one first")
        saved = msgspec.structs.replace(_saved(self._world, self._log), requests=[])
        _write(path, msgspec.json.encode(saved))

    def check(self, name: str) -> None:
        """Raise ApiError(404) when there is no such snapshot that can be read."""
        if _read(self._path(name)) is None:
            names = ", ".join(entry["name"] for entry in self.listed()) or "none"
            raise ApiError(404, f"there is no snapshot {name}; there are: {names}")

    def restore(self, name: str) -> None:
        """Make the world what it was, its clock and operations included. Raises ApiError(404)."""
        saved = _read(self._path(name))
        if saved is None:
            raise ApiError(404, f"there is no snapshot {name}")
        _restore(saved, self._world, saved.now)

    def delete(self, name: str) -> None:
        """Forget a snapshot. Raises ApiError(404)."""
        self.check(name)
        self._path(name).unlink()

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            rule = "1 to 40 lower-case letters, digits, hyphens and underscores"
            raise ApiError(400, f"a snapshot's name is {rule}; for example before-undo")
        return self._folder / f"{name}.json"


def _write(path: Path, content: bytes) -> None:
    """In one piece or not at all, for the owner only."""
    partial = path.with_suffix(".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    partial.replace(path)


def _read(path: Path) -> Saved | None:
    """None for a file that is not there, is broken, or is a newer version's."""
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=Saved)
    except (OSError, msgspec.DecodeError):
        return None
    return saved if saved.version == VERSION else None


def _saved(world: World, log: RequestLog) -> Saved:
    return Saved(
        version=VERSION,
        bodies=dict(world.store.encoded()),
        changes=world.store.changes,
        pending=[_saved_operation(p) for p in world.pending],
        now=world.clock.now(),
        at=time.time(),
        speed=world.clock.speed,
        instant=world.clock.instant,
        faults=[SavedFault.of(f) for f in world.faults],
        attached=dict(world.attached),
        writes=log.writes,
        requests=log.latest(),
        paused=world.clock.paused,
        number=log.number,
    )


def _saved_operation(pending: Pending) -> SavedOperation:
    fault = SavedFault.of(pending.fault) if pending.fault else None
    return SavedOperation(
        key=pending.key, method=pending.method, due=pending.due, arguments=pending.arguments, fault=fault
    )


def _restore(saved: Saved, world: World, now: float) -> None:
    from wizard.sandbox.world import Pending

    world.store = Store(saved.bodies)
    world.store.changes = saved.changes
    world.pending = [
        Pending(p.key, p.method, p.due, p.arguments, p.fault.fault() if p.fault else None) for p in saved.pending
    ]
    world.clock = Clock(start=now, speed=saved.speed, instant=saved.instant, paused=saved.paused)
    world.faults = [f.fault() for f in saved.faults]
    world.attached = dict(saved.attached)
    world.seed = random.Random(saved.changes)
