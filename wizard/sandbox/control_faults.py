"""The control API's faults: seen, added and taken away while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from wizard.sandbox import fault_kinds, faults
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.control_body import body_of

if TYPE_CHECKING:
    from wizard.sandbox.control import Controlled


class FaultControl:
    """The handlers below `/faults`."""

    def __init__(self, server: Controlled) -> None:
        self._server = server

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/faults", self.show)
        router.add_post("/faults", self.add)
        router.add_post("/faults/clear", self.clear)

    async def show(self, request: web.Request) -> web.Response:
        """Every fault with its number, the calls it has `seen` and those it `struck`."""
        return web.json_response(self._faults())

    async def add(self, request: web.Request) -> web.Response:
        """One more fault: `on`, `kind`, `message`, `times`, `after`, `retry_after`, `resource`."""
        try:
            fault = faults.parse(await body_of(request))
        except ValueError as error:
            raise ApiError(400, str(error)) from None
        problem = fault_kinds.problem(fault.on, fault.kind)
        if problem:
            raise ApiError(400, f"fault: {problem}")
        self._server.world.faults.append(fault)
        self._server.save()
        return web.json_response(self._faults())

    async def clear(self, request: web.Request) -> web.Response:
        """Take away the fault of this `number`; without one, all of them."""
        number = (await body_of(request, number=(int,))).get("number")
        known = self._server.world.faults
        if number is None:
            known.clear()
        elif 1 <= number <= len(known):
            del known[number - 1]
        else:
            raise ApiError(400, f"there is no fault {number}; there are {len(known)}")
        self._server.save()
        return web.json_response(self._faults())

    def _faults(self) -> Body:
        listed = enumerate(self._server.world.faults, start=1)
        return {"faults": [{"number": number, **fault.body()} for number, fault in listed]}
