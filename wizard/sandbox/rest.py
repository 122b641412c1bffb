"""The REST side: HTTP requests in, JSON replies out, errors in the format of the API that answers."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from yarl import URL

from wizard.sandbox import batch, calls, transcode
from wizard.sandbox.api import ApiError, Body, Caller
from wizard.sandbox.clients import agent_of, token_word
from wizard.sandbox.credentials import Keyring
from wizard.sandbox.dispatch import NOT_EMULATED, Dispatcher, not_emulated
from wizard.sandbox.fault_acts import ConnectionLost
from wizard.sandbox.front import Tunnels
from wizard.sandbox.knative import facade
from wizard.sandbox.responders import is_service_host
from wizard.sandbox.routes import Match, api_of, table

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes of a request's body, as gRPC's own default."""

LISTED_ERRORS = {"compute", "dns"}
"""APIs whose errors are lists with reasons of their own (recorded: terraform-provider-google issue 9468)."""

COMPUTE_REASONS = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    409: "alreadyExists",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
    500: "internalError",
    501: "notImplemented",
    503: "backendError",
}

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    dispatcher: Dispatcher, control: web.Application, keyring: Keyring, tunnels: Tunnels
) -> web.Application:
    """The HTTP application: the emulated APIs, and the control API below `/_sandbox/`."""
    rest = Rest(dispatcher, keyring)

    @web.middleware
    async def honest(request: web.Request, handler: Next) -> web.StreamResponse:
        """One host, and the same in the tunnel, in an absolute target and in the headers."""
        named = {host.lower().removesuffix(":443") for host in request.headers.getall("Host", [])}
        tunnel = tunnels.get(request.transport) if request.transport is not None else None
        named |= {tunnel} if tunnel else set()
        if "://" in request.raw_path:
            named.add(urlsplit(request.raw_path).netloc.lower())
        if len(named) > 1:
            return _failure(ApiError(421, "The request names several hosts."), listed=False)
        return await handler(request)

    @web.middleware
    async def touching(request: web.Request, handler: Next) -> web.StreamResponse:
        dispatcher.touch()
        if is_service_host(request.host):
            return await calls.by_host(dispatcher.world, request)
        return await handler(request)

    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[honest, same_machine, touching, readable_errors])
    app.add_subapp("/_sandbox/", control)
    app.router.add_post("/token", rest.token)
    app.router.add_post(batch.PATH, rest.batch)
    app.router.add_route("*", "/{path:.*}", rest.call)
    return app


class Rest:
    """Answers the calls of the emulated APIs."""

    def __init__(self, dispatcher: Dispatcher, keyring: Keyring) -> None:
        self._dispatcher = dispatcher
        self._keyring = keyring

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Any method of any API."""
        return await self._answer(request, request.method, request.rel_url, await request.read())

    async def batch(self, request: web.Request) -> web.StreamResponse:
        """Several calls at once."""

        async def one(verb: str, target: str, payload: bytes) -> web.Response:
            return await self._answer(request, verb, URL(target, encoded=True), payload)

        return await batch.answer(request.headers.get("Content-Type", ""), await request.read(), one)

    async def _answer(self, request: web.Request, verb: str, url: URL, payload: bytes) -> web.Response:
        match = table().match(verb, url.raw_path, api_of(request.host))
        if match is None:
            return _failure(not_emulated(f"{verb} {url.path}", 404), listed=False)
        query = dict(url.query)
        try:
            self._keyring.check(request.headers.get("Authorization", ""))
            message = transcode.to_request(match, url.query.items(), payload)
            if facade.is_v1(match.route):
                reply = await facade.answer(self._dispatcher, match.route, message, _caller(request))
            else:
                reply = await self._dispatcher.call(match.route, message, _caller(request), query=query)
        except ApiError as error:
            return _failure(error, listed=match.route.api in LISTED_ERRORS)
        except ConnectionLost:
            return _break_off(request)
        return _json(_in_form(match, query, reply))

    async def token(self, request: web.Request) -> web.Response:
        """The token endpoint of oauth2.googleapis.com. What it gives is worthless and accepted nowhere else."""
        form = await request.post()
        given = self._keyring.token(str(form.get("grant_type", "")), str(form.get("assertion", "")))
        if given is None:
            return _json({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        return _json(given)


@web.middleware
async def same_machine(request: web.Request, handler: Next) -> web.StreamResponse:
    """Refuse what a web page in a browser could send: a foreign Origin, or a Host that merely resolves to here."""
    host = request.headers.get("Host", "")
    origin = request.headers.get("Origin")
    if not _is_ours(host) or (origin is not None and not _is_loopback(urlsplit(origin).netloc)):
        return web.json_response({"error": {"code": 403, "message": "Only this machine may ask."}}, status=403)
    return await handler(request)


@web.middleware
async def readable_errors(request: web.Request, handler: Next) -> web.StreamResponse:
    """Every error leaves as JSON; one that nobody foresaw is written to the server's log with its trace."""
    try:
        return await handler(request)
    except ApiError as error:
        return _failure(error, listed=False)
    except web.HTTPException as error:
        return _failure(ApiError(error.status, error.text or error.reason), listed=False)


def _is_ours(host: str) -> bool:
    return _is_loopback(host) or bool(api_of(host)) or is_service_host(host)


def _is_loopback(host: str) -> bool:
    return host.rpartition(":")[0] in ("127.0.0.1", "localhost") or host in ("127.0.0.1", "localhost")


def _caller(request: web.Request) -> Caller:
    """Google's own clients say in `x-goog-api-client` more than in `User-Agent`; gcloud and others have the latter."""
    agent = agent_of(request.headers.get("User-Agent", ""), request.headers.get("x-goog-api-client", ""))
    token = token_word(request.headers.get("Authorization", ""))
    return Caller("rest", request.host.partition(":")[0].lower(), agent, token)


def _in_form(match: Match, query: dict[str, str], reply: Body) -> Body:
    if match.route.response and transcode.INTEGER_ENUMS in query.get("$alt", ""):
        return transcode.with_integer_enums(match.route.response, reply)
    return reply


def _json(body: Body, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(body, ensure_ascii=False), status=status, content_type="application/json", charset="utf-8"
    )


def _failure(error: ApiError, *, listed: bool) -> web.Response:
    """An error body. Those of some APIs have a list of errors with reasons and no `status`, the others' the reverse.

    What is not emulated is a 400 and no 501: that gcloud repeats for half a minute and then blames on the network.
    """
    http = 400 if error.http == 501 and error.reason == NOT_EMULATED else error.http
    body: Body = {"code": http, "message": error.message}
    if listed:
        reason = error.reason or COMPUTE_REASONS.get(error.http, "unknown")
        body["errors"] = [{"message": error.message, "domain": "global", "reason": reason}]
    else:
        body["status"] = error.status
    reply = _json({"error": body}, http)
    reply.headers.update(error.headers)
    return reply


def _break_off(request: web.Request) -> web.Response:
    """Reset the connection instead of answering."""
    transport = request.transport
    if transport is not None:
        held: socket.socket = transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=503)
