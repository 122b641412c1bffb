"""One step, from looking to done: find, decide, confirm, intent, send, accepted, wait, check, ended.

The same path serves a first run, a resumed one and an undo. What differs is where it enters: a step whose last attempt
is unsettled starts by finding out what became of it, so that nothing is done twice.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from uuid import uuid4

from msgspec.structs import replace

from wizard.apply import stored
from wizard.apply.decision import confirm
from wizard.apply.events import (
    Phase,
    ProbeReported,
    StepDecided,
    StepEnded,
    StepNote,
    StepOperation,
    StepStarted,
    StepStatus,
    timestamp,
)
from wizard.apply.in_doubt import OutcomeUnknown, StillInUse, in_use, maybe_sent, unreachable
from wizard.apply.ownership import creation_of_ours
from wizard.apply.record import Attempt, StepRecord
from wizard.apply.schema import JournalError
from wizard.apply.work import Node, StopRequested, Work
from wizard.errors import CloudError, RunvpcError
from wizard.plan.step import Change, Op
from wizard.ports import Operation
from wizard.records import AnyResource, Ref

_SENDS = 3
"""How often one intent may be sent when no answer comes and a look shows that it had no effect."""

_MAKES = {Op.CREATE, Op.REPLACE}
_DONE_ALREADY = {Op.REUSE: StepStatus.REUSED, Op.SKIP: StepStatus.SKIPPED}


async def perform(work: Work, node: Node) -> StepEnded | None:
    """Carry out a step and record how it ended; None when a stop came first. Raises JournalError."""
    return await _Performance(work, node).run()


class NotThere(RunvpcError):
    """A creation ended, and yet there is nothing: somebody removed it, or its operation failed unseen."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(f"{ref} is not there although its creation ended", code="not_found", fix="resume creates it")


