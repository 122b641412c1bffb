"""The targets of a scenario as real listeners on loopback, and the two places where nothing is heard.

Each speaks just enough of its protocol to be told apart by a real client. `CLOSED` is a port that nobody listens on,
`BLACK_HOLE` one whose backlog is full: the kernel drops every further SYN, as a firewall does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable

from wizard.sandbox.world import World

CLOSED = ("closed", 0)
BLACK_HOLE = ("black hole", 0)
_FILLERS = 8
_LONGEST = 64 * 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def start(world: World) -> None:
    """Open a listener for every port that a target serves, and fill in `world.listeners`."""
    world.listeners[CLOSED] = _closed_port(world)
    world.listeners[BLACK_HOLE] = _black_hole(world)
    for target in world.scenario.targets:
        for served in target.serves:
            protocol, _, port = served.partition(":")
            where = (target.address, int(port))
            if protocol != "refuse" and where not in world.listeners:
                world.listeners[where] = await _listen(world, PROTOCOLS[protocol], target.name)


async def stop(world: World) -> None:
    """Close them all, with every connection."""
    world.listeners.clear()
    await world.doors.aclose()


async def _listen(world: World, serve: Callable[[str], Serve], name: str) -> tuple[str, int]:
    open_connections: set[asyncio.StreamWriter] = set()
    handler = serve(name)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_connections.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await handler(reader, writer)
        finally:
            open_connections.discard(writer)
            writer.close()

    async def close() -> None:
        server.close()
        for writer in list(open_connections):
            writer.transport.abort()
        await server.wait_closed()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=_LONGEST)
    world.doors.push_async_callback(close)
    host, port = server.sockets[0].getsockname()
    return host, port


def _closed_port(world: World) -> tuple[str, int]:
    """A port that is taken, so that nobody else gets it, but not listened on: the kernel refuses."""
    held = world.doors.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    host, port = held.getsockname()
    return host, port


def _black_hole(world: World) -> tuple[str, int]:
    """A listener that never accepts, with its queue filled by connections of our own."""
    held = world.doors.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    held.listen(1)
    for _ in range(_FILLERS):
        filler = world.doors.enter_context(socket.socket())
        filler.setblocking(False)
        filler.connect_ex(held.getsockname())
    host, port = held.getsockname()
    return host, port


def silent(name: str) -> Serve:
    """Takes whatever comes and says nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(_LONGEST):
            pass

    return serve


def redis(name: str) -> Serve:
    """PING, ECHO, SET, GET, DEL and nothing else, as RESP arrays or inline; forgets everything when it is stopped."""
    keys: dict[bytes, bytes] = {}

    def answer(words: list[bytes]) -> bytes:
        match [words[0].upper(), *words[1:]]:
            case [b"PING"]:
                return b"+PONG\r\n"
            case [b"PING" | b"ECHO", text]:
                return _bulk(text)
            case [b"SET", key, value, *_]:
                keys[key] = value
                return b"+OK\r\n"
            case [b"GET", key]:
                return _bulk(keys[key]) if key in keys else b"$-1\r\n"
            case [b"DEL", *gone]:
                return b":%d\r\n" % sum(keys.pop(key, None) is not None for key in gone)
            case _:
                return b"-ERR unknown command in the sandbox\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await _redis_command(reader):
            writer.write(answer(words))
            await writer.drain()

    return serve


def _bulk(text: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text), text)


async def _redis_command(reader: asyncio.StreamReader) -> list[bytes]:
    """The words of one command; none when the client is gone or does not speak Redis."""
    line = (await reader.readuntil(b"\n")).strip()
    if not line.startswith(b"*"):
        return line.split()
    words: list[bytes] = []
    for _ in range(_count(line)):
        size = _count((await reader.readuntil(b"\r\n")).strip())
        words.append((await reader.readexactly(size + 2))[:-2])
    return words


def _count(line: bytes) -> int:
    """The number in `*3` or `$12`; 0 for what is none or absurd."""
    digits = line[1:]
    return int(digits) if digits.isdigit() and len(digits) < 6 else 0


def postgres(name: str) -> Serve:
    """Declines TLS, asks for a password, and accepts none."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(8)
        if head[4:] == b"\x04\xd2\x16\x2f":
            writer.write(b"N")
            await writer.drain()
            head = await reader.readexactly(8)
        if head[4:6] != b"\x00\x03":
            return
        await reader.readexactly(int.from_bytes(head[:4], "big") - 8)
        writer.write(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
        await writer.drain()
        await reader.readexactly(1)
        error = b"SFATAL\x00C28P01\x00Mpassword authentication failed (the sandbox has no database)\x00\x00"
        writer.write(b"E" + (len(error) + 4).to_bytes(4, "big") + error)
        await writer.drain()

    return serve


def mysql(name: str) -> Serve:
    """Greets as MySQL 8 and denies access."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = (
            b"\x0a8.0.0-sandbox\x00" + b"\x01\x00\x00\x00" + b"saltsalt\x00" + b"\xff\xf7\xff\x02\x00\xff\x81\x15"
        )
        greeting += bytes(10) + b"saltsaltsalt\x00" + b"mysql_native_password\x00"
        writer.write(len(greeting).to_bytes(3, "little") + b"\x00" + greeting)
        await writer.drain()
        await reader.readexactly(4)
        error = b"\xff\x15\x04#28000Access denied (the sandbox has no database)"
        writer.write(len(error).to_bytes(3, "little") + b"\x02" + error)
        await writer.drain()

    return serve


def http(name: str) -> Serve:
    """Answers every request with 200 and a little JSON, and what is no request with 400."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\n")
        if b"HTTP/" not in request:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        while (await reader.readuntil(b"\n")).strip():
            pass
        path = request.split(b" ")[1:2]
        body = json.dumps({"target": name, "path": b"".join(path).decode("ascii", "replace")}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return serve


PROTOCOLS: dict[str, Callable[[str], Serve]] = {
    "redis": redis,
    "postgres": postgres,
    "mysql": mysql,
    "http": http,
    "tcp": silent,
    "silent": silent,
}
