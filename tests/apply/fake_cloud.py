"""A cloud in one file: it outlives the process that writes to it, and can lose replies, fail, hold and kill.

Written against `wizard.ports` alone. Operations are due after a delay and take effect when somebody looks.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from tests.apply.fake_reads import NothingListed
from tests.apply.fake_resources import patched
from wizard.apply.events import timestamp
from wizard.errors import CloudError
from wizard.ports import Operation, Patch
from wizard.records import (
    AnyResource,
    Api,
    Connector,
    Execution,
    Job,
    Ref,
    Revision,
    Service,
    Task,
)

COMPUTE = {"subnet", "firewall", "router"}


@dataclass
class Pending:
    """An operation. `due` is when it takes effect (time.time()), `error` what it ends with."""

    operation: Operation
    verb: str
    request_id: str
    due: float
    wanted: AnyResource | None
    error: tuple[str, str] | None = None
    over: bool = False


@dataclass
class World:
    """What survives. `sent` is every write that was accepted: (verb, kind/name)."""

    resources: dict[Ref, AnyResource] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Faults:
    """What goes wrong, by (verb, kind). A lost reply and a kill come after the cloud has accepted the write.

    `lost`: how often the reply is lost; `dropped`: how often the request is; `denied`: refused at once.
    `fails`: what the operation ends with (status, message). `held`: kinds whose deletion fails because they are in use.
    """

    lost: dict[tuple[str, str], int] = field(default_factory=dict)
    dropped: dict[tuple[str, str], int] = field(default_factory=dict)
    killed: set[tuple[str, str]] = field(default_factory=set)
    fails: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    denied: set[tuple[str, str]] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    exit_code: int = 0
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)


class FakeCloud(NothingListed):
    """`wizard.ports.Cloud` over a file."""

    project = "p"

    def __init__(self, path: Path, faults: Faults | None = None) -> None:
        self._path = path
        self.faults = faults or Faults()
        self.running = 0
        self.most_running = 0

    @property
    def world(self) -> World:
        """The world as it is now."""
        if not self._path.exists():
            return World()
        with self._path.open("rb") as file:
            world = pickle.load(file)
        assert isinstance(world, World)
        self._settle(world)
        return world

    def save(self, world: World) -> None:
        partial = self._path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(world))
        partial.replace(self._path)

    def put(self, ref: Ref, resource: AnyResource) -> None:
        """As if somebody else had made it."""
        world = self.world
        world.resources[ref] = resource
        self.save(world)

    def remove(self, ref: Ref) -> None:
        """As if somebody else had deleted it."""
        world = self.world
        del world.resources[ref]
        self.save(world)

    # --- Writes

    async def find(self, ref: Ref) -> AnyResource | None:
        await asyncio.sleep(0)
        return self.world.resources.get(ref)

    async def create(self, ref: Ref, wanted: AnyResource, *, request_id: str) -> Operation:
        return await self._write("create", ref, request_id, wanted)

    async def patch(self, ref: Ref, change: Patch, *, etag: str, request_id: str) -> Operation:
        found = self.world.resources.get(ref)
        if found is None:
            raise CloudError(f"{ref} not found", status="NOT_FOUND")
        if etag and etag != found.etag:
            self._refuse("patch", ref)
            raise CloudError("the resource was changed", status="ABORTED")
        return await self._write("patch", ref, request_id, patched(self.world.resources, found, change))

    async def delete(self, ref: Ref, *, etag: str, request_id: str) -> Operation:
        if ref not in self.world.resources:
            self._refuse("delete", ref)
            raise CloudError(f"{ref} not found", status="NOT_FOUND")
        return await self._write("delete", ref, request_id, None)

    async def wait(self, operation: Operation) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            pending = self._pending(operation.name)
            await asyncio.sleep(max(0.0, pending.due - time.time()) + 0.001)
        finally:
            self.running -= 1
        assert self._pending(operation.name).over
        if pending.error:
            status, message = pending.error
            raise CloudError(message, status=status)

    async def creation(self, ref: Ref, *, since: str, request_id: str) -> Operation | None:
        for pending in reversed(self.world.pending.values()):
            if pending.verb != "create" or pending.operation.ref != ref:
                continue
            by_id = ref.kind in COMPUTE and pending.request_id == request_id
            if by_id or (ref.kind not in COMPUTE and pending.operation.created >= since):
                return pending.operation
        return None

    async def _write(self, verb: str, ref: Ref, request_id: str, wanted: AnyResource | None) -> Operation:
        await asyncio.sleep(0)
        key = (verb, ref.kind)
        if self.faults.dropped.get(key, 0) > 0:
            self.faults.dropped[key] -= 1
            raise CloudError("connection reset before anything was sent", status="UNAVAILABLE")
        if key in self.faults.denied:
            raise CloudError("the caller does not have permission", status="PERMISSION_DENIED")
        world = self.world
        earlier = next((p for p in world.pending.values() if p.request_id == request_id and request_id), None)
        if earlier is not None and ref.kind in COMPUTE:
            return earlier.operation
        if verb == "create" and _taken(world, ref):
            self._refuse(verb, ref)
            raise CloudError(f"{ref} already exists", status="ALREADY_EXISTS")
        operation = Operation(name=f"operation-{len(world.pending)}", ref=ref, created=timestamp())
        due = time.time() + self.faults.seconds.get(key, 0.0)
        error = self.faults.fails.get(key)
        if verb == "delete" and ref.kind in self.faults.held:
            error = ("FAILED_PRECONDITION", f"{ref} is already being used by 'addresses/serverless-ipv4-1'")
        world.pending[operation.name] = Pending(operation, verb, request_id, due, wanted, error)
        world.sent.append((verb, f"{ref.kind}/{ref.name}"))
        self.save(world)
        if key in self.faults.killed:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.faults.lost.get(key, 0) > 0:
            self.faults.lost[key] -= 1
            raise CloudError("connection reset", status="UNAVAILABLE")
        return operation

    def _refuse(self, verb: str, ref: Ref) -> None:
        world = self.world
        world.refused.append((verb, f"{ref.kind}/{ref.name}"))
        self.save(world)

    def _pending(self, name: str) -> Pending:
        pending = self.world.pending.get(name)
        if pending is None:
            raise CloudError(f"operation {name} not found", status="NOT_FOUND")
        return pending

    def _settle(self, world: World) -> None:
        for pending in world.pending.values():
            if not pending.over and pending.due <= time.time():
                pending.over = True
                _take_effect(world, pending)
                self.save(world)

    # --- Probes

    async def execution(self, job: Ref, name: str) -> Execution | None:
        found = self.world.resources.get(job)
        if not isinstance(found, Job):
            return None
        return Execution(name=name, job=job.name, region=job.location, tasks=found.tasks, completed=timestamp())

    async def tasks(self, job: Ref, execution: str) -> tuple[Task, ...]:
        found = self.world.resources[job]
        assert isinstance(found, Job)
        return tuple(Task(name=f"t{i}", index=i, exit_code=self.faults.exit_code) for i in range(found.tasks))

    async def log_lines(self, job: Ref, execution: str) -> tuple[str, ...]:
        raise CloudError("no permission to read logs", status="PERMISSION_DENIED")

    async def aclose(self) -> None:
        return None


def _taken(world: World, ref: Ref) -> bool:
    found = world.resources.get(ref)
    if isinstance(found, Api):
        return found.enabled
    in_flight = any(p.verb == "create" and p.operation.ref == ref and not p.over for p in world.pending.values())
    return found is not None or in_flight


def _take_effect(world: World, pending: Pending) -> None:
    ref, wanted = pending.operation.ref, pending.wanted
    if pending.verb == "delete":
        if pending.error is None:
            del world.resources[ref]
        return
    assert wanted is not None
    if pending.error and not isinstance(wanted, Connector):
        return
    stamped = replace(wanted, created=pending.operation.created, etag=pending.operation.name)
    if isinstance(stamped, Connector):
        stamped = replace(stamped, state="ERROR" if pending.error else "READY")
    world.resources[ref] = stamped
    if isinstance(stamped, Service):
        revision = Ref(kind="revision", project=ref.project, location=ref.location, name=_revision(ref, stamped))
        world.resources.setdefault(
            revision,
            Revision(
                name=stamped.latest_created, service=ref.name, region=ref.location, vpc=stamped.vpc, env=stamped.env
            ),
        )


def _revision(ref: Ref, service: Service) -> str:
    return f"{ref.name}/{service.latest_created}"
