"""Going through the pages: what comes next, what comes before, what can be gone to, and how each page stands."""

from __future__ import annotations

from enum import StrEnum

from wizard.apply.events import RunStatus
from wizard.flow.model import Model
from wizard.flow.pages import KEYS, ORDER, Page, page_of_finding
from wizard.plan.plan import Severity


class Mark(StrEnum):
    """How a page stands, in the word that the rail shows."""

    DONE = "done"
    CURRENT = "here"
    TODO = "to do"
    ATTENTION = "look"
    CLOSED = "later"


_BY_EXPRESS = ORDER[ORDER.index(Page.EXPRESS) + 1 : ORDER.index(Page.REVIEW)]
_AFTER_APPLY = (Page.APPLY, Page.CONNECTIVITY, Page.DONE)


def following(page: Page, model: Model) -> Page | None:
    """The page after `page`; None after the last."""
    if page is Page.EXPRESS and model.express:
        return Page.REVIEW
    later = ORDER[ORDER.index(page) + 1 :]
    return next((p for p in later if not _passed_by(p, model)), None)


def preceding(page: Page, model: Model) -> Page | None:
    """The page before `page`; None before the first."""
    if page is Page.REVIEW and model.express:
        return Page.EXPRESS
    earlier = ORDER[: ORDER.index(page)]
    return next((p for p in reversed(earlier) if not _passed_by(p, model)), None)


def _passed_by(page: Page, model: Model) -> bool:
    """A sandbox has one project and says its region: nobody is asked, but whoever wants to can look."""
    return page in (Page.PROJECT, Page.REGION) and model.session is not None and model.session.simulated


def closed(page: Page, model: Model) -> str:
    """Why the page cannot be gone to yet; empty when it can."""
    if page is Page.WELCOME:
        return ""
    if page in _AFTER_APPLY:
        return _closed_after_apply(page, model)
    if model.session is None and page is not Page.PROJECT:
        return "choose a cloud first"
    answers = model.answers
    needs = [
        (Page.PROJECT, bool(answers.project), "choose a project first"),
        (Page.REGION, bool(answers.region), "choose a region first"),
        (Page.SERVICE, bool(answers.service), "choose a service first"),
        (Page.TARGETS, bool(answers.targets), "say first what shall be reached"),
    ]
    before = ORDER[: ORDER.index(page)]
    return next((why for needed, given, why in needs if needed in before and not given), "")


def _closed_after_apply(page: Page, model: Model) -> str:
    if model.run is None:
        return "" if page is Page.APPLY and model.running else "nothing has been applied yet"
    if page is Page.CONNECTIVITY and not model.run.probes:
        return "no live test has reported yet"
    if page is Page.DONE and model.running:
        return "the run is under way"
    return ""


def mark(page: Page, model: Model) -> Mark:
    """How the page stands."""
    if page is model.page:
        return Mark.CURRENT
    if _needs_attention(page, model):
        return Mark.ATTENTION
    if closed(page, model):
        return Mark.CLOSED
    if page is Page.APPLY and model.run is not None:
        return _OF_RUN.get(model.run.status, Mark.DONE)
    known = page in model.visited or _answered(page, model) or _taken(page, model)
    return Mark.DONE if known else Mark.TODO


_OF_RUN = {
    RunStatus.RUNNING: Mark.TODO,
    RunStatus.FAILED: Mark.ATTENTION,
    RunStatus.STOPPED: Mark.ATTENTION,
    RunStatus.WAITING: Mark.ATTENTION,
}


def _taken(page: Page, model: Model) -> bool:
    """Whether what is recommended here was taken as a whole."""
    return model.express and Page.EXPRESS in model.visited and page in _BY_EXPRESS


def _needs_attention(page: Page, model: Model) -> bool:
    if any(key in model.problems for key in KEYS.get(page, ())):
        return True
    if model.plan is None or closed(page, model) or page is Page.REVIEW:
        return False
    return any(f.severity is Severity.BLOCK and page_of_finding(f.code) is page for f in model.plan.findings)


def _answered(page: Page, model: Model) -> bool:
    keys = KEYS.get(page, ())
    return bool(keys) and any(key in model.answered for key in keys)
