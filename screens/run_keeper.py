"""TEMPORARY stub by the lead: to be replaced by the author of the run keeper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wizard.answers import Answers
from wizard.apply.state import RunState
from wizard.desk import Session
from wizard.plan.plan import Plan


class RunKeeper:
    def __init__(self, state: Path, *, changed: Callable[[RunState], None], ended: Callable[[], None]) -> None:
        self.state_folder = state

    def start(self, plan: Plan, session: Session, answers: Answers) -> None: ...

    def resume(self, run: str, session: Session) -> None: ...

    def undo(self, run: str, session: Session) -> None: ...

    async def stop_and_wait(self) -> None: ...
