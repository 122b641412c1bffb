"""Small servers that answer as Google's do on the wire: scripted, and with a memory of what they were asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from aiohttp import web
from google.auth.credentials import AnonymousCredentials
from google.protobuf.message import Message

from wizard.cloud.access import Access
from wizard.cloud.calls import Caller, Patience

PATIENCE = Patience(call=2.0, total=4.0, first=0.01, longest=0.05)
CALLER = Caller(PATIENCE)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    verb: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What the server says; `delay` in seconds before it does."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


@dataclass
class RestServer:
    """Answers by verb and path: one scripted reply after the other, the last one for ever."""

    script: dict[tuple[str, str], list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def access(self) -> Access:
        return Access(credentials=AnonymousCredentials(), endpoint=f"http://127.0.0.1:{self.port}")

    def on(self, verb: str, path: str, *replies: Reply | dict[str, Any]) -> None:
        self.script[verb, path] = [r if isinstance(r, Reply) else Reply(r) for r in replies]

    async def answer(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = json.loads(text) if text else None
        self.asked.append(Asked(request.method, request.path, dict(request.query), body))
        replies = self.script.get((request.method, request.path), [Reply({"error": {"code": 501}}, 501)])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        await asyncio.sleep(reply.delay)
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        return web.Response(status=reply.status, text=text, headers=reply.headers, content_type="application/json")


@asynccontextmanager
async def rest_server() -> AsyncIterator[RestServer]:
    server = RestServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Refusal:
    """A gRPC status with its message and trailing metadata."""

    code: grpc.StatusCode
    message: str = ""
    trailing: tuple[tuple[str, str], ...] = ()


GrpcReply = bytes | Message | Refusal


@dataclass
class GrpcServer(grpc.GenericRpcHandler):
    """Answers by method with raw bytes; like the REST server, the last reply is for ever."""

    script: dict[str, list[GrpcReply]] = field(default_factory=dict)
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def access(self) -> Access:
        return Access(credentials=AnonymousCredentials(), endpoint=f"http://127.0.0.1:{self.port}")

    def on(self, method: str, *replies: GrpcReply) -> None:
        self.script[method] = list(replies)

    def requests(self, method: str) -> list[bytes]:
        """The requests of one method, as they came."""
        return [request for name, request in self.asked if name == method]

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        return grpc.unary_unary_rpc_method_handler(self._answerer(handler_call_details.method.rpartition("/")[2]))

    def _answerer(self, method: str) -> Callable[[bytes, Any], Awaitable[bytes]]:
        async def answer(request: bytes, context: Any) -> bytes:
            self.asked.append((method, request))
            replies = self.script.get(method, [Refusal(grpc.StatusCode.UNIMPLEMENTED)])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if isinstance(reply, bytes):
                return reply
            if isinstance(reply, Message):
                return reply.SerializeToString()
            await context.abort(reply.code, reply.message, reply.trailing)
            raise AssertionError("abort raises")

        return answer


@asynccontextmanager
async def grpc_server() -> AsyncIterator[GrpcServer]:
    handler = GrpcServer()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((handler,))
    handler.port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield handler
    finally:
        await server.stop(None)
