"""Where a person's walk stands: one frozen value that pages are drawn from."""

from __future__ import annotations

from msgspec import Struct

from wizard.answers import Answers
from wizard.apply.record import RunRow
from wizard.apply.state import RunState
from wizard.desk import Session
from wizard.errors import CloudError, RunvpcError
from wizard.flow.pages import Page
from wizard.inventory import Inventory
from wizard.plan.plan import Plan
from wizard.records import Target


class Trouble(Struct, frozen=True, kw_only=True):
    """Something that did not work: what was being done, what was answered, and what to do next."""

    doing: str
    message: str
    fix: str = ""
    code: str = ""

    @classmethod
    def of(cls, doing: str, error: RunvpcError) -> Trouble:
        """The error as people should see it."""
        what = f"{doing} ({error.doing})" if isinstance(error, CloudError) and error.doing else doing
        return cls(doing=what, message=error.message, fix=error.fix, code=error.code)


class Model(Struct, frozen=True, kw_only=True):
    """Everything that a page may show.

    `answered` are the keys that the person gave an answer to (the rest is as recommended); `problems` what is wrong
    with what was typed last, by key; `reading` what is being waited for, empty when nothing is; `express` whether the
    recommendations were taken as a whole. `run` is the run that is under way or was the last one of this sitting.
    """

    page: Page = Page.WELCOME
    session: Session | None = None
    answers: Answers = Answers()
    answered: frozenset[str] = frozenset()
    visited: frozenset[Page] = frozenset({Page.WELCOME})
    inventory: Inventory | None = None
    targets: tuple[Target, ...] = ()
    plan: Plan | None = None
    reading: str = ""
    trouble: Trouble | None = None
    problems: dict[str, str] = {}
    express: bool = False
    run: RunState | None = None
    running: bool = False
    read_only: bool = False
    unfinished: tuple[RunRow, ...] = ()

    @property
    def locked(self) -> bool:
        """While a run is under way its answers cannot be edited."""
        return self.running
