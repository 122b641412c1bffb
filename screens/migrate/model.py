"""Where a migration stands on the screen: one frozen value that its pages are drawn from."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from wizard.apply.state import RunState
from wizard.desk import Session
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.flow.model import Trouble
from wizard.plan.plan import Plan


class Stage(StrEnum):
    """The pages, in their order."""

    INVENTORY = "inventory"
    FINDINGS = "findings"
    BOARD = "board"
    DONE = "done"


NAMES = {Stage.INVENTORY: "Inventory", Stage.FINDINGS: "Findings", Stage.BOARD: "Board", Stage.DONE: "Done"}


class MoveModel(Struct, frozen=True, kw_only=True):
    """Everything that a page may show.

    `connectors` are the full names of those that may be meant, when nobody said which. `finishing`: the plan deletes
    the connector rather than moving anything. `applied` is the plan of the run that is under way or was the last one.
    """

    stage: Stage = Stage.INVENTORY
    answers: MigrateAnswers = MigrateAnswers()
    session: Session | None = None
    connectors: tuple[str, ...] = ()
    fleet: Fleet | None = None
    plan: Plan | None = None
    applied: Plan | None = None
    run: RunState | None = None
    running: bool = False
    finishing: bool = False
    read_only: bool = False
    reading: str = ""
    trouble: Trouble | None = None

    def closed(self, stage: Stage) -> str:
        """Why a page cannot be gone to; empty when it can."""
        if stage is Stage.FINDINGS and self.plan is None:
            return self.reading or "nothing was planned yet"
        if stage is Stage.BOARD and self.run is None and not self.running:
            return "nothing was applied yet"
        if stage is Stage.DONE and (self.run is None or self.running):
            return "the run is under way" if self.running else "nothing was applied yet"
        return ""
