"""Reaching a target as an instance of Cloud Run does: name, gateway, and the kernel that connects, refuses or drops."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import select
import socket

from wizard.sandbox import urls
from wizard.sandbox.api import Body
from wizard.sandbox.gateway import decide
from wizard.sandbox.listeners import BLACK_HOLE, CLOSED
from wizard.sandbox.resolve import resolve
from wizard.sandbox.world import World

CONNECTED = "connected"
LIMIT, PATIENCE = 0.5, 10.0
"""Real seconds for an answer where there is none, and elsewhere: under load everything on loopback may be slow."""

Way = tuple[str, int] | int
"""Where on loopback a connection leads, or the number of the error with which it fails at once."""


def way(world: World, access: Body, region: str, address: str, port: int) -> Way:
    """Where a connection to an address leads, from an instance with this `vpcAccess`."""
    match decide(world, access, region, address, port).verdict:
        case "deliver":
            served = world.listeners.get((address, port), world.listeners[CLOSED])
            return world.attached.get(f"{address}:{port}", served)
        case "refuse":
            return world.listeners[CLOSED]
        case "no_route":
            return errno.ENETUNREACH
        case "drop":
            return world.listeners[BLACK_HOLE]


def _way_to(world: World, access: Body, region: str, url: str) -> Way | None:
    """The same for a target as a scenario writes it; None when its name is not known."""
    host, port = urls.place(url)
    address = host if host.replace(".", "").isdigit() else resolve(world, access, host)
    return way(world, access, region, address, port) if address else None


def _failed(error: OSError) -> str:
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return "timeout"
    return "refused" if isinstance(error, ConnectionRefusedError) else "no_route"


async def connect(world: World, access: Body, region: str, url: str, *, network: bool = True) -> str:
    """What becomes of a connection: connected, refused, timeout, no_route or name_not_found.

    Without `network` (an instance that does not have its own yet) nothing that goes to the VPC network gets there.
    """
    leads = _way_to(world, access, region, url)
    if leads is None:
        return "name_not_found"
    if not network:
        leads = world.listeners[BLACK_HOLE]
    if isinstance(leads, int):
        return "no_route"
    try:
        async with asyncio.timeout(LIMIT if leads == world.listeners[BLACK_HOLE] else PATIENCE):
            _, writer = await asyncio.open_connection(*leads)
    except OSError as error:
        return _failed(error)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return CONNECTED


def connect_now(world: World, access: Body, region: str, url: str) -> str:
    """The same for code that cannot wait: completions of operations. What drops is not waited for."""
    leads = _way_to(world, access, region, url)
    if leads is None:
        return "name_not_found"
    if isinstance(leads, int):
        return "no_route"
    if leads == world.listeners[BLACK_HOLE]:
        return "timeout"
    with socket.socket() as probe:
        probe.setblocking(False)
        code = probe.connect_ex(leads)
        if code == errno.EINPROGRESS:
            _, ready, _ = select.select([], [probe], [], LIMIT)
            code = probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if ready else errno.ETIMEDOUT
    return CONNECTED if code == 0 else _failed(OSError(code, ""))
