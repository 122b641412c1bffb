"""Whether the cloud still is as the plan saw it: what was shown to the person is what may be done, and nothing else."""

from __future__ import annotations

from wizard.errors import ChangedMeanwhile, RunvpcError
from wizard.plan.step import Change, FieldChange, Op
from wizard.records import Ref

_NOTHING_TO_DO = {Op.REUSE, Op.SKIP}


class Blocked(RunvpcError):
    """The step cannot be done, and the plan said so already."""

    def __init__(self, ref: Ref, change: Change) -> None:
        differences = "; ".join(f"{f.field} is {f.before}, wanted {f.after}" for f in change.fields)
        detail = f" ({differences})" if differences else ""
        super().__init__(f"{ref}: {change.reason}{detail}", code="blocked", fix="change the answers, then plan again")


def confirm(ref: Ref, planned: Change | None, now: Change) -> None:
    """Raise unless `now`, decided on a fresh read, is what was planned or less. Without a plan only a block is refused.

    Less than a replacement is the creation alone: what stood in its place is gone. Raises ChangedMeanwhile, naming the
    differences, or Blocked.
    """
    if planned is None or planned.op is Op.BLOCK:
        if now.op is Op.BLOCK:
            raise Blocked(ref, now)
        if planned is None:
            return
    if planned.op is Op.REPLACE and now.op is Op.CREATE:
        return
    if now.op in _NOTHING_TO_DO or (now.op is planned.op and set(now.fields) == set(planned.fields)):
        return
    raise ChangedMeanwhile(str(ref), differences(planned, now))


def differences(planned: Change, now: Change) -> tuple[str, ...]:
    """Lines `field: planned on A, now B`; first the kind of change when that is another one."""
    lines: list[str] = []
    if now.op is not planned.op:
        lines.append(f"planned to {planned.op} ({planned.reason}), now it would be {now.op} ({now.reason})")
    before = {field.field: field for field in planned.fields}
    after = {field.field: field for field in now.fields}
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            lines.append(_line(name, before.get(name), after.get(name)))
    return tuple(lines)


def _line(name: str, planned: FieldChange | None, now: FieldChange | None) -> str:
    if now is None:
        return f"{name}: no longer differs from what is wanted"
    if planned is None:
        return f"{name}: now {now.before}, wanted {now.after}"
    return f"{name}: planned on {planned.before}, now {now.before}"
