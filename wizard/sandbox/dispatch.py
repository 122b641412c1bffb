"""The one place that every call passes, whichever way it came: time, permissions, faults, handler, log, saving."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.sandbox import faults, permissions
from wizard.sandbox.api import HANDLERS, ApiError, Body, Call, Caller
from wizard.sandbox.faults import Fault
from wizard.sandbox.log import RequestLog
from wizard.sandbox.resources import resource_of
from wizard.sandbox.routes import Route
from wizard.sandbox.services import serviceusage

if TYPE_CHECKING:
    from wizard.sandbox.world import World


class ConnectionLost(Exception):
    """The call took effect, but its answer shall never arrive (a fault of kind `reset`)."""


class Dispatcher:
    """Answers calls on one world. `save` is called after every call, before its answer leaves."""

    def __init__(self, world: World, log: RequestLog, save: Callable[[], None]) -> None:
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
        call = Call(route.method, request, self.world.scenario.project.member, query or {}, caller)
        resource = resource_of(route, request)
        status = 500
        try:
            reply = await self._answer(call, resource)
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
                caller=caller,
            )
            self._save()
        return reply

    async def _answer(self, call: Call, resource: str) -> Body:
        self.world.settle()
        api, _, _ = call.method.partition(".")
        if api in serviceusage.TITLES:
            serviceusage.require_api(self.world, api)
        permissions.check(self.world, call, resource)
        fault = faults.take(self.world.faults, call.method)
        if fault is not None:
            await self._before(fault)
        active = faults.ACTIVE.set(fault)
        try:
            reply = await self._handle(call)
        finally:
            faults.ACTIVE.reset(active)
        if fault is not None and fault.kind == "reset":
            raise ConnectionLost(call.method)
        return reply

    async def _before(self, fault: Fault) -> None:
        """What a fault does instead of the call, or before it."""
        if fault.http:
            raise fault.error()
        if fault.kind == "hang":
            await self.stopping.wait()
            raise ApiError(503, faults.TEXTS[503])
        if fault.kind == "slow":
            await asyncio.sleep(faults.SLOW_ANSWER)

    async def _handle(self, call: Call) -> Body:
        handler = HANDLERS.get(call.method)
        if handler is None:
            raise not_emulated(call.method)
        return await handler(self.world, call)


def not_emulated(what: str, http: int = 501) -> ApiError:
    """The refusal of what the sandbox does not have, unlike the real cloud."""
    return ApiError(http, f"The sandbox does not emulate {what}", reason="notImplemented")
