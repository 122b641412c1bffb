"""Faults: what a scenario (`[[fault]]`) or `runvpc sandbox fault` lets go wrong, by method and number of calls.

Which kinds there are stands in `wizard/fault_kinds.toml`; what they do to a call, in `fault_acts`, to an operation, in
`World`.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wizard.sandbox import fault_kinds
from wizard.sandbox.api import ApiError, Body
from wizard.sandbox.fault_kinds import is_kind

SLOW_ANSWER = 3.0
"""Real seconds by which a slow answer is late."""

SLOW_OPERATION = 10
"""How many times longer a slow operation takes."""

TEXTS = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    409: "Requested entity already exists",
    429: "Resource has been exhausted (e.g. check quota).",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}
"""The texts with which Google's front end words these conditions when a service says nothing more precise."""

UNAUTHORIZED = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}

HTTP_OF = {"flapping": 503, "token_expired": 401}
"""The status of kinds that refuse and have none in their name."""

FIELDS = {
    "on": str,
    "kind": str,
    "message": str,
    "times": int,
    "after": int,
    "retry_after": int,
    "resource": str,
    "seen": int,
    "struck": int,
}
"""What a fault is in JSON."""


@dataclass
class Fault:
    """One fault. It lets `after` calls through, then strikes `times` times (0: every time).

    `on` is a method or a pattern of methods, `resource` a pattern of names (the full one or the last part; empty: any).
    `retry_after` is the header's seconds (0: none). `seen` counts calls, `struck` those it struck.
    """

    on: str
    kind: str
    message: str = ""
    times: int = 0
    after: int = 0
    retry_after: int = 0
    resource: str = ""
    seen: int = 0
    struck: int = 0
    expired: str | None = None
    """The token that a fault of kind `token_expired` has met first (`Caller.token`); not saved."""

    def strikes(self, token: str = "") -> bool:
        """Count one call, and say whether the fault strikes it."""
        if self.expired is not None and token and token != self.expired:
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times and self.struck >= self.times):
            return False
        if self.name == "flapping" and (self.seen - self.after) % int(self.argument or 2):
            return False
        if self.name == "token_expired" and self.expired is None:
            self.expired = token
        self.struck += 1
        return True

    @property
    def name(self) -> str:
        """The kind without its argument."""
        return self.kind.partition(":")[0]

    @property
    def argument(self) -> str:
        """What stands behind the colon, or empty."""
        return self.kind.partition(":")[2]

    @property
    def http(self) -> int:
        """The status with which the call is refused; 0 when it is not."""
        return int(self.argument) if self.name == "http" else HTTP_OF.get(self.name, 0)

    @property
    def state(self) -> str:
        """The word of `state:WORD`, empty for other kinds."""
        return self.argument if self.name == "state" else ""

    @property
    def late(self) -> float:
        """Real seconds by which the answer is late."""
        return float(self.argument) if self.name == "delay" else SLOW_ANSWER if self.name == "slow" else 0.0

    def error(self) -> ApiError:
        """The refusal or the operation's error that this fault stands for."""
        code = self.http or 500
        headers = UNAUTHORIZED if code == 401 else {}
        if self.retry_after:
            headers = {**headers, "Retry-After": str(self.retry_after)}
        return ApiError(code, self.message or TEXTS.get(code, TEXTS[500]), headers=headers)

    def body(self) -> Body:
        """The fault as the control API shows it."""
        return {key: getattr(self, key) for key in FIELDS}


def parse(body: Body) -> Fault:
    """A fault from JSON. Raises ValueError that says what is wrong."""
    for key, value in body.items():
        if key not in FIELDS or not isinstance(value, FIELDS[key]) or isinstance(value, bool):
            raise ValueError(f"fault: {key} = {value!r} is not understood; known keys: {', '.join(FIELDS)}")
    fault = Fault(**{"on": "", "kind": "", **body})
    if not fault.on:
        raise ValueError('fault: "on" is missing; for example "vpcaccess.CreateConnector"')
    if not is_kind(fault.kind):
        raise ValueError(f"fault: kind {fault.kind!r} is none of {fault_kinds.forms()}")
    if min(fault.times, fault.after, fault.retry_after) < 0:
        raise ValueError("fault: times, after and retry_after are not below 0")
    return fault


def concerns(fault: Fault, method: str, resource: str = "") -> bool:
    """Whether a fault is on this method, by its name or by a pattern (`compute.*`), and on this resource."""
    if not fnmatchcase(method, fault.on):
        return False
    return not (fault.resource and resource) or any(
        fnmatchcase(name, fault.resource) for name in (resource, resource.rpartition("/")[2])
    )


def take(faults: list[Fault], method: str, resource: str = "", *, token: str = "", writes: bool = True) -> Fault | None:
    """Count a call of `method` against the faults on it; the first that strikes, if any."""
    for fault in faults:
        if concerns(fault, method, resource) and _can_strike(fault, method, writes=writes) and fault.strikes(token):
            return fault
    return None


def _can_strike(fault: Fault, method: str, *, writes: bool) -> bool:
    """Reads alone can be stale, writes alone have operations; operations themselves are never stale."""
    calls = fault_kinds.table()[fault.name]["calls"]
    if calls == "reads":
        return not writes and "operation" not in method.lower()
    return calls == "any" or writes


ACTIVE: ContextVar[Fault | None] = ContextVar("ACTIVE", default=None)
"""The fault that strikes the call being answered; an operation started by this call takes it along."""
