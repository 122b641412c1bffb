"""The targets' listeners, met by clients of the real thing, and the sandbox's DNS."""

from __future__ import annotations

import asyncio
import http.client
import socket

import pytest

from tests.sandbox import small_worlds
from tests.sandbox.small_worlds import DIRECT
from wizard.sandbox import listeners
from wizard.sandbox.api import Body
from wizard.sandbox.resolve import resolve


async def talk(where: tuple[str, int], *said: bytes) -> list[bytes]:
    """What is answered to each thing said."""
    reader, writer = await asyncio.open_connection(*where)
    heard = []
    for one in said:
        writer.write(one)
        heard.append(await asyncio.wait_for(reader.read(1000), 5))
    writer.close()
    return heard


async def test_each_target_port_listens_until_stopped() -> None:
    world = small_worlds.world()
    await listeners.start(world)
    doors = dict(world.listeners)
    assert {port for _, port in doors if port} == {6379, 5432, 3306, 80, 9000, 82}
    assert all(host == "127.0.0.1" for host, _ in doors.values())
    await talk(doors["10.0.0.3", 9000])
    await listeners.stop(world)
    assert not world.listeners
    with pytest.raises(ConnectionRefusedError):
        await talk(doors["10.0.0.3", 9000])
    await listeners.start(world)
    assert set(world.listeners) == set(doors)
    await listeners.stop(world)


async def test_redis_keeps_and_forgets() -> None:
    world = small_worlds.world()
    await listeners.start(world)
    said = (
        b"PING\r\n",
        b"SET a 1\r\n",
        b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
        b"DEL a b\r\n",
        b"GET a\r\n",
        b"FLUSHALL\r\n",
    )
    heard = await talk(world.listeners["10.0.0.3", 6379], *said)
    await listeners.stop(world)
    assert heard[:5] == [b"+PONG\r\n", b"+OK\r\n", b"$1\r\n1\r\n", b":1\r\n", b"$-1\r\n"]
    assert heard[5].startswith(b"-ERR")


async def test_postgres_declines_tls_and_asks_for_a_password() -> None:
    world = small_worlds.world()
    await listeners.start(world)
    startup = b"\x00\x00\x00\x11\x00\x03\x00\x00user\x00me\x00\x00"
    heard = await talk(
        world.listeners["10.0.0.3", 5432], b"\x00\x00\x00\x08\x04\xd2\x16\x2f", startup, b"p\x00\x00\x00\x05\x00"
    )
    await listeners.stop(world)
    assert heard[:2] == [b"N", b"R\x00\x00\x00\x08\x00\x00\x00\x03"]
    assert heard[2][:1] == b"E"


async def test_http_is_understood_by_a_real_client() -> None:
    world = small_worlds.world()
    await listeners.start(world)

    def get() -> tuple[int, bytes]:
        client = http.client.HTTPConnection(*world.listeners["10.0.0.3", 80], timeout=5)
        client.request("GET", "/a?b=c")
        answer = client.getresponse()
        body = answer.read()
        client.close()
        return answer.status, body

    assert await asyncio.to_thread(get) == (200, b'{"target": "cache", "path": "/a?b=c"}')
    await listeners.stop(world)


async def test_the_kernel_refuses_and_drops_for_real() -> None:
    world = small_worlds.world()
    await listeners.start(world)
    for _ in range(3):
        with socket.socket() as one, pytest.raises(TimeoutError):
            one.settimeout(0.2)
            one.connect(world.listeners[listeners.BLACK_HOLE])
        with socket.socket() as one, pytest.raises(ConnectionRefusedError):
            one.connect(world.listeners[listeners.CLOSED])
    await listeners.stop(world)


ZONES = """
[[dns]]
zone = "corp.example"
private = true
records = { db = "10.0.0.9", "deep.api.corp.example" = "10.0.0.8" }

[[dns]]
zone = "example"
private = false
records = { www = "203.0.113.1", "lost.corp.example" = "203.0.113.2" }
"""


@pytest.mark.parametrize(
    ("access", "name", "address"),
    [
        (DIRECT, "db.corp.example", "10.0.0.9"),
        (DIRECT, "DB.corp.example.", "10.0.0.9"),
        (DIRECT, "deep.api.corp.example", "10.0.0.8"),
        (DIRECT, "cache.corp.example", None),
        (DIRECT, "www.example", "203.0.113.1"),
        (DIRECT, "lost.corp.example", None),
        (DIRECT, "nobody.test", None),
        (None, "lost.corp.example", "203.0.113.2"),
        (None, "db.corp.example", None),
    ],
)
def test_private_zones_shadow_and_are_private(access: Body | None, name: str, address: str | None) -> None:
    assert resolve(small_worlds.world(ZONES), access, name) == address


def test_a_targets_name_needs_vpc_access() -> None:
    world = small_worlds.world()
    assert resolve(world, DIRECT, "cache.corp.example") == "10.0.0.3"
    assert resolve(world, None, "cache.corp.example") is None
