"""The plan of a migration while it is being made: what is known, what is wanted, and what has come together so far."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wizard.answers import Answers
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.model import Fleet, Move
from wizard.plan.plan import Finding, Planned, Severity
from wizard.plan.registry import AnyStep
from wizard.plan.setup.draft import Draft
from wizard.plan.step import Change
from wizard.records import AnyResource, Revision

SKIP = "skip"


class MigrationDraft(Struct, kw_only=True):
    """Facts and wishes go in; steps and findings gather. `token` makes names of one plan unique.

    `held` are the groups that cannot move for a reason of their own, `reasons` the findings that say so.
    """

    fleet: Fleet
    answers: MigrateAnswers
    token: str
    steps: list[Planned] = []
    findings: list[Finding] = []
    held: set[str] = set()
    reasons: list[Finding] = []
    by_service: dict[str, list[Revision]] = {}

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

    def hold_back(self, code: str, groups: Iterable[str], message: str, fix: str = "") -> None:
        """These groups cannot move as things are. Nothing does then, unless the answers say `blocked = "skip"`."""
        self.held.update(groups)
        if self.answers.blocked == SKIP:
            self.warn(code, f"{message}; left out", fix)
        else:
            self.block(code, message, fix)
        self.reasons.append(self.findings[-1])

    def going(self, moves: Iterable[Move]) -> tuple[Move, ...]:
        """Those that are not held back."""
        return tuple(move for move in moves if move.group not in self.held)

    def revisions_of(self, service: str) -> tuple[Revision, ...]:
        """The revisions of one service; the index is made once."""
        if not self.by_service:
            for revision in self.fleet.revisions:
                self.by_service.setdefault(revision.service, []).append(revision)
        return tuple(self.by_service.get(service, ()))

    def setup(self, answers: Answers) -> Draft:
        """A draft for the parts of the set-up planner, with these answers. What it gathers is for `adopt`."""
        return Draft(inventory=self.fleet.inventory, answers=answers, targets=(), token=self.token)

    def adopt(self, draft: Draft) -> None:
        """Take over the steps and findings of a set-up draft."""
        self.steps += draft.steps
        self.findings += draft.findings

    def _find(self, severity: Severity, code: str, message: str, fix: str) -> None:
        self.findings.append(Finding(severity=severity, code=code, message=message, fix=fix))


def names(groups: Iterable[str]) -> str:
    """Groups in a message."""
    return ", ".join(groups)


def of(moves: Iterable[Move]) -> tuple[str, ...]:
    """The groups of moves."""
    return tuple(move.group for move in moves)
