"""Google's own clients on a sandbox, chosen by the table of routes, with what came over the wire.

A REST reply is read strictly into the client's own message: a field or an enum value that it does not know fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import grpc
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import compute_v1, run_v2, vpcaccess_v1
from google.cloud.location import locations_pb2
from google.iam.v1 import iam_policy_pb2, policy_pb2
from google.longrunning import operations_pb2
from google.protobuf import empty_pb2, json_format
from google.protobuf.message import Message

from tests.sandbox.calls import REGION, Body
from wizard.sandbox.routes import HttpRule, Route

PACKAGES = {"compute": compute_v1, "run": run_v2, "vpcaccess": vpcaccess_v1}
SHARED = (operations_pb2, iam_policy_pb2, policy_pb2, locations_pb2, empty_pb2)

MIXED_IN = {"run": "Services", "vpcaccess": "VpcAccessService"}
"""The client that has also what belongs to no service of its API: operations and locations."""

NOT_IN_THE_CLIENT = {
    "vpcaccess.GetLocation": "the client of vpcaccess has the list of locations alone",
    "vpcaccess.UpdateConnector": "REST v1 has it, the client package has not",
}
"""Methods of an API with a client that are sent by hand all the same."""


class Refused(Exception):
    """The answer was an error: its HTTP status and its text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def has_client(route: Route) -> bool:
    """Whether one of Google's clients has the method; if not, its authorized session sends it."""
    return route.api == "compute" or (bool(route.grpc) and route.method not in NOT_IN_THE_CLIENT)


class _Seen(grpc.UnaryUnaryClientInterceptor):
    """Keeps the replies of a gRPC channel."""

    def __init__(self) -> None:
        self.replies: list[Any] = []

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        call = continuation(client_call_details, request)
        if call.code() is grpc.StatusCode.OK:
            self.replies.append(call.result())
        return call


class Clients:
    """Calls methods of the table on the sandbox at `port`, by `transport` (`rest`, or `grpc` where a client has it)."""

    def __init__(self, port: int, transport: str) -> None:
        self._port = port
        self._transport = transport
        self._seen = _Seen()
        self._rest: list[Body] = []
        self._session = AuthorizedSession(AnonymousCredentials())
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._made: dict[str, Any] = {}

    def close(self) -> None:
        self._channel.close()
        self._session.close()
        for client in self._made.values():
            client.transport.close()

    def call(self, route: Route, request: Body) -> list[Body]:
        """The replies to one call (several where the method has several addresses, or more pages than one) as JSON.

        Raises Refused, and json_format.ParseError for a reply that the client would not understand in full.
        """
        self._rest.clear()
        self._seen.replies.clear()
        try:
            if not has_client(route):
                self._rest.append(self._by_hand(route, request))
            else:
                self._by_client(route, request)
        except exceptions.GoogleAPICallError as error:
            raise Refused(int(error.code or 0), str(error.message)) from error
        kind = _message(route)
        replies = [_strictly(kind, body) for body in self._rest]
        return replies + [json_format.MessageToDict(_plain(kind, reply)) for reply in self._seen.replies]

    def ask(self, verb: str, path: str, body: Body | None = None, label: str = "") -> Body:
        """The JSON of a plain request to `LABEL.googleapis.com`. Raises Refused."""
        url = f"http://127.0.0.1:{self._port}{path}"
        host = {"Host": f"{label}.googleapis.com"} if label else {}
        reply = self._session.request(verb, url, json=body, headers=host, timeout=30)
        content: Body = reply.json()
        if reply.status_code != 200:
            raise Refused(reply.status_code, content["error"]["message"])
        return content

    def _by_client(self, route: Route, request: Body) -> None:
        name = _snake(route.method.rpartition(".")[2])
        client = self._client(route, request)
        method: Callable[..., Any] = getattr(client, f"{name}_unary", None) or getattr(client, name)
        made = getattr(PACKAGES[route.api], route.request.rpartition(".")[2], None)
        result = method(request=made(request) if made else request)
        if hasattr(result, "pages"):
            list(result)

    def _client(self, route: Route, request: Body) -> Any:
        """The client of a route's service, made once."""
        service = _service(route, request)
        key = f"{route.api}.{service}"
        if key not in self._made:
            self._made[key] = self._new(getattr(PACKAGES[route.api], f"{service}Client"))
        return self._made[key]

    def _new(self, kind: Any) -> Any:
        if self._transport == "grpc":
            channel = grpc.intercept_channel(self._channel, self._seen)
            return kind(transport=kind.get_transport_class("grpc")(channel=channel))
        options = ClientOptions(api_endpoint=f"http://127.0.0.1:{self._port}")
        client = kind(credentials=AnonymousCredentials(), client_options=options, transport="rest")
        session: AuthorizedSession = vars(client.transport)["_session"]
        session.hooks["response"].append(self._keep)
        return client

    def _keep(self, response: Any, *_: object, **__: object) -> None:
        if response.status_code == 200:
            self._rest.append(response.json())

    def _by_hand(self, route: Route, request: Body) -> Body:
        rule, path, rest = next(_addresses(route, request))
        body, query = (rest, {}) if rule.body == "*" else ({}, rest)
        if rule.body not in ("", "*"):
            body = query.pop(rule.body, {})
        words = {_camel(key): _query_value(value) for key, value in query.items()}
        asked = f"{path}?{urlencode(words, doseq=True)}" if words else path
        return self.ask(rule.verb, asked, camelled(body) if rule.body else None, _label(route))


