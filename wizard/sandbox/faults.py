"""Faults: what a scenario (`[[fault]]`) or `runvpc sandbox fault` lets go wrong, by method and number of calls.

Kinds:

* `http:CODE`: the call is refused with this status; nothing was done.
* `hang`: no answer ever comes; nothing was done.
* `reset`: the connection breaks after the call took effect, the worst case for whoever made it.
* `slow`: the answer comes late, and an operation takes ten times as long.
* `operation_error`: the call is accepted, its operation fails.
* `state:WORD`: the call is accepted, the resource ends in this state (`state:ERROR`).
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from wizard.sandbox.api import ApiError, Body

SLOW_ANSWER = 3.0
"""Real seconds by which a slow answer is late."""

SLOW_OPERATION = 10
"""How many times longer a slow operation takes."""

KINDS = ("hang", "reset", "slow", "operation_error")

TEXTS = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    409: "Requested entity already exists",
    429: "Resource has been exhausted (e.g. check quota).",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}
"""The texts with which Google's front end words these conditions when a service says nothing more precise."""


@dataclass
class Fault:
    """One fault. It lets `after` calls through, then strikes `times` times (0: every time). `seen` counts calls."""

    on: str
    kind: str
    message: str = ""
    times: int = 0
    after: int = 0
    seen: int = 0

    def strikes(self) -> bool:
        """Count one call, and say whether the fault strikes it."""
        self.seen += 1
        return self.seen > self.after and (self.times == 0 or self.seen <= self.after + self.times)

    @property
    def http(self) -> int:
        """The status of `http:CODE`, 0 for other kinds."""
        return int(self.kind.removeprefix("http:")) if self.kind.startswith("http:") else 0

    @property
    def state(self) -> str:
        """The word of `state:WORD`, empty for other kinds."""
        return self.kind.removeprefix("state:") if self.kind.startswith("state:") else ""

    def error(self) -> ApiError:
        """The refusal or the operation's error that this fault stands for."""
        code = self.http or 500
        return ApiError(code, self.message or TEXTS.get(code, TEXTS[500]))

    def body(self) -> Body:
        return asdict(self)


def parse(body: Body) -> Fault:
    """A fault from JSON. Raises ValueError that says what is wrong."""
    known = {"on": str, "kind": str, "message": str, "times": int, "after": int, "seen": int}
    for key, value in body.items():
        if key not in known or not isinstance(value, known[key]) or isinstance(value, bool):
            raise ValueError(f"fault: {key} = {value!r} is not understood; known keys: {', '.join(known)}")
    fault = Fault(**{"on": "", "kind": "", **body})
    if not fault.on:
        raise ValueError('fault: "on" is missing; for example "vpcaccess.CreateConnector"')
    if not is_kind(fault.kind):
        raise ValueError(f'fault: kind {fault.kind!r} is none of {", ".join(KINDS)}, "http:503", "state:ERROR"')
    return fault


def is_kind(kind: str) -> bool:
    """Whether a kind of fault is one of those above."""
    head, _, rest = kind.partition(":")
    if head == "http":
        return rest.isascii() and rest.isdigit() and 400 <= int(rest) <= 599
    return kind in KINDS or (head == "state" and bool(rest))


def concerns(fault: Fault, method: str) -> bool:
    """Whether a fault is on this method: `on` is its name, or a pattern (`compute.*`)."""
    return fnmatchcase(method, fault.on)


def take(faults: list[Fault], method: str) -> Fault | None:
    """Count a call of `method` against the faults on it; the first that strikes, if any."""
    for fault in faults:
        if concerns(fault, method) and fault.strikes():
            return fault
    return None


ACTIVE: ContextVar[Fault | None] = ContextVar("ACTIVE", default=None)
"""The fault that strikes the call being answered; an operation started by this call takes it along."""
