"""The one place that every call passes, whichever way it came: time, permissions, faults, handler, log, saving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from wizard.sandbox import fault_acts, faults, org_policies, permissions, projects
from wizard.sandbox.api import HANDLERS, ApiError, Body, Call, Caller
from wizard.sandbox.fault_acts import ConnectionLost
from wizard.sandbox.log import RequestLog
from wizard.sandbox.resources import resource_of
from wizard.sandbox.routes import Route
from wizard.sandbox.services import serviceusage

if TYPE_CHECKING:
    from wizard.sandbox.world import World


NOT_EMULATED = "notImplemented"
"""The reason of the refusal of what the sandbox does not have."""


class Dispatcher:
    """Answers calls on one world. `save` is awaited after every call, before its answer leaves."""

    def __init__(self, world: World, log: RequestLog, save: Callable[[], Awaitable[None]]) -> None:
        self.world = world
        self.log = log
        self.stopping = asyncio.Event()
        self._save = save
        self._last = time.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since the last request."""
        return time.monotonic() - self._last

    def touch(self) -> None:
        """Somebody asked for something."""
        self._last = time.monotonic()

    async def call(self, route: Route, request: Body, caller: Caller, *, query: dict[str, str] | None = None) -> Body:
        """The reply to a request message. Raises ApiError for a refusal and ConnectionLost for a reset."""
        self.touch()
        request = projects.with_ids(self.world, request)
        call = Call(route.method, request, self.world.scenario.project.member, query or {}, caller)
        resource = resource_of(route, request)
        status, began = 500, time.perf_counter()
        try:
            reply = await self._answer(call, resource, writes=route.writes)
            status = 200
        except ApiError as error:
            status = error.http
            raise
        except ConnectionLost:
            status = 0
            raise
        finally:
            self.log.add(
                at=self.world.timestamp(),
                method=route.method,
                resource=resource,
                write=route.writes,
                status=status,
                seconds=time.perf_counter() - began,
                caller=caller,
                traffic=(request.get("service") or {}).get("traffic") if route.writes else None,
            )
            await self._save()
        return reply

    async def _answer(self, call: Call, resource: str, *, writes: bool) -> Body:
        world = self.world
        world.settle()
        fault = faults.take(world.faults, call.method, resource, token=call.caller.token, writes=writes)
        if fault is not None:
            fault_acts.refuse(fault, call, resource)
            await fault_acts.wait(fault, self.stopping)
            await fault_acts.interfere(fault, world, call, resource)
            world.settle()
        self._check(call, resource)
        if writes:
            world.store.history.write(world.store.changes)
        active = faults.ACTIVE.set(fault)
        try:
            reply = await self._handle(fault_acts.shown_to(fault, world), call)
        finally:
            faults.ACTIVE.reset(active)
        if fault is not None and fault.kind == "reset":
            raise ConnectionLost(call.method)
        return reply

    def _check(self, call: Call, resource: str) -> None:
        """What every API asks before it acts: the project, that it is enabled there, and the permission."""
        api, _, _ = call.method.partition(".")
        project = projects.owner(resource)
        if project and projects.find(self.world, project) is None and api in serviceusage.TITLES:
            raise permissions.unknown_project(call, resource, project)
        if api in serviceusage.TITLES:
            serviceusage.require_api(self.world, api, project or self.world.project)
        org_policies.check_usage(self.world, api, project or self.world.project)
        permissions.check(self.world, call, resource)

    async def _handle(self, world: World, call: Call) -> Body:
        handler = HANDLERS.get(call.method)
        if handler is None:
            raise not_emulated(call.method)
        return await handler(world, call)


def not_emulated(what: str, http: int = 501) -> ApiError:
    """The refusal of what the sandbox does not have, unlike the real cloud."""
    return ApiError(http, f"The sandbox does not emulate {what}", reason=NOT_EMULATED)
