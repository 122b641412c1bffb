"""The control API below `/_sandbox/`: the simulated cloud seen and moved from outside. JSON in, JSON out."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from aiohttp import web
from aiohttp.typedefs import Middleware

from wizard.sandbox import calls
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.control_body import body_of
from wizard.sandbox.control_faults import FaultControl
from wizard.sandbox.control_snapshots import SnapshotControl
from wizard.sandbox.folder import SECRET_HEADER
from wizard.sandbox.packet_control import packet_handler

if TYPE_CHECKING:
    from wizard.sandbox.credentials import Keyring
    from wizard.sandbox.log import RequestLog
    from wizard.sandbox.persistence import Snapshots
    from wizard.sandbox.world import World

NOT_RESOURCES = ("logging/",)
"""Keys of the store that are no resources: what tasks printed."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = ("127.0.0.1", "localhost")

FASTEST = 1_000_000.0

LONGEST_WAIT = 20
"""Real seconds for which a request for the log is kept waiting."""


class Controlled(Protocol):
    """What the control API may ask of the server."""

    world: World
    log: RequestLog
    snapshots: Snapshots
    keyring: Keyring
    secret: str

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

    async def restore(self, name: str) -> None:
        """Put a snapshot in the place of the world."""
        ...

    def stop(self) -> None:
        """Stop the server soon, after this answer."""
        ...


def guard(secret: str) -> Middleware:
    """Refuses whoever does not have the secret, and whoever came by one of Google's names."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        said = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(said, secret.encode()) or request.host.rpartition(":")[0] not in LOOPBACK:
            raise ApiError(403, "The sandbox's control interface is for runvpc sandbox on this machine alone.")
        return await handler(request)

    return guarded


class Control:
    """The handlers of the control API."""

    def __init__(self, server: Controlled) -> None:
        self._server = server

    def application(self) -> web.Application:
        """The control API as a sub-application: for whoever can read the file with the server's secret."""
        app = web.Application(middlewares=[guard(self._server.secret)])
        app.router.add_get("/info", self.info)
        app.router.add_get("/state", self.state)
        app.router.add_get("/operations", self.operations)
        app.router.add_get("/log", self.log)
        app.router.add_get("/clock", self.clock)
        app.router.add_post("/clock", self.set_clock)
        FaultControl(self._server).add_to(app.router)
        SnapshotControl(self._server).add_to(app.router)
        app.router.add_post("/attach", self.attach)
        app.router.add_get("/call", calls.by_name(lambda: self._server.world))
        app.router.add_post("/packet", packet_handler(lambda: self._server.world))
        app.router.add_post("/credentials", self.credentials)
        app.router.add_post("/keep", self.keep)
        app.router.add_post("/reset", self.reset)
        app.router.add_post("/stop", self.stop)
        return app

    async def info(self, request: web.Request) -> web.Response:
        return web.json_response(self._server.info())

    async def credentials(self, request: web.Request) -> web.Response:
        """The file with the made-up key, which is made now if it is not there."""
        keyring = self._server.keyring
        return web.json_response({"file": str(keyring.file), "account": keyring.account})

    async def state(self, request: web.Request) -> web.Response:
        """Every resource by its full name, as its API body; with `?prefix=`, those whose names begin so.

        The prefix may name the API (`compute/projects/…`) or begin behind it (`projects/…`).
        """
        prefix = request.query.get("prefix", "")
        bodies = self._bodies(operations=False)
        return web.json_response(
            {key: body for key, body in bodies.items() if prefix in (key[: len(prefix)], _name(key)[: len(prefix)])}
        )

    async def operations(self, request: web.Request) -> web.Response:
        """Every long-running operation by its full name, as its API body."""
        return web.json_response(self._bodies(operations=True))

    async def log(self, request: web.Request) -> web.Response:
        """The newest requests; with `?after=N`, those after the request N, for which it waits `&wait=` seconds."""
        if "after" not in request.query:
            return web.json_response(self._server.log.body())
        after, wait = (_whole(request, key) for key in ("after", "wait"))
        return web.json_response(await self._server.log.after(after, min(wait, LONGEST_WAIT)))

    async def clock(self, request: web.Request) -> web.Response:
        return web.json_response(self._clock())

    async def set_clock(self, request: web.Request) -> web.Response:
        """`advance` (simulated seconds), `speed`, `instant`, `paused`: any of them."""
        body = await body_of(request, advance=(int, float), speed=(int, float), instant=(bool,), paused=(bool,))
        clock = self._server.world.clock
        speed = float(body.get("speed", clock.speed))
        if not 0 < speed <= FASTEST:
            raise ApiError(400, f"speed: {speed:g} is not above 0 and at most {FASTEST:g}; for example 20")
        if body.get("advance", 0) < 0:
            raise ApiError(400, "advance: time does not run backwards; for example 3600")
        self._server.world.settle()  # what is over by now ended before the jump
        if "speed" in body or "instant" in body:
            clock.set_speed(speed, instant=bool(body.get("instant", clock.instant)))
        if "paused" in body:
            clock.pause(body["paused"])
        clock.advance(float(body.get("advance", 0)))
        self._server.world.settle()
        self._server.save()
        return web.json_response(self._clock())

    async def attach(self, request: web.Request) -> web.Response:
        """Put a real local server (`to`, on loopback) in the place of a target; without `to`, take it away again."""
        body = await body_of(request, target=(str,), to=(str,))
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
        clock = world.clock
        return {"now": world.timestamp(), "speed": clock.speed, "instant": clock.instant, "paused": clock.paused}


def _name(key: str) -> str:
    """The resource's name behind its API."""
    return key.partition("/")[2]


def _whole(request: web.Request, key: str) -> int:
    """A number of the query, 0 when it is not there. Raises ApiError(400)."""
    text = request.query.get(key, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ApiError(400, f"{key} = {text!r} is not a whole number")
    return int(text)


def _host_and_port(text: str, field: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ApiError(400, f"{field}: {text!r} is not HOST:PORT; for example 10.0.0.3:6379")
    return host, int(port)
