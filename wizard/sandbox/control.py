"""The control API below `/_sandbox/`: the simulated cloud seen and moved from outside. JSON in, JSON out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from wizard.sandbox import faults
from wizard.sandbox.api import ApiError, Body

if TYPE_CHECKING:
    from wizard.sandbox.log import RequestLog
    from wizard.sandbox.world import World

NOT_RESOURCES = ("logging/",)
"""Keys of the store that are no resources: what tasks printed."""

LOOPBACK = ("127.0.0.1", "localhost")

FASTEST = 1_000_000.0


class Controlled(Protocol):
    """What the control API may ask of the server."""

    world: World
    log: RequestLog

    def info(self) -> Body:
        """What the server is and where."""
        ...

    def save(self) -> None:
        """Write the state down."""
        ...

    def keep(self) -> None:
        """Do not stop when idle."""
        ...

    async def reset(self) -> None:
        """Go back to the scenario."""
        ...

    def stop(self) -> None:
        """Stop the server soon, after this answer."""
        ...


class Control:
    """The handlers of the control API."""

    def __init__(self, server: Controlled) -> None:
        self._server = server

    def application(self) -> web.Application:
        """The control API as a sub-application."""
        app = web.Application()
        app.router.add_get("/info", self.info)
        app.router.add_get("/state", self.state)
        app.router.add_get("/operations", self.operations)
        app.router.add_get("/log", self.log)
        app.router.add_get("/clock", self.clock)
        app.router.add_post("/clock", self.set_clock)
        app.router.add_get("/faults", self.faults)
        app.router.add_post("/faults", self.add_fault)
        app.router.add_post("/faults/clear", self.clear_faults)
        app.router.add_post("/attach", self.attach)
        app.router.add_post("/keep", self.keep)
        app.router.add_post("/reset", self.reset)
        app.router.add_post("/stop", self.stop)
        return app

    async def info(self, request: web.Request) -> web.Response:
        return web.json_response(self._server.info())

    async def state(self, request: web.Request) -> web.Response:
        """Every resource by its full name, as its API body."""
        return web.json_response(self._bodies(operations=False))

    async def operations(self, request: web.Request) -> web.Response:
        """Every long-running operation by its full name, as its API body."""
        return web.json_response(self._bodies(operations=True))

    async def log(self, request: web.Request) -> web.Response:
        return web.json_response(self._server.log.body())

    async def clock(self, request: web.Request) -> web.Response:
        return web.json_response(self._clock())

    async def set_clock(self, request: web.Request) -> web.Response:
        """`advance` (simulated seconds), `speed`, `instant`: any of them."""
        body = await _body(request, advance=(int, float), speed=(int, float), instant=(bool,))
        clock = self._server.world.clock
        speed = float(body.get("speed", clock.speed))
        if not 0 < speed <= FASTEST:
            raise ApiError(400, f"speed: {speed:g} is not above 0 and at most {FASTEST:g}; for example 20")
        if body.get("advance", 0) < 0:
            raise ApiError(400, "advance: time does not run backwards; for example 3600")
        if "speed" in body or "instant" in body:
            clock.set_speed(speed, instant=bool(body.get("instant", clock.instant)))
        clock.advance(float(body.get("advance", 0)))
        self._server.world.settle()
        self._server.save()
        return web.json_response(self._clock())

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response(self._faults())

    async def add_fault(self, request: web.Request) -> web.Response:
        """One more fault: `on`, `kind`, `message`, `times`, `after`."""
        try:
            fault = faults.parse(await _body(request))
        except ValueError as error:
            raise ApiError(400, str(error)) from None
        self._server.world.faults.append(fault)
        self._server.save()
        return web.json_response(self._faults())

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._server.world.faults.clear()
        self._server.save()
        return web.json_response(self._faults())

    async def attach(self, request: web.Request) -> web.Response:
        """Put a real local server (`to`, on loopback) in the place of a target; without `to`, take it away again."""
        body = await _body(request, target=(str,), to=(str,))
        attached = self._server.world.attached
        target = _host_and_port(body.get("target", ""), "target")
        if body.get("to"):
            host, port = _host_and_port(body["to"], "to")
            if host not in LOOPBACK:
                raise ApiError(400, f"to: {host} is not this machine; for example 127.0.0.1:6379")
            attached[f"{target[0]}:{target[1]}"] = (host, port)
        else:
            attached.pop(f"{target[0]}:{target[1]}", None)
        self._server.save()
        return web.json_response({"attached": {name: f"{host}:{port}" for name, (host, port) in attached.items()}})

    async def keep(self, request: web.Request) -> web.Response:
        """Run until told to stop, however idle."""
        self._server.keep()
        return web.json_response(self._server.info())

    async def reset(self, request: web.Request) -> web.Response:
        await self._server.reset()
        return web.json_response(self._server.info())

    async def stop(self, request: web.Request) -> web.Response:
        self._server.stop()
        return web.json_response({"stopping": True})

    def _bodies(self, *, operations: bool) -> Body:
        self._server.world.settle()
        bodies = self._server.world.store.view()
        wanted = (key for key in bodies if not key.startswith(NOT_RESOURCES) and ("/operations/" in key) == operations)
        return {key: bodies[key] for key in sorted(wanted)}

    def _clock(self) -> Body:
        world = self._server.world
        return {"now": world.timestamp(), "speed": world.clock.speed, "instant": world.clock.instant}

    def _faults(self) -> Body:
        return {"faults": [fault.body() for fault in self._server.world.faults]}


async def _body(request: web.Request, **kinds: tuple[type, ...]) -> Body:
    """The JSON object of a request; with `kinds`, of these keys only. Raises ApiError(400)."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "the body must be a JSON object")
    for key, value in body.items() if kinds else ():
        if type(value) not in kinds.get(key, ()):
            raise ApiError(400, f"{key} = {value!r} is not understood; known keys: {', '.join(kinds)}")
    return body


def _host_and_port(text: str, field: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ApiError(400, f"{field}: {text!r} is not HOST:PORT; for example 10.0.0.3:6379")
    return host, int(port)