class _Performance:
    """One step being carried out. The methods follow each other in the order of the path."""

    def __init__(self, work: Work, node: Node) -> None:
        self._work = work
        self._node = node
        self._step = node.step
        self._cloud = work.cloud
        self._sends = 0
        self._patience = work.pace.cleanup if node.watched or node.step.always else work.pace.grace

    async def run(self) -> StepEnded | None:
        started = monotonic()
        self._work.report(StepStarted(id=self._node.id, at=timestamp()))
        settled = True
        try:
            ended = await self._enter(self._work.handle.step(self._node.id))
        except StopRequested:
            return None
        except JournalError:
            raise
        except RunvpcError as error:
            ended = self._failure(error)
            settled = not isinstance(error, OutcomeUnknown)
        ended = replace(ended, seconds=round(monotonic() - started, 3))
        self._work.handle.ended(ended, settled=settled)
        self._work.show(ended)
        return ended

    async def _enter(self, record: StepRecord) -> StepEnded:
        attempt = record.unsettled
        if attempt is None:
            return await self._decide_and_act(owned=record.owned is not None)
        if attempt.operation is None:
            return await self._look(attempt)
        try:
            return await self._follow(attempt.operation, attempt.change.op)
        except (CloudError, NotThere) as error:
            self._note(f"that did not work ({error}); looking again")
            self._work.handle.settle(self._node.id)
            return await self._decide_and_act(owned=True)

    async def _decide_and_act(self, *, owned: bool) -> StepEnded:
        """With `owned`, an earlier attempt of this run wrote: what it left is brought on, whatever the plan saw.

        Fields are compared all the same: one that is neither as planned nor as wanted is somebody else's.
        """
        found, change = await self._decide()
        confirm(self._step.ref, None if owned and change.op is not Op.CHANGE else self._node.planned, change)
        if change.op.writes:
            return await self._write(found, change)
        self._work.report(StepDecided(id=self._node.id, change=change))
        if owned and change.op is Op.REUSE:
            return await self._check(found)
        return self._ended(_DONE_ALREADY[change.op], observed=change.reason)

    async def _decide(self) -> tuple[AnyResource | None, Change]:
        """The resource as it is and what to do about it, after waiting out whatever is going on there."""
        pace = self._work.pace
        end, pause, told = monotonic() + pace.limit, pace.first, ""
        while True:
            found = await self._cloud.find(self._step.ref)
            change = self._step.decide(found)
            if change.op is not Op.WAIT:
                return found, change
            if monotonic() > end:
                reason = f"{self._step.ref}: {change.reason}, for more than {pace.limit:.0f} seconds"
                raise RunvpcError(reason, code="wait_timeout", fix="resume when it has changed")
            if told != change.reason:
                told = change.reason
                self._note(f"waiting: {told}")
            await self._work.until_stop(asyncio.sleep(pause), 0.0)
            pause = min(pause * 1.5, pace.longest)

    async def _write(self, found: AnyResource | None, change: Change) -> StepEnded:
        attempt = Attempt(
            request_id=str(uuid4()),
            change=change,
            absent_before=found is None,
            at=timestamp(),
            kept=stored.encode(found),
        )
        self._work.handle.intent(self._node.id, attempt)
        self._work.show(StepDecided(id=self._node.id, change=change))
        return await self._send(found, change, attempt, first=True)

    async def _send(
        self, found: AnyResource | None, change: Change, attempt: Attempt, *, first: bool = False
    ) -> StepEnded:
        """`first`: nobody has sent this intent before, neither here nor in a process that died."""
        self._sends += 1
        try:
            operation = await self._step.send(self._cloud, change, found, attempt.request_id)
        except CloudError as error:
            if change.op is Op.DELETE and in_use(error):
                raise StillInUse(error) from error
            if not maybe_sent(error, change.op):
                raise
            if self._sends >= _SENDS:
                raise OutcomeUnknown(error) from error
            self._note(f"no clear answer ({error.status}); looking whether it was done")
            await self._work.until_stop(asyncio.sleep(self._work.pace.first * 2**self._sends), 0.0)
            return await self._look(attempt, refused=first and error.status == "ALREADY_EXISTS")
        self._accept(operation)
        return await self._follow(operation, change.op)

    async def _look(self, attempt: Attempt, *, refused: bool = False) -> StepEnded:
        """What became of an intent whose reply never came: done by us, by somebody else, or not at all.

        `refused`: its only call was answered, and the answer was that the resource exists.
        """
        try:
            operation = await creation_of_ours(self._cloud, self._step.ref, attempt, refused=refused)
            found, change = (None, attempt.change) if operation else await self._decide()
        except CloudError as error:
            raise OutcomeUnknown(error) from error
        if operation is not None:
            self._accept(operation)
            return await self._follow(operation, attempt.change.op)
        if change.op in _DONE_ALREADY and attempt.change.op in _MAKES:
            return self._ended(StepStatus.REUSED, observed=f"{change.reason}; made by somebody else, not ours")
        if change.op in _DONE_ALREADY:
            self._accept(Operation(name="", ref=self._step.ref, done=True))
            return await self._check(found)
        confirm(self._step.ref, self._node.planned and attempt.change, change)
        return await self._send(found, change, attempt)

    def _accept(self, operation: Operation) -> None:
        self._work.handle.accepted(self._node.id, operation)
        self._work.show(StepOperation(id=self._node.id, operation=operation.name))

    async def _follow(self, operation: Operation, op: Op) -> StepEnded:
        """Until the operation is done. One whose name is gone has ended; whether a thing is there shows how."""
        try:
            await self._work.until_stop(self._wait(operation), self._patience)
        except CloudError as error:
            if op is Op.DELETE and in_use(error):
                raise StillInUse(error) from error
            if unreachable(error):
                raise OutcomeUnknown(error) from error
            if error.status != "NOT_FOUND" or op is Op.CHANGE:
                raise
        found = await self._find_after(op)
        if op in _MAKES and found is None:
            raise NotThere(self._step.ref)
        if op is Op.DELETE and found is not None:
            raise RunvpcError(f"{self._step.ref} is still there after its deletion", code="not_deleted")
        return await self._check(found)

    async def _find_after(self, op: Op) -> AnyResource | None:
        """The resource once its operation is done. Reads may be a moment behind: what they miss is looked for again."""
        pace = self._work.pace
        end, pause = monotonic() + pace.behind, pace.first
        while True:
            found = await self._cloud.find(self._step.ref)
            odd = (op in _MAKES and found is None) or (op is Op.DELETE and found is not None)
            if not odd or monotonic() > end:
                return found
            await self._work.until_stop(asyncio.sleep(pause), 0.0)
            pause = min(pause * 1.5, pace.longest)

    async def _wait(self, operation: Operation) -> None:
        if operation.name:
            await self._cloud.wait(operation)
        elif operation.error:
            raise CloudError(operation.error, status="FAILED", resource=str(operation.ref))

    async def _check(self, found: AnyResource | None) -> StepEnded:
        outcome = await self._work.until_stop(self._step.check(self._cloud, found), self._work.pace.grace)
        if outcome.probe:
            self._work.report(ProbeReported(id=self._node.id, results=outcome.probe))
        if outcome.error:
            return self._ended(
                StepStatus.FAILED,
                error=outcome.error,
                code=outcome.code or "failed",
                fix=outcome.fix,
                observed=outcome.observed,
            )
        return self._ended(StepStatus.DONE, observed=outcome.observed)

    def _failure(self, error: RunvpcError) -> StepEnded:
        status = StepStatus.LEFT if isinstance(error, StillInUse) else StepStatus.FAILED
        return self._ended(status, error=error.message, code=error.code, fix=error.fix)

    def _ended(
        self, status: StepStatus, *, error: str = "", code: str = "", fix: str = "", observed: str = ""
    ) -> StepEnded:
        """While undoing, whatever ended well is undone: done now, or nothing of it was there any more."""
        undone = self._work.handle.phase is Phase.UNDO and status not in {StepStatus.FAILED, StepStatus.LEFT}
        shown = StepStatus.UNDONE if undone else status
        return StepEnded(id=self._node.id, status=shown, error=error, code=code, fix=fix, observed=observed)

    def _note(self, text: str) -> None:
        self._work.report(StepNote(id=self._node.id, text=text))
