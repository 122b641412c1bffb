"""One port for everything: plain HTTP/1.1, plain HTTP/2, and CONNECT with TLS for clients that talk to Google.

The first bytes decide. HTTP/1.1 goes to aiohttp in this process, HTTP/2 through a pipe to the gRPC server's own port.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import cast
from weakref import WeakKeyDictionary, WeakSet

LOOPBACK = "127.0.0.1"

HTTP2 = b"PRI "
CONNECT = b"CONN"

LONGEST_HEAD = 8192
"""Bytes of a CONNECT request."""

PATIENCE = 10.0
"""Seconds in which a connection must have said what it is."""

FOUND = b"HTTP/1.1 200 Connection established\r\n\r\n"
DOMAINS = (".googleapis.com", ".a.run.app")
"""Whose names the sandbox stands in for: Google's APIs, and the services of Cloud Run."""

Tunnels = WeakKeyDictionary[asyncio.BaseTransport, str]
"""The host for which each connection with TLS was opened."""

REFUSED = b"HTTP/1.1 403 Refused by the runvpc sandbox\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Front:
    """Accepts connections on one loopback port. `http` makes the protocol that serves one HTTP/1.1 connection.

    Whoever serves HTTP learns from `tunnels` to which host the client believes to be connected.
    """

    def __init__(
        self, http: Callable[[], asyncio.Protocol], grpc_port: int, tls: ssl.SSLContext, tunnels: Tunnels
    ) -> None:
        self.http = http
        self.grpc_port = grpc_port
        self.tls = tls
        self.tunnels = tunnels
        self.open: WeakSet[asyncio.Transport] = WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen on `port` (0: any free one); the port that it became."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Sniffer(self), LOOPBACK, port)
        chosen: int = self._server.sockets[0].getsockname()[1]
        return chosen

    def refuse_new(self) -> None:
        """Accept nothing more."""
        if self._server is not None:
            self._server.close()

    def drop_all(self) -> None:
        """Break off every connection."""
        for task in self._tasks:
            task.cancel()
        for transport in list(self.open):
            transport.abort()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run something for a connection and hold on to it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Sniffer(asyncio.Protocol):
    """Reads the first bytes of a connection and hands it over to whoever speaks that language."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._seen = b""
        self._decided = False
        self._closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._front.open.add(self._transport)
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not self._decided and len(self._seen) >= len(HTTP2):
            self._decide()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self._timer.cancel()

    def _decide(self) -> None:
        if self._seen.startswith(CONNECT):
            self._connect()
        elif self._seen.startswith(HTTP2):
            self._decided = True
            self._front.spawn(self._to_grpc())
        else:
            self._to_http()

    def _connect(self) -> None:
        """CONNECT: agree to Google's names only, then speak TLS."""
        head, end, rest = self._seen.partition(b"\r\n\r\n")
        if not end and len(head) <= LONGEST_HEAD:
            return
        self._decided = True
        host = _host_of(head) if end else ""
        if host:
            self._seen = rest
            self._transport.pause_reading()
            self._transport.write(FOUND)
            self._front.spawn(self._to_tls(host))
        else:
            self._transport.write(REFUSED)
            self._transport.close()

    async def _to_tls(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        plain = self._transport
        try:
            secured = await loop.start_tls(
                plain, self, self._front.tls, server_side=True, ssl_handshake_timeout=PATIENCE
            )
        except (OSError, ssl.SSLError):
            secured = None
        if secured is None or self._closed:
            plain.abort()
            return
        self._front.open.add(secured)
        self._front.tunnels[secured] = host
        self._transport = secured
        if cast(ssl.SSLObject, secured.get_extra_info("ssl_object")).selected_alpn_protocol() == "h2":
            await self._to_grpc()
        else:
            self._to_http()

    async def _to_grpc(self) -> None:
        """Pipe the connection to the gRPC server."""
        client, front = self._transport, self._front
        client.pause_reading()
        loop = asyncio.get_running_loop()
        try:
            server, _ = await loop.create_connection(lambda: Pipe(client, front), LOOPBACK, front.grpc_port)
        except OSError:
            client.abort()
            return
        server.write(self._seen)
        self._hand_over(Pipe(server, front))
        client.resume_reading()

    def _to_http(self) -> None:
        """Serve the connection in this process."""
        protocol = self._front.http()
        self._hand_over(protocol)
        if self._seen:
            protocol.data_received(self._seen)

    def _hand_over(self, protocol: asyncio.Protocol) -> None:
        self._timer.cancel()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        if self._closed:
            protocol.connection_lost(None)


class Pipe(asyncio.Protocol):
    """One end of a pipe: what arrives here is written to the peer, no faster than the peer takes it."""

    def __init__(self, peer: asyncio.Transport, front: Front) -> None:
        self._peer = peer
        self._front = front

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._front.open.add(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        self._peer.write(data)

    def pause_writing(self) -> None:
        self._peer.pause_reading()

    def resume_writing(self) -> None:
        self._peer.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._peer.close()


def _host_of(head: bytes) -> str:
    """The host that a CONNECT request names, when it is one that the sandbox stands in for, on the port of HTTPS."""
    words = head.split(b"\r\n", 1)[0].split(b" ")
    host, _, port = words[1].decode("latin-1").lower().rpartition(":") if len(words) == 3 else ("", "", "")
    plain = bool(host) and all(c.isascii() and (c.isalnum() or c in "-.") for c in host)
    return host if words[0] == b"CONNECT" and port == "443" and plain and host.endswith(DOMAINS) else ""
