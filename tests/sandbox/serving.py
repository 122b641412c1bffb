"""A sandbox server inside the test's own process, and the ways to talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from wizard.sandbox.folder import SECRET_HEADER
from wizard.sandbox.scenario import parse
from wizard.sandbox.server import Server, Settings

SMALL = """
[project]
id = "demo-project"
number = 123456789012

[[network]]
name = "my-vpc"
"""


@asynccontextmanager
async def serving(folder: Path, scenario: str = SMALL, **settings: Any) -> AsyncIterator[Server]:
    """A server of this scenario; operations take no time unless told otherwise."""
    chosen = replace(Settings(folder=folder, instant=True), **settings)
    server = Server(parse(scenario.encode(), "test.toml"), chosen)
    await server.start()
    try:
        yield server
    finally:
        await asyncio.wait_for(server.aclose(), 10)


async def ask(server: Server, verb: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Status and JSON of one HTTP request; the control API is asked as runvpc does."""
    if path.startswith("/_sandbox/"):
        headers = {SECRET_HEADER: server.secret, **headers}
    url = f"http://127.0.0.1:{server.port}{path}"
    async with aiohttp.ClientSession() as session, session.request(verb, url, json=body, headers=headers) as reply:
        return reply.status, await reply.json(content_type=None)
