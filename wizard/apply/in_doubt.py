"""Errors after which nobody knows whether a call took effect, and errors that only mean: not yet."""

from __future__ import annotations

from wizard.errors import CloudError, RunvpcError
from wizard.plan.step import Op

_NO_ANSWER = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN", "CANCELLED"}
_UNREACHABLE = {"UNAVAILABLE", "DEADLINE_EXCEEDED"}
_MAYBE_OURS = {
    Op.CREATE: {"ALREADY_EXISTS"},
    Op.REPLACE: {"ALREADY_EXISTS", "NOT_FOUND"},
    Op.CHANGE: {"ABORTED"},
    Op.DELETE: {"NOT_FOUND"},
}
"""What a repeated call meets when its first try had worked: the client may have repeated it already."""

_IN_USE = ("already being used by", "resource_in_use", "is in use", "still in use")


class OutcomeUnknown(RunvpcError):
    """A write may or may not have taken effect, and it cannot be looked at now."""

    def __init__(self, error: CloudError) -> None:
        super().__init__(str(error), code=error.code, fix=error.fix or "`resume` looks what became of it")


class StillInUse(RunvpcError):
    """A deletion has to wait for somebody else; the cloud's own words name the holder."""

    def __init__(self, error: CloudError) -> None:
        super().__init__(str(error), code="in_use", fix=error.fix or "`resume` tries again later")


def maybe_sent(error: CloudError, op: Op) -> bool:
    """Whether the call may have taken effect although it failed."""
    return error.status in _NO_ANSWER or error.status in _MAYBE_OURS.get(op, set())


def unreachable(error: CloudError) -> bool:
    """Whether a look at the cloud failed on the way, so that it says nothing about what is there."""
    return error.status in _UNREACHABLE


def in_use(error: CloudError) -> bool:
    """Whether a deletion failed only because something else still uses the resource."""
    text = f"{error.status} {error.message}".lower()
    return error.status == "FAILED_PRECONDITION" or any(words in text for words in _IN_USE)
