"""The one port: who is let in, who is refused, and that nobody can keep it from stopping."""

from __future__ import annotations

import asyncio
import io
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.sandbox.serving import SMALL, ask, serving
from wizard.sandbox.server import Server

GET = "/compute/v1/projects/demo-project/global/networks/my-vpc"


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection to the one port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def exchange(server: Server, sent: bytes) -> bytes:
    """Everything that comes back for these bytes until the server closes."""
    async with connected(server) as (reader, writer):
        writer.write(sent)
        return await asyncio.wait_for(reader.read(), 5)


def request(target: str, host: str, *more: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    ("target", "host", "more", "status"),
    [
        (GET, "compute.googleapis.com", (), 200),
        (f"http://compute.googleapis.com{GET}", "compute.googleapis.com", (), 200),
        (GET, "localhost:{port}", (), 200),
        (GET, "127.0.0.1:{port}", ("Origin: http://localhost:{port}",), 200),
        (GET, "evil.example", (), 403),
        (GET, "compute.googleapis.com.evil.example", (), 403),
        (f"http://evil.example{GET}", "evil.example", (), 403),
        (GET, "127.0.0.1:{port}", ("Origin: https://evil.example",), 403),
        (GET, "127.0.0.1:{port}", ("Origin: null",), 403),
        ("/_sandbox/state", "127.0.0.1:{port}", ("Origin: http://127.0.0.1.evil.example",), 403),
        (GET, "run.googleapis.com", (), 404),
    ],
)
async def test_who_may_ask(tmp_path: Path, target: str, host: str, more: tuple[str, ...], status: int) -> None:
    async with serving(tmp_path) as server:
        lines = [line.format(port=server.port) for line in more]
        reply = await exchange(server, request(target, host.format(port=server.port), *lines))
    assert reply.split(b" ")[1] == str(status).encode()


@pytest.mark.parametrize(
    "target", ["evil.example:443", "compute.googleapis.com:22", "evilgoogleapis.com:443", ":443", "x" * 9000]
)
async def test_connect_is_for_googles_names_only(tmp_path: Path, target: str) -> None:
    async with serving(tmp_path) as server:
        reply = await exchange(server, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 403 ")


async def test_http_inside_tls(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, connected(server) as (reader, writer):
        writer.write(b"CONNECT compute.googleapis.com:443 HTTP/1.1\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        await writer.start_tls(trust, server_hostname="compute.googleapis.com")
        writer.write(request(GET, "compute.googleapis.com"))
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (GET, "run.googleapis.com", 421),
        ("/_sandbox/info", "127.0.0.1", 421),
        (f"http://run.googleapis.com{GET}", "compute.googleapis.com", 421),
        (GET, "compute.googleapis.com:443", 200),
        (GET, "COMPUTE.googleapis.com", 200),
    ],
)
async def test_a_tunnel_is_for_the_host_that_it_was_opened_for(
    tmp_path: Path, target: str, host: str, status: int
) -> None:
    async with serving(tmp_path) as server, connected(server) as (reader, writer):
        writer.write(b"CONNECT compute.googleapis.com:443 HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        await writer.start_tls(trust, server_hostname="compute.googleapis.com")
        writer.write(request(target, host))
        assert (await asyncio.wait_for(reader.read(), 5)).split(b" ")[1] == str(status).encode()


async def test_two_hosts_in_one_request_are_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        twice = request(GET, "compute.googleapis.com", "Host: run.googleapis.com")
        assert (await exchange(server, twice)).split(b" ")[1] in (b"400", b"421")
        absolute = request(f"http://evil.example{GET}", "compute.googleapis.com")
        assert (await exchange(server, absolute)).split(b" ")[1] == b"421"


async def test_a_service_is_called_by_its_own_address(tmp_path: Path) -> None:
    more = '\n[[service]]\nname = "web"\n'
    async with serving(tmp_path, SMALL + more) as server:
        _, state = await ask(server, "GET", "/_sandbox/state")
        uri = state["run/projects/demo-project/locations/us-central1/services/web"]["uri"]
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector) as session:
            reply = await session.get(uri, proxy=f"http://127.0.0.1:{server.port}")
            assert (reply.status, (await reply.json())["service"]) == (200, "web")


NONSENSE = [b"\x16\x03\x01\x02\x00garbage", b"\r\n\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense"]


@pytest.mark.parametrize("sent", NONSENSE)
async def test_nonsense_is_answered_or_dropped_and_the_server_lives_on(tmp_path: Path, sent: bytes) -> None:
    async with serving(tmp_path) as server, connected(server) as (_, writer):
        writer.write(sent)
        status, _ = await ask(server, "GET", GET)
        assert status == 200


async def test_a_request_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        reply = await session.post("/v2/entries:list", data=io.BytesIO(b" " * 5_000_000))
        assert (reply.status, (await reply.json())["error"]["code"]) == (413, 413)


HALF = [b"", b"GE", b"CONNECT comp", b"CONNECT run.googleapis.com:443 HTTP/1.1\r\n\r\n", b"PRI "]


@pytest.mark.parametrize("half", HALF)
async def test_a_client_that_says_half_and_waits_does_not_keep_it_from_stopping(tmp_path: Path, half: bytes) -> None:
    async with serving(tmp_path) as server, connected(server) as (reader, writer):
        writer.write(half)
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await server.aclose()
        assert time.monotonic() - began < 2
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 2)


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await ask(server, "GET", GET)
    assert modes(tmp_path) == {"ca.pem": 0o600, "server.pem": 0o600, "state.json": 0o600}


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.is_file()}
