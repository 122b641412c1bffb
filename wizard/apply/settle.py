"""Before a run is taken back: finding out what became of the writes whose outcome nobody recorded."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.apply.in_doubt import unreachable
from wizard.apply.ownership import creation_of_ours
from wizard.apply.record import Attempt
from wizard.apply.work import Work
from wizard.errors import CloudError
from wizard.plan.plan import Planned
from wizard.plan.step import Op
from wizard.ports import Operation


async def settle(work: Work, steps: Iterable[Planned]) -> None:
    """Look at every unsettled write of these steps, wait for what still goes on, record whose it is; send nothing.

    Raises CloudError when the cloud cannot be looked at, and StopRequested.
    """
    for planned in steps:
        attempt = work.handle.step(planned.id).unsettled
        if attempt is None:
            continue
        operation = attempt.operation
        if operation is None:
            operation = await _taken(work, planned, attempt)
            if operation is not None:
                work.handle.accepted(planned.id, operation)
        if operation is not None and operation.name:
            await _ended(work, operation)
        work.handle.settle(planned.id)


async def _taken(work: Work, planned: Planned, attempt: Attempt) -> Operation | None:
    """The operation by which an intent took effect (without a name when only its effect is seen), or None."""
    step = planned.step
    if attempt.change.op is not Op.CHANGE:
        return await creation_of_ours(work.cloud, step.ref, attempt)
    done = step.decide(await work.cloud.find(step.ref)).op is Op.REUSE
    return Operation(name="", ref=step.ref, done=True) if done else None


async def _ended(work: Work, operation: Operation) -> None:
    """Wait for it; whether it failed does not matter, because the inverse looks at what is there."""
    try:
        await work.until_stop(work.cloud.wait(operation), work.pace.grace)
    except CloudError as error:
        if unreachable(error):
            raise
