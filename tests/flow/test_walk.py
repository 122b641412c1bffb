"""Going through the pages."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model, session
from wizard.answers import Answers
from wizard.apply.events import RunStatus
from wizard.apply.state import RunState
from wizard.flow.model import Model
from wizard.flow.pages import ORDER, Page
from wizard.flow.walk import Mark, closed, following, mark, preceding
from wizard.inventory import Inventory


def walk(shown: Model) -> list[Page]:
    """From the first page forward as far as Next goes."""
    pages, page = [], shown.page
    while True:
        pages.append(page)
        after = following(page, shown)
        if after is None or closed(after, shown):
            return pages
        page = after


def test_on_a_sandbox_project_and_region_are_not_asked(tmp_path: Path) -> None:
    pages = walk(model(tmp_path, Page.WELCOME))
    assert pages[:3] == [Page.WELCOME, Page.SERVICE, Page.TARGETS]
    assert pages[-1] is Page.REVIEW


def test_live_every_page_is_asked(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.WELCOME, session=session(tmp_path, live=True))
    assert walk(shown)[:4] == [Page.WELCOME, Page.PROJECT, Page.REGION, Page.SERVICE]


def test_express_goes_from_the_recommendations_to_the_review(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.EXPRESS, express=True)
    assert following(Page.EXPRESS, shown) is Page.REVIEW
    assert preceding(Page.REVIEW, shown) is Page.EXPRESS


def test_back_is_the_way_that_next_came(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.WELCOME)
    pages = walk(shown)
    assert [preceding(page, shown) for page in pages[1:]] == pages[:-1]


@pytest.mark.parametrize("page", ORDER[3:13])
def test_without_a_cloud_no_question_can_be_gone_to(page: Page) -> None:
    assert closed(page, Model()) == "choose a cloud first"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.SERVICE, answers=Answers(project="demo-project", region="us-central1"))
    assert closed(Page.TARGETS, shown) == "choose a service first"
    assert closed(Page.APPLY, shown) == "nothing has been applied yet"
    with_run = msgspec.structs.replace(shown, run=RunState(run="r"), running=True)
    assert closed(Page.APPLY, with_run) == ""
    assert closed(Page.CONNECTIVITY, with_run) == "no live test has reported yet"
    assert closed(Page.DONE, with_run) == "the run is under way"


def test_marks(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.EGRESS)
    assert mark(Page.EGRESS, shown) is Mark.CURRENT
    assert mark(Page.SERVICE, shown) is Mark.DONE
    assert mark(Page.SIZE, shown) is Mark.TODO
    assert mark(Page.APPLY, shown) is Mark.CLOSED


def test_a_blocking_finding_and_a_refused_answer_need_attention(tmp_path: Path) -> None:
    no_network = model(tmp_path, Page.REVIEW, inventory=tutorial(networks=()))
    assert isinstance(no_network.inventory, Inventory)
    assert mark(Page.NETWORK, no_network) is Mark.ATTENTION
    refused = model(tmp_path, Page.REVIEW, answers=wishes(), problems={"range": "10.0.0.0/33: is no range"})
    assert mark(Page.ADDRESSES, refused) is Mark.ATTENTION


def test_marks_of_what_was_taken_as_a_whole(tmp_path: Path) -> None:
    shown = model(tmp_path, Page.EXPRESS, express=True)
    taken = [page for page in ORDER if mark(page, msgspec.structs.replace(shown, page=Page.REVIEW)) is Mark.DONE]
    assert taken == list(ORDER[: ORDER.index(Page.REVIEW)])


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (RunStatus.DONE, Mark.DONE),
        (RunStatus.UNDONE, Mark.DONE),
        (RunStatus.FAILED, Mark.ATTENTION),
        (RunStatus.STOPPED, Mark.ATTENTION),
        (RunStatus.WAITING, Mark.ATTENTION),
        (RunStatus.RUNNING, Mark.TODO),
    ],
)
def test_apply_is_marked_by_how_the_run_stands(status: RunStatus, wanted: Mark, tmp_path: Path) -> None:
    shown = model(tmp_path, Page.REVIEW, run=RunState(status=status))
    assert mark(Page.APPLY, shown) is wanted
