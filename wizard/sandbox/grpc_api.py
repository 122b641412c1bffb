"""The gRPC side: one generic handler for every method that the table knows, decoded by the same message types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn

import grpc
import grpc.aio

from wizard.sandbox import messages, transcode
from wizard.sandbox.api import ApiError, Body, Caller
from wizard.sandbox.clients import agent_of, token_word
from wizard.sandbox.credentials import Keyring
from wizard.sandbox.dispatch import Dispatcher
from wizard.sandbox.fault_acts import ConnectionLost
from wizard.sandbox.routes import Route, table

Context = grpc.aio.ServicerContext[bytes, bytes]
Answer = Callable[[bytes, Context], Awaitable[bytes]]


class GrpcApi(grpc.GenericRpcHandler):
    """Looks up the routes of a gRPC path. Operations of several APIs share one path: the name decides."""

    def __init__(self, dispatcher: Dispatcher, keyring: Keyring) -> None:
        self._dispatcher = dispatcher
        self._keyring = keyring

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """The handler of one call; None is UNIMPLEMENTED."""
        routes = table().by_grpc.get(handler_call_details.method)
        return grpc.unary_unary_rpc_method_handler(self._answer_for(routes)) if routes else None

    def _answer_for(self, routes: list[Route]) -> Answer:
        async def answer(payload: bytes, context: Context) -> bytes:
            try:
                said = _headers(context)
                self._keyring.check(said.get("authorization", ""))
                return await self._answer(routes, payload, _caller(said))
            except ApiError as error:
                await _abort(context, error)
            except ConnectionLost:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "recvmsg:Connection reset by peer")

        return answer

    async def _answer(self, routes: list[Route], payload: bytes, caller: Caller) -> bytes:
        message = messages.message_type(routes[0].request)()
        message.MergeFromString(payload)
        request = transcode.to_json(message)
        reply = await self._merged(self._meant(routes, request), request, caller)
        return transcode.from_json(routes[0].response or "google.protobuf.Empty", reply)

    async def _merged(self, routes: list[Route], request: Body, caller: Caller) -> Body:
        """The lists of several routes as one; an API that refuses (it is not enabled) does not spoil the others'."""
        reply: Body = {}
        refusals: list[ApiError] = []
        for route in routes:
            try:
                more = await self._dispatcher.call(route, request, caller)
            except ApiError as error:
                refusals.append(error)
                continue
            for key, value in more.items():
                reply[key] = reply.get(key, []) + value if isinstance(value, list) else value
        if len(refusals) == len(routes):
            raise refusals[0]
        return reply

    def _meant(self, routes: list[Route], request: Body) -> list[Route]:
        """Of several APIs' routes, the one that has the operation named; all of them when operations are listed."""
        name = request.get("name", "")
        having = [route for route in routes if self._dispatcher.world.store.get(f"{route.api}/{name}") is not None]
        listed = [route for route in routes if route.method.endswith(".ListOperations")]
        return listed or having or routes[:1]


def _headers(context: Context) -> dict[str, str]:
    return {str(key): str(value) for key, value in context.invocation_metadata() or ()}


def _caller(said: dict[str, str]) -> Caller:
    agent = agent_of(said.get("user-agent", ""), said.get("x-goog-api-client", ""))
    return Caller("grpc", "", agent, token_word(said.get("authorization", "")))


async def _abort(context: Context, error: ApiError) -> NoReturn:
    code = getattr(grpc.StatusCode, error.status, grpc.StatusCode.UNKNOWN)
    await context.abort(code, error.message, tuple((key.lower(), value) for key, value in error.headers.items()))
