"""What faults do to a call: refuse it, keep it waiting, show it the past, or let somebody else come first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.sandbox import permissions
from wizard.sandbox.api import HANDLERS, ApiError, Body, Call
from wizard.sandbox.faults import TEXTS, Fault

if TYPE_CHECKING:
    from wizard.sandbox.world import World

SOMEBODY = "user:somebody-else@example.com"
ELSE = "somebody-else"

CREATIONS = ("insert", "create")
"""How the last words of methods that create something begin, in small letters."""


class ConnectionLost(Exception):
    """The answer shall never arrive: the connection breaks instead (a fault of kind `reset`)."""


def refuse(fault: Fault, call: Call, resource: str) -> None:
    """Refuse the call if the fault is one that does. Raises ApiError and ConnectionLost."""
    if fault.http:
        raise fault.error()
    if fault.name == "permission":
        known = fault.argument or next(iter(permissions.needed(call, resource)), "")
        error = permissions.refusal(call, known, resource) if known else ApiError(403, TEXTS[403])
        raise ApiError(403, fault.message or error.message, reason=error.reason)
    if fault.kind == "reset:before":
        raise ConnectionLost(call.method)


async def wait(fault: Fault, stopping: asyncio.Event) -> None:
    """Keep the call waiting if the fault is one that does: some seconds, or until the server stops (ApiError)."""
    if fault.name == "hang":
        await stopping.wait()
        raise ApiError(503, TEXTS[503])
    if fault.late:
        await asyncio.sleep(fault.late)


async def interfere(fault: Fault, world: World, call: Call, resource: str) -> None:
    """Do what somebody else does just before the call, if the fault is one of that kind."""
    key = f"{call.method.partition('.')[0]}/{resource}"
    creating = call.method.rpartition(".")[2].lower().startswith(CREATIONS)
    if fault.name == "gone":
        for below in [key, *world.store.keys(f"{key}/")]:
            world.store.delete(below)
    elif fault.name == "taken" and creating:
        await _create(world, call, resource.rpartition("/")[2])
    elif fault.name == "changed" and creating:
        await _create(world, call, f"{ELSE}-{len(world.store.keys())}")
    elif fault.name == "changed":
        body = world.store.get(key)
        if body is not None:
            world.store.put(key, _changed(world, call, body))


def shown_to(fault: Fault | None, world: World) -> World:
    """The world that the call is to see: as it is, or as it was (a fault of kind `stale`)."""
    if fault is None or fault.name != "stale":
        return world
    store, wanted = world.store, fault.argument or "1"
    if wanted.endswith("s"):
        number = store.history.at(world.clock.now() - float(wanted[:-1]), store.changes)
    else:
        number = store.history.before_writes(int(wanted), store.changes)
    return replace(world, store=store.past(number))


async def _create(world: World, call: Call, name: str) -> None:
    """Somebody else makes what the call is about to make, under this name, and it is there at once."""
    request = {key: value for key, value in call.request.items() if key != "requestId"}
    for key, value in request.items():
        if key.endswith("Id"):
            request[key] = name
        elif isinstance(value, dict) and (key.endswith("Resource") or not call.method.startswith("compute.")):
            request[key] = _marked(call, {**value, **({"name": name} if "name" in value else {})})
    handler = HANDLERS.get(call.method)
    if handler is None:
        return
    running = [pending.key for pending in world.pending]
    try:
        await handler(world, Call(call.method, request, SOMEBODY, call.query, call.caller))
    except ApiError:
        return  # somebody else is refused as well: nothing happens
    for pending in [pending for pending in world.pending if pending.key not in running]:
        pending.due = world.clock.now()
    world.settle()


def _marked(call: Call, body: Body) -> Body:
    """So that what somebody else made can be told from what the caller wants."""
    if call.method.startswith("compute."):
        return {**body, "description": f"made by {ELSE}"}
    if call.method.startswith("run."):
        return {**body, "labels": {**body.get("labels", {}), "made-by": ELSE}}
    return body


def _changed(world: World, call: Call, body: Body) -> Body:
    """A resource after somebody else's change, with another etag or fingerprint where it has one."""
    if call.method.startswith("run."):
        from wizard.sandbox.services.run_common import touched

        body["generation"] = str(int(body.get("generation", "1")) + 1)
        body["labels"] = {**body.get("labels", {}), "changed-by": ELSE}
        theirs = {"name": "CHANGED_BY", "value": f"{ELSE}, generation {body['generation']}"}
        for container in _containers(body):
            container["env"] = [e for e in container.get("env") or [] if e["name"] != theirs["name"]] + [theirs]
        return {**touched(world, body), "lastModifier": SOMEBODY.partition(":")[2]}
    if call.method.startswith("vpcaccess."):
        return {**body, "maxInstances": min(int(body.get("maxInstances") or 9) + 1, 10)}
    from wizard.sandbox.services.compute_common import fingerprint

    moved: Body = {key: fingerprint(world) for key in ("fingerprint", "labelFingerprint") if key in body}
    return {**body, **moved, "description": f"changed by {ELSE}"}


def _containers(body: Body) -> list[Body]:
    """The containers of a service's or a job's template."""
    template: Body = body.get("template") or {}
    inner: Body = template.get("template") or template
    containers: list[Body] = inner.get("containers") or []
    return containers
