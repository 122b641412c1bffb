"""The journal: what a run intends, what the cloud accepted and how it ended, on disk before the next thing happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from wizard.apply.events import Event, Phase, RunStatus, timestamp
from wizard.apply.handle import RunHandle
from wizard.apply.journal_file import JournalFile
from wizard.apply.lock import RunLock, is_held
from wizard.apply.reading import run_events, run_record
from wizard.apply.record import RunRecord, RunRow
from wizard.apply.run_id import new_run_id
from wizard.apply.state import RunState, replay
from wizard.errors import InputError, RunvpcError
from wizard.plan.plan import Plan

_ROW = "id, created, flow, project, region, environment, phase, status"


class OtherEnvironment(RunvpcError):
    """A run belongs to another cloud than the one that is connected."""

    def __init__(self, run: str, recorded: str, current: str) -> None:
        super().__init__(
            f"run {run} belongs to {recorded}; this is {current}",
            code="other_environment",
            fix=f"run the same command connected to {recorded}",
        )


class Journal(JournalFile):
    """All runs of one state folder. A run is written through the `RunHandle` of the process that holds its lock."""

    def begin(self, plan: Plan, environment: str) -> RunHandle:
        """Record a new run and hold its lock. `environment` names the cloud: `live:…` or `sandbox:…`."""
        run, created = self._new_id(), timestamp()
        lock = RunLock(self.lock_path(run), run)
        text = msgspec.json.encode(plan).decode()
        values = (run, created, plan.flow, plan.project, plan.region, environment, Phase.APPLY, RunStatus.RUNNING, text)
        with self.transaction("begin") as database:
            database.execute(f"INSERT INTO run ({_ROW}, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return RunHandle(self, lock, self.load(run))

    def attach(self, name: str, environment: str) -> RunHandle:
        """Hold the lock of an earlier run, to resume or undo it.

        Raises InputError for an unknown name, OtherEnvironment, and Locked when a living process works on it.
        """
        row = self.find(name, environment)
        if row.environment != environment:
            raise OtherEnvironment(row.id, row.environment, environment)
        lock = RunLock(self.lock_path(row.id), row.id)
        return RunHandle(self, lock, self.load(row.id))

    def runs(self) -> tuple[RunRow, ...]:
        """Every run, the newest first."""
        return tuple(self._row(values) for values in self.rows(f"SELECT {_ROW} FROM run ORDER BY number DESC"))

    def find(self, name: str, environment: str = "") -> RunRow:
        """The run of this id, unique prefix, or `last` (of `environment`, when given). Raises InputError."""
        runs = self.runs()
        if name == "last":
            matches = tuple(row for row in runs if environment in ("", row.environment))[:1]
        else:
            matches = tuple(row for row in runs if name and row.id.startswith(name.lower()))
        if len(matches) == 1:
            return matches[0]
        if matches:
            some = ", ".join(row.id for row in matches[:5])
            raise InputError(f"more than one run begins with {name}: {some}", field="RUN", fix="give more of the id")
        raise InputError(f"there is no run {name}", field="RUN", fix="`runvpc runs` lists them")

    def load(self, name: str) -> RunRecord:
        """Everything recorded of a run. Raises InputError for an unknown name."""
        return run_record(self, self.find(name).id)

    def events(self, run: str, after: int = 0) -> tuple[tuple[int, Event], ...]:
        """The events of the run with this id and their growing numbers, those after `after`: for whoever watches."""
        return run_events(self, run, after)

    def state(self, name: str) -> RunState:
        """A run as its events say it stands. Raises InputError for an unknown name."""
        return replay(event for _, event in self.events(self.find(name).id))

    def lock_path(self, run: str) -> Path:
        """The lock file of a run."""
        return self.path.parent / "locks" / run

    def _new_id(self) -> str:
        while self.lock_path(run := new_run_id()).exists():
            continue
        return run

    def _row(self, values: tuple[Any, ...]) -> RunRow:
        id_, created, flow, project, region, environment, phase, status = values
        return RunRow(
            id=id_,
            created=created,
            flow=flow,
            project=project,
            region=region,
            environment=environment,
            phase=Phase(phase),
            status=RunStatus(status),
            alive=is_held(self.lock_path(id_)),
        )
