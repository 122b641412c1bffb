"""The right to work on one run: held by one process, and the only way to write what happens in it."""

from __future__ import annotations

import sqlite3
from copy import copy
from types import TracebackType
from typing import Self

import msgspec

from wizard.apply.events import Event, Phase, RunEnded, RunStarted, RunStatus, StepDecided, StepEnded, StepOperation
from wizard.apply.journal_file import JournalFile
from wizard.apply.lock import RunLock
from wizard.apply.reading import ATTEMPT_COLUMNS, run_events, run_record, step_record
from wizard.apply.record import Attempt, RunRecord, StepRecord
from wizard.plan.plan import Plan
from wizard.ports import Operation

_LAST = (
    "run = :run AND phase = :phase AND step = :step AND number = "
    "(SELECT max(number) FROM attempt WHERE run = :run AND phase = :phase AND step = :step)"
)


class RunHandle:
    """A run whose lock this process holds. Every method that writes is one transaction of the journal."""

    def __init__(self, file: JournalFile, lock: RunLock, record: RunRecord) -> None:
        self._file = file
        self._lock = lock
        self.id = record.id
        self.plan: Plan = record.plan
        self.environment = record.environment
        self.phase = record.phase
        self.status = record.status

    def close(self) -> None:
        """Let go of the run."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def step(self, id_: str, phase: Phase | None = None) -> StepRecord:
        """What is recorded of a step, in this phase unless another is named."""
        return step_record(self._file, self.id, phase or self.phase, id_)

    def record(self) -> RunRecord:
        """Everything recorded so far."""
        return run_record(self._file, self.id)

    def history(self) -> tuple[Event, ...]:
        """Every event so far."""
        return tuple(event for _, event in run_events(self._file, self.id))

    def taking_back(self) -> RunHandle:
        """The same run, its steps recorded as those of taking it back: for a part of it, while the rest goes on."""
        view = copy(self)
        view.phase = Phase.UNDO
        return view

    def enter(self, phase: Phase) -> None:
        """From applying to undoing: there is no way back."""
        with self._file.transaction("phase") as database:
            database.execute("UPDATE run SET phase = ? WHERE id = ?", (phase, self.id))
        self.phase = phase

    def append(self, event: Event) -> None:
        """Record an event. The start and the end of a run set its status."""
        with self._file.transaction(_boundary(event)) as database:
            self._add(database, event)
            if isinstance(event, RunStarted | RunEnded):
                self.status = event.status if isinstance(event, RunEnded) else RunStatus.RUNNING
                database.execute("UPDATE run SET status = ? WHERE id = ?", (self.status, self.id))

    def intent(self, id_: str, attempt: Attempt) -> None:
        """That a write is about to be sent; before anything is sent."""
        change = msgspec.json.encode(attempt.change).decode()
        values = (attempt.request_id, change, attempt.absent_before, attempt.at, attempt.kept, "", False)
        with self._file.transaction("intent") as database:
            database.execute(
                f"INSERT INTO attempt (run, phase, step, number, {ATTEMPT_COLUMNS}) SELECT ?, ?, ?, "
                "(SELECT count(*) FROM attempt WHERE run = ? AND phase = ? AND step = ?), ?, ?, ?, ?, ?, ?, ?",
                (*self._key(id_), *self._key(id_), *values),
            )
            self._add(database, StepDecided(id=id_, change=attempt.change))

    def accepted(self, id_: str, operation: Operation) -> None:
        """That the cloud took the last intent, and the operation to follow; before it is followed."""
        text = msgspec.json.encode(operation).decode()
        with self._file.transaction("accepted") as database:
            database.execute(f"UPDATE attempt SET operation = :text WHERE {_LAST}", {**self._names(id_), "text": text})
            self._add(database, StepOperation(id=id_, operation=operation.name))

    def ended(self, event: StepEnded, *, settled: bool = True) -> None:
        """How a step ended. Not `settled`: nobody knows what became of the last attempt (the network is gone)."""
        outcome = msgspec.json.encode(event).decode()
        with self._file.transaction("ended") as database:
            database.execute("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?)", (*self._key(event.id), outcome))
            if settled:
                database.execute(f"UPDATE attempt SET settled = 1 WHERE {_LAST}", self._names(event.id))
            self._add(database, event)

    def settle(self, id_: str) -> None:
        """That the outcome of the last attempt is known, while the step goes on."""
        with self._file.transaction("settled") as database:
            database.execute(f"UPDATE attempt SET settled = 1 WHERE {_LAST}", self._names(id_))

    def _add(self, database: sqlite3.Connection, event: Event) -> None:
        data = msgspec.json.encode(event).decode()
        database.execute("INSERT INTO event (run, data) VALUES (?, ?)", (self.id, data))

    def _key(self, id_: str) -> tuple[str, str, str]:
        return (self.id, self.phase, id_)

    def _names(self, id_: str) -> dict[str, str]:
        return dict(zip(("run", "phase", "step"), self._key(id_), strict=True))


def _boundary(event: Event) -> str:
    return str(event.__struct_config__.tag)
