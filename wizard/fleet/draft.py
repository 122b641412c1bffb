"""The plan of a migration while it is being made: what is known, what is wanted, and what has come together so far."""

from __future__ import annotations

from msgspec import Struct

from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet
from wizard.plan.plan import Finding, Planned, Severity
from wizard.plan.registry import AnyStep
from wizard.plan.step import Change
from wizard.records import AnyResource


class MigrationDraft(Struct, kw_only=True):
    """Facts and wishes go in; steps and findings gather. `token` makes names of one plan unique."""

    fleet: Fleet
    answers: MigrateAnswers
    token: str
    steps: list[Planned] = []
    findings: list[Finding] = []

    def add(
        self,
        step: AnyStep,
        found: AnyResource | None = None,
        *,
        group: str = "",
        after: tuple[str, ...] = (),
        change: Change | None = None,
    ) -> str:
        """Append the step with what it decides about `found` (or with `change`); its id."""
        decided = change if change is not None else step.decide(found)
        self.steps.append(Planned(step=step, change=decided, depends_on=after, group=group))
        return step.id

    def block(self, code: str, message: str, fix: str = "") -> None:
        """The plan cannot be applied before this is settled."""
        self._find(Severity.BLOCK, code, message, fix)

    def warn(self, code: str, message: str, fix: str = "") -> None:
        """Worth knowing before anything changes."""
        self._find(Severity.WARN, code, message, fix)

    def info(self, code: str, message: str, fix: str = "") -> None:
        """Worth knowing."""
        self._find(Severity.INFO, code, message, fix)

    def _find(self, severity: Severity, code: str, message: str, fix: str) -> None:
        self.findings.append(Finding(severity=severity, code=code, message=message, fix=fix))
