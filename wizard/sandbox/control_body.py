"""What a request to the control API says."""

from __future__ import annotations

import json

from aiohttp import web

from wizard.sandbox.api import ApiError, Body


async def body_of(request: web.Request, **kinds: tuple[type, ...]) -> Body:
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
