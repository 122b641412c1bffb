"""Calling a service of the sandbox by HTTP: by its host name, or by its name through the control API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from wizard.sandbox import responders
from wizard.sandbox.api import ApiError

if TYPE_CHECKING:
    from wizard.sandbox.world import World

FROM = ("outside", "inside")


async def by_host(world: World, request: web.Request) -> web.Response:
    """The answer to a request whose Host is a service's: `SERVICE….a.run.app`, or `TAG---SERVICE….a.run.app`."""
    world.settle()
    service, tag = responders.find_host(world, request.host)
    return _response(await responders.call(world, service, tag))


def by_name(world: Callable[[], World]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of `GET /call` on whatever is the server's world then.

    Query: `service` (short or full name), `tag`, `from` (outside, or inside a network of the project).
    """

    async def handle(request: web.Request) -> web.Response:
        origin = request.query.get("from", FROM[0])
        if origin not in FROM:
            raise ApiError(400, f"from: {origin!r} is neither {' nor '.join(FROM)}; for example outside")
        here = world()
        here.settle()
        wanted = request.query.get("service", "")
        service = responders.find_name(here, wanted)
        if service is None:
            raise ApiError(404, f"service: there is no service {wanted!r}; for example my-service")
        tag = request.query.get("tag", "")
        return _response(await responders.call(here, service, tag, inside=origin == FROM[1]))

    return handle


def _response(reply: responders.Reply) -> web.Response:
    return web.json_response(reply.body, status=reply.status)
