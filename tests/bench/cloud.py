"""The sandbox as a server: many requests at once, and a list of ten thousand through Google's own client."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1

from tests.bench.row import Row, seconds
from wizard.sandbox import client

REQUESTS, AT_ONCE, RULES = 1000, 50, 10_000
PROJECT = "compute/v1/projects/demo-project"
BODY = {
    "network": "global/networks/my-vpc",
    "sourceRanges": ["10.0.0.0/8"],
    "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
}


def cloud_rows() -> list[Row]:
    """Reads, writes that are on disk before their answer, and the long list, all on one server."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = client.ensure(Path(folder), "tutorial", instant=True)
        try:
            bare = seconds(lambda: asyncio.run(_on_bare_server()))
            reads = seconds(lambda: asyncio.run(_many(sandbox.url, _read)))
            writes = seconds(lambda: asyncio.run(_many(sandbox.url, _write)))
            asyncio.run(_many(sandbox.url, _write, range(REQUESTS, RULES)))
            listed = _listed(sandbox.url)
        finally:
            client.stop(sandbox)
    against = "a bare aiohttp server"
    return [
        Row(f"{REQUESTS:,} reads of the sandbox", reads, bare, against, note=f"{REQUESTS / reads:.0f} a second"),
        Row(f"{REQUESTS:,} writes to the sandbox", writes, bare, against, note=f"{REQUESTS / writes:.0f} a second"),
        listed,
    ]


def _listed(url: str) -> Row:
    """Google's client against the client's own work: the same pages parsed again, without a server."""
    options = ClientOptions(api_endpoint=url)
    rules = compute_v1.FirewallsClient(credentials=AnonymousCredentials(), client_options=options)
    pages: list[compute_v1.FirewallList] = []
    ours = seconds(lambda: pages.extend(rules.list(project="demo-project").pages))
    texts = [compute_v1.FirewallList.to_json(page) for page in pages]
    other = seconds(lambda: [compute_v1.FirewallList.from_json(text) for text in texts])
    count = sum(len(page.items) for page in pages)
    return Row(f"{count:,} firewall rules listed by Google's client", ours, other, "parsing the same pages alone")


Request = Callable[[aiohttp.ClientSession, str, int], Awaitable[Any]]


async def _read(session: aiohttp.ClientSession, url: str, number: int) -> None:
    async with session.get(f"{url}/{PROJECT}/global/networks/my-vpc") as reply:
        reply.raise_for_status()
        await reply.read()


async def _write(session: aiohttp.ClientSession, url: str, number: int) -> None:
    async with session.post(f"{url}/{PROJECT}/global/firewalls", json={**BODY, "name": f"rule-{number}"}) as reply:
        reply.raise_for_status()
        await reply.read()


async def _many(url: str, request: Request, numbers: range = range(REQUESTS)) -> None:
    left = iter(numbers)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def worker() -> None:
            for number in left:
                await request(session, url, number)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _on_bare_server() -> None:
    """The same requests to a server that does nothing, in this very process."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(BODY)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    await _many(f"http://127.0.0.1:{port}", _read)
    await runner.cleanup()