def _label(route: Route) -> str:
    """The first label of the host's name; Cloud Run's v1 says the region in it."""
    return f"{REGION}-run" if route.api == "run" and route.method != "run.ListLocations" else route.api


def _service(route: Route, request: Body) -> str:
    """The service that a method belongs to; where several have it (`GetIamPolicy`), the one of the resource."""
    if route.api == "compute":
        collection = route.method.split(".")[1]
        return collection[0].upper() + collection[1:]
    paths = dict(zip(route.http, route.grpc, strict=False)) if len(route.grpc) > 1 else {}
    meant = next((paths[rule] for rule, _, _ in _addresses(route, request) if rule in paths), route.grpc[0])
    service = meant.strip("/").partition("/")[0].rpartition(".")[2]
    return service if hasattr(PACKAGES[route.api], f"{service}Client") else MIXED_IN[route.api]


def _addresses(route: Route, request: Body) -> Iterator[tuple[HttpRule, str, Body]]:
    """Addresses of a route for a request, with the fields that are not in the path."""
    for rule in route.http:
        rest = json.loads(json.dumps(request))
        path = rule.uri
        for variable in rule.variables:
            *parents, last = variable.split(".")
            inner = rest
            for parent in parents:
                inner = inner.get(parent, {})
            path = re.sub(rf"\{{{re.escape(variable)}(=[^}}]*)?\}}", str(inner.pop(last, "")), path)
        if rule.pattern.fullmatch(path):
            yield rule, path, rest


def _query_value(value: Any) -> Any:
    return ",".join(map(_camel, value["paths"])) if isinstance(value, dict) else value


def camelled(value: Any) -> Any:
    """The same with the field names of JSON, and masks as they are written there."""
    if isinstance(value, dict) and [*value] == ["paths"]:
        return _query_value(value)
    if isinstance(value, dict):
        return {_camel(key): camelled(inner) for key, inner in value.items()}
    return [camelled(inner) for inner in value] if isinstance(value, list) else value


def _message(route: Route) -> type[Message] | None:
    """The client's own message type of a route's reply; None where no client has one."""
    short = route.response.rpartition(".")[2]
    own = route.response.startswith(tuple(f"google.cloud.{api}." for api in PACKAGES))
    for place in (PACKAGES[route.api],) if own else SHARED:
        found: Any = getattr(place, short, None)
        if short and found is not None:
            kind: type[Message] = found.pb() if hasattr(found, "pb") else found
            return kind
    return None


def _strictly(kind: type[Message] | None, body: Body) -> Body:
    if kind is None:
        return body
    parsed: Body = json_format.MessageToDict(json_format.ParseDict(body, kind(), ignore_unknown_fields=False))
    return parsed


def _plain(kind: type[Message] | None, reply: Any) -> Message:
    """The message of a gRPC reply. Of some operations' methods the clients hand out the bytes as they come."""
    if kind is not None and isinstance(reply, bytes):
        return kind.FromString(reply)
    message: Message = type(reply).pb(reply) if hasattr(type(reply), "pb") else reply
    return message


def _snake(text: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", text).lower()


def _camel(text: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), text)
