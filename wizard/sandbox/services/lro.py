"""Long-running operations of vpcaccess and run: `google.longrunning.Operation` bodies in the store."""

from __future__ import annotations

import asyncio
import hashlib
from time import monotonic

from wizard.sandbox.api import ApiError, Body, Call, Handler, handles
from wizard.sandbox.services.paging import LARGEST_PAGE, page
from wizard.sandbox.world import FINISH, World

LONGEST_WAIT, WAIT_STEP = 30.0, 0.02
"""Real seconds."""

NEVER = 4e9
"""Simulated time that no sandbox reaches: an operation due then ends with something else than time (`ends_with`)."""

GRPC_CODES = {
    "CANCELLED": 1,
    "INVALID_ARGUMENT": 3,
    "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6,
    "PERMISSION_DENIED": 7,
    "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9,
    "ABORTED": 10,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
}


def start(world: World, api: str, location: str, method: str, arguments: Body, metadata: Body, usual: float) -> Body:
    """Store and schedule an operation; `location` is `projects/P/locations/R`. Returns its body."""
    stamp = f"{api} {method} {world.clock.now()} {world.store.changes} {arguments}"
    name = f"{location}/operations/{hashlib.sha256(stamp.encode()).hexdigest()[:32]}"
    body: Body = {"name": name, "metadata": metadata, "done": False}
    world.store.put(f"{api}/{name}", body)
    world.schedule(f"{api}/{name}", method, arguments, usual)
    return body


def ends_with(world: World, operation: Body, execution: str) -> None:
    """Let an operation that has just been started end when an execution does, unless a fault makes it fail."""
    for pending in world.pending:
        struck = pending.fault is not None and pending.fault.kind == "operation_error"
        if pending.key.endswith("/" + operation["name"]) and not struck:
            pending.due = NEVER
            pending.arguments["execution"] = execution


def execution_ended(world: World, execution: str) -> None:
    """The operations that wait for this execution are due."""
    for pending in world.pending:
        if pending.due == NEVER and pending.arguments.get("execution") == execution:
            pending.due = world.clock.now()


def finish(world: World, operation: Body, response: Body | None, error: ApiError | None) -> None:
    """Write the end of an operation: its response, or the error with the canonical code's number."""
    operation["done"] = True
    if operation.get("metadata", {}).get("method"):
        operation["metadata"]["endTime"] = world.timestamp()
    if error is not None:
        operation["error"] = {"code": GRPC_CODES.get(error.status, 2), "message": error.message}
    else:
        operation["response"] = response or {"@type": "type.googleapis.com/google.protobuf.Empty"}


FINISH["vpcaccess"] = finish
FINISH["run"] = finish


async def get(world: World, call: Call) -> Body:
    """One operation, of whichever of the two APIs has it: the names are unique."""
    name = call.text("name")
    for api in ("run", "vpcaccess"):
        operation = world.store.get(f"{api}/{name}")
        if operation is not None:
            return operation
    raise ApiError(404, f"Operation '{name}' not found", status="NOT_FOUND")


async def wait(world: World, call: Call) -> Body:
    """Run's server-side wait: answers when the operation is done or the timeout is over (30 s at most)."""
    text = str(call.request.get("timeout") or "30s").rstrip("s")
    end = monotonic() + min(float(text), LONGEST_WAIT)
    operation = await get(world, call)
    while not operation["done"] and monotonic() < end:
        await asyncio.sleep(WAIT_STEP)
        world.settle()
        operation = await get(world, call)
    return operation


def _lister(api: str) -> Handler:
    """A handler that lists the operations of one API in one location."""

    async def list_operations(world: World, call: Call) -> Body:
        parent = call.text("name")
        operations = [body for _, body in world.store.children(f"{api}/{parent}", "operations")]
        return page(call, "operations", operations, LARGEST_PAGE)

    return list_operations


async def forget(world: World, call: Call) -> Body:
    """Delete an operation: nobody is interested in how it ends; what it does goes on."""
    await get(world, call)
    world.store.delete(f"run/{call.text('name')}")
    return {}


for _api in ("run", "vpcaccess"):
    handles(f"{_api}.GetOperation")(get)
    handles(f"{_api}.ListOperations")(_lister(_api))
handles("run.WaitOperation")(wait)
handles("run.DeleteOperation")(forget)
