"""The control API's snapshots: worlds kept under a name, and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from wizard.sandbox.control_body import body_of

if TYPE_CHECKING:
    from wizard.sandbox.control import Controlled


class SnapshotControl:
    """The handlers below `/snapshots`."""

    def __init__(self, server: Controlled) -> None:
        self._server = server

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/snapshots", self.show)
        router.add_post("/snapshots/save", self.save)
        router.add_post("/snapshots/restore", self.restore)
        router.add_post("/snapshots/delete", self.delete)

    async def show(self, request: web.Request) -> web.Response:
        return self._listed()

    async def save(self, request: web.Request) -> web.Response:
        """Keep the world under `name`."""
        self._server.world.settle()
        self._server.snapshots.save(await _name(request))
        return self._listed()

    async def restore(self, request: web.Request) -> web.Response:
        """Put the snapshot `name` in the place of the world."""
        await self._server.restore(await _name(request))
        return self._listed()

    async def delete(self, request: web.Request) -> web.Response:
        """Forget the snapshot `name`."""
        self._server.snapshots.delete(await _name(request))
        return self._listed()

    def _listed(self) -> web.Response:
        return web.json_response({"now": self._server.world.timestamp(), "snapshots": self._server.snapshots.listed()})


async def _name(request: web.Request) -> str:
    return str((await body_of(request, name=(str,))).get("name", ""))
