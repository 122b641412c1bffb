"""Reading a run back from the journal's file."""

from __future__ import annotations

from typing import Any

import msgspec

from wizard.apply.events import Event, Phase, RunStatus, StepEnded
from wizard.apply.journal_file import JournalFile
from wizard.apply.record import Attempt, RunRecord, StepRecord
from wizard.plan.plan import Plan
from wizard.plan.step import Change
from wizard.ports import Operation

ATTEMPT_COLUMNS = "request_id, change, absent_before, at, kept, operation, settled"
_BEGUN = "SELECT phase, step FROM attempt WHERE run = ?1 UNION SELECT phase, step FROM outcome WHERE run = ?1"


def run_record(file: JournalFile, run: str) -> RunRecord:
    """Everything recorded of the run with exactly this id, which must exist."""
    query = "SELECT id, environment, created, phase, status, plan FROM run WHERE id = ?"
    ((id_, environment, created, phase, status, plan),) = file.rows(query, run)
    begun = file.rows(_BEGUN, run)
    return RunRecord(
        id=id_,
        environment=environment,
        created=created,
        phase=Phase(phase),
        status=RunStatus(status),
        plan=msgspec.json.decode(plan, type=Plan),
        steps={
            phase: {step: step_record(file, run, phase, step) for in_phase, step in begun if in_phase == phase}
            for phase in Phase
        },
    )


def step_record(file: JournalFile, run: str, phase: Phase, id_: str) -> StepRecord:
    """One step of a run in one phase; an empty record when it was never begun."""
    where = "WHERE run = ? AND phase = ? AND step = ?"
    attempts = file.rows(f"SELECT {ATTEMPT_COLUMNS} FROM attempt {where} ORDER BY number", run, phase, id_)
    outcome = file.rows(f"SELECT ended FROM outcome {where}", run, phase, id_)
    return StepRecord(
        attempts=tuple(_attempt(row) for row in attempts),
        ended=msgspec.json.decode(outcome[0][0], type=StepEnded) if outcome else None,
    )


def run_events(file: JournalFile, run: str, after: int = 0) -> tuple[tuple[int, Event], ...]:
    """The run's events with their growing numbers, those after `after` only."""
    rows = file.rows("SELECT number, data FROM event WHERE run = ? AND number > ? ORDER BY number", run, after)
    return tuple((number, msgspec.json.decode(data, type=Event)) for number, data in rows)


def _attempt(row: tuple[Any, ...]) -> Attempt:
    request_id, change, absent_before, at, kept, operation, settled = row
    return Attempt(
        request_id=request_id,
        change=msgspec.json.decode(change, type=Change),
        absent_before=bool(absent_before),
        at=at,
        kept=kept,
        operation=msgspec.json.decode(operation, type=Operation) if operation else None,
        settled=bool(settled),
    )
