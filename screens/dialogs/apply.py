"""The last question before anything is written: where it is written, what, how long it takes and what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button

from screens.dialogs.confirm import GRACE_SECONDS, Confirm
from screens.language import Tone, line, lines, state
from screens.widgets.facts import table
from screens.widgets.text import Lines
from wizard.desk import Session
from wizard.guide.review import rows, summary
from wizard.plan.plan import Plan
from wizard.wording import one_line

_WIDTH = 56


class ApplyPlan(Confirm):
    """Says SIMULATION or LIVE with account and project. A yes counts only after the first half second."""

    DEFAULT_CSS = """
    ApplyPlan {
        .apply-where { margin: 1 0; }
        .apply-list { height: auto; max-height: 30vh; }
        .apply-list Lines { text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, plan: Plan, session: Session, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__("Apply this plan?", Content(""), yes="Apply", grace=GRACE_SECONDS, now=now)
        self._plan, self._session = plan, session

    def compose(self) -> ComposeResult:
        said = summary(self._plan)
        with Vertical(classes="dialog-box"):
            yield Lines(("Apply this plan?", Tone.STRONG))
            yield Lines(_where(self._session), classes="apply-where")
            with VerticalScroll(classes="apply-list"):
                yield Lines(_written(self._plan))
            yield Lines(
                line("\n", table([("takes", said.takes, Tone.PLAIN), ("costs", said.costs, Tone.PLAIN)], _WIDTH))
            )
            with Horizontal(classes="dialog-buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("Apply", id="yes", compact=True, variant="primary")


def _where(session: Session) -> Content:
    """The banner's words, and for the live cloud that this is no rehearsal."""
    if session.simulated:
        return line((session.banner, Tone.STRONG))
    warning = ("! This writes to Google Cloud, in project " + one_line(session.project), Tone.WARN)
    return line((session.banner + "\n", Tone.STRONG), warning)


def _written(plan: Plan) -> Content:
    written = [row for row in rows(plan) if row.writes]
    if not written:
        return line(("nothing is written", Tone.MUTED))
    marks = [state(row.op) for row in written]
    width = max(mark.cell_length for mark in marks) + 2
    return lines(
        line(mark, " " * (width - mark.cell_length), row.label) for mark, row in zip(marks, written, strict=True)
    )
