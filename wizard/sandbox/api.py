"""What every service of the sandbox is written against: calls in, bodies out, errors in the real wording.

A handler sees the *request message* as JSON (camelCase, as in the REST reference), whether it came as REST or gRPC, and
returns the response message as JSON. It is registered under the method's name: `compute.networks.insert`,
`vpcaccess.CreateConnector`, `run.CreateService`. The same names are used by faults and timings of a scenario.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Body = dict[str, Any]

STATUS_OF = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """A refusal as the real API words it. `status` is the canonical gRPC name, `reason` compute's word (`notFound`).

    `headers` go with the answer: of the HTTP reply, or as trailing metadata of the gRPC one.
    """

    def __init__(
        self, http: int, message: str, *, status: str = "", reason: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.http = http
        self.message = message
        self.status = status or STATUS_OF.get(http, "UNKNOWN")
        self.reason = reason
        self.headers = headers or {}


@dataclass(frozen=True)
class Caller:
    """How a request came: `rest` or `grpc`, to which of Google's host names, and the client as it names itself.

    `token` tells one bearer token from another within this process; the token itself is not kept.
    """

    transport: str
    host: str = ""
    agent: str = ""
    token: str = ""


@dataclass(frozen=True)
class Call:
    """One request: the method's name, the request message as JSON, who calls (an IAM member), and how it came."""

    method: str
    request: Body
    member: str = ""
    query: dict[str, str] = field(default_factory=dict)
    caller: Caller = field(default_factory=lambda: Caller("rest"))

    def text(self, key: str, default: str = "") -> str:
        """A text field of the request message."""
        value = self.request.get(key, default)
        return value if isinstance(value, str) else default


Handler = Callable[["World", Call], Awaitable[Body]]
"""Answers one method. REST sends the reply as it is; gRPC drops the fields that the message does not have."""

Completion = Callable[["World", Body], Body | None]
"""Runs when an operation is due, with the operation's saved arguments; returns the response, or raises ApiError."""

Failure = Callable[["World", Body, ApiError], None]
"""Runs instead of the completion when a fault makes the operation fail: what the failure leaves behind."""

HANDLERS: dict[str, Handler] = {}
COMPLETIONS: dict[str, Completion] = {}
FAILURES: dict[str, Failure] = {}


def handles(method: str) -> Callable[[Handler], Handler]:
    """Register the handler of a method."""

    def register(handler: Handler) -> Handler:
        HANDLERS[method] = handler
        return handler

    return register


def completes(method: str) -> Callable[[Completion], Completion]:
    """Register what an operation of a method does when its simulated time is over.

    A completion raises ApiError to fail the operation, and asks `world.fault_for(method)` whether its resource shall
    end in another state than usual (`fault.state`).
    """

    def register(completion: Completion) -> Completion:
        COMPLETIONS[method] = completion
        return completion

    return register


def fails(method: str) -> Callable[[Failure], Failure]:
    """Register what an operation of a method leaves behind when a fault (`operation_error`) makes it fail.

    Without it, nothing is left behind: the operation alone carries the error. A completion that meets an error of its
    own writes what it leaves before it raises.
    """

    def register(failure: Failure) -> Failure:
        FAILURES[method] = failure
        return failure

    return register
