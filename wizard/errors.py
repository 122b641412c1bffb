"""The errors that people see: what went wrong, where, and what to do next."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line (a contract: scripts rely on them)."""

    DONE = 0
    FAILED = 1
    INPUT = 2
    BLOCKED = 3
    NOT_CONNECTED = 4
    STOPPED = 130


class RunvpcError(Exception):
    """An error with a person in mind.

    `code` is a stable word for programs, `field` the answer, flag or key concerned (or empty), `fix` the next
    thing the person can do.
    """

    exit: Exit = Exit.FAILED

    def __init__(self, message: str, *, code: str = "failed", field: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.fix = fix


class InputError(RunvpcError):
    """Wrong or missing input: names the field, the rule and an example (in `fix`)."""

    exit = Exit.INPUT

    def __init__(self, message: str, *, field: str, fix: str = "", code: str = "invalid_input") -> None:
        super().__init__(message, code=code, field=field, fix=fix)


class CloudError(RunvpcError):
    """A call to a cloud that failed.

    `status` is the canonical name (`NOT_FOUND`, `PERMISSION_DENIED`, `ABORTED`, `UNAVAILABLE` …), `doing` what was
    being done, `resource` on what.
    """

    def __init__(self, message: str, *, status: str, doing: str = "", resource: str = "", fix: str = "") -> None:
        super().__init__(message, code=status.lower(), fix=fix)
        self.status = status
        self.doing = doing
        self.resource = resource


class ReadOnlyError(RunvpcError):
    """A write was asked for while `--read-only` holds."""

    def __init__(self, doing: str) -> None:
        super().__init__(f"--read-only: refused to {doing}", code="read_only", fix="run again without --read-only")


class ChangedMeanwhile(RunvpcError):
    """The cloud is no longer as the plan saw it; `differences` are lines `field: planned on A, now B`."""

    def __init__(self, resource: str, differences: tuple[str, ...]) -> None:
        super().__init__(
            f"{resource} was changed by somebody else since the plan was made: " + "; ".join(differences),
            code="changed_meanwhile",
            fix="look at the difference, then plan again",
        )
        self.differences = differences
