"""The whole first-time set-up on a sandbox that really runs, by keys alone and by mouse alone, and back again."""

from __future__ import annotations

import pytest

from screens.dialogs.confirm import GRACE_SECONDS
from tests.walks.walker import Walker, walking
from wizard.answers import Answers
from wizard.apply.events import Phase, RunStatus
from wizard.cli.desk import TerminalDesk
from wizard.cli.options import Options
from wizard.flow.pages import Page

URLS = {"redis://10.0.0.3:6379", "postgres://10.0.0.5:5432", "http://10.0.0.10:80"}
NAME = "my-service"


async def by_keys_to_the_review(walker: Walker) -> None:
    """Arrow keys, Enter and Tab alone; the recommendations as a whole."""
    await walker.on(Page.WELCOME)
    await walker.press("enter")
    await walker.on(Page.SERVICE)
    await walker.press("enter")
    await walker.on(Page.TARGETS)
    await walker.press("enter", "down", "enter", "down", "enter")
    await walker.tab_to("#next")
    await walker.press("enter")
    await walker.on(Page.EXPRESS)
    await walker.press("enter")
    await walker.on(Page.REVIEW)


async def apply_by_keys(walker: Walker) -> None:
    await walker.tab_to("#next")
    await walker.press("enter")
    await walker.pause(GRACE_SECONDS)
    await walker.tab_to("#yes")
    await walker.press("enter")
    await walker.on(Page.APPLY)


async def connected(walker: Walker) -> None:
    await walker.until(lambda: not walker.model.running, "the run ends")
    assert walker.state.status is RunStatus.DONE, walker.seen()
    assert {result.target for result in walker.state.probe} == URLS
    assert {result.verdict for result in walker.state.probe} == {"connected"}


@pytest.mark.parametrize("path", ["connector", "direct"])
async def test_by_keys_alone_and_back(path: str) -> None:
    async with walking(answers=Answers(egress_path=path)) as walker:
        await by_keys_to_the_review(walker)
        await apply_by_keys(walker)
        await connected(walker)
        await walker.tab_to("#next")
        await walker.press("enter")
        await walker.on(Page.CONNECTIVITY)
        await walker.press("enter")
        await walker.on(Page.DONE)
        await walker.tab_to("#undo")
        await walker.press("enter")
        await walker.pause(GRACE_SECONDS)
        await walker.press(*NAME, "enter")
        await walker.until(lambda: walker.state.phase is Phase.UNDO and not walker.model.running, "undo ends")
        if path == "direct":
            assert walker.state.status is RunStatus.WAITING
            await walker.app.wizard.desk.advance("tutorial", 7200)
            await walker.tab_to("#resume")
            await walker.press("enter")
            await walker.until(lambda: walker.state.status is RunStatus.UNDONE, "the rest is undone")
        assert walker.state.status is RunStatus.UNDONE, walker.seen()


@pytest.mark.parametrize("path", ["connector", "direct"])
async def test_by_mouse_alone(path: str) -> None:
    async with walking(answers=Answers(egress_path=path), size=(120, 40)) as walker:
        await walker.click_row("#clouds", 0)
        await walker.on(Page.SERVICE)
        await walker.click_row("#services", 0, height=1)
        await walker.on(Page.TARGETS)
        for row in range(3):
            await walker.click_row("#proposals", row)
        await walker.click("#next")
        await walker.on(Page.EXPRESS)
        await walker.click("#next")
        await walker.on(Page.REVIEW)
        await walker.click("#next")
        await walker.pause(GRACE_SECONDS)
        await walker.click("#yes")
        await walker.on(Page.APPLY)
        await connected(walker)
        await walker.click("#next")
        await walker.on(Page.CONNECTIVITY)
        await walker.click("#rail-done")
        await walker.on(Page.DONE)


async def test_a_run_goes_on_while_one_looks_elsewhere_and_is_there_on_return() -> None:
    async with walking(speed=20) as walker:
        await by_keys_to_the_review(walker)
        await apply_by_keys(walker)
        await walker.click("#rail-targets")
        await walker.on(Page.TARGETS)
        assert walker.model.running
        assert walker.app.wizard.answer("egress", "all-traffic")
        await walker.click("#rail-apply")
        await walker.on(Page.APPLY)
        await connected(walker)


async def test_stop_leave_and_resume_from_the_first_page() -> None:
    async with walking(speed=20) as walker:
        await by_keys_to_the_review(walker)
        await apply_by_keys(walker)
        await walker.press("s")
        await walker.until(lambda: not walker.model.running, "the run stops")
        assert walker.state.status is RunStatus.STOPPED
        await walker.click("#rail-welcome")
        await walker.on(Page.WELCOME)
        await walker.tab_to("#runs OptionList")
        await walker.press("enter")
        await walker.press("enter")
        await walker.on(Page.APPLY)
        await connected(walker)


async def test_pausing_starts_no_further_step() -> None:
    async with walking(speed=20) as walker:
        await by_keys_to_the_review(walker)
        await apply_by_keys(walker)
        await walker.press("p")
        assert walker.app.wizard.keeper.paused
        await walker.pause(1.0)
        assert "planned" in {step.status.value for step in walker.state.steps}
        assert walker.model.running
        await walker.press("p")
        await connected(walker)


async def test_a_fault_leaves_a_page_that_says_so_and_the_service_untouched() -> None:
    async with walking(answers=Answers(egress_path="connector")) as walker:
        await TerminalDesk(Options(speed=0)).fault("tutorial", "vpcaccess.CreateConnector", "http:403")
        await by_keys_to_the_review(walker)
        await apply_by_keys(walker)
        await walker.until(lambda: not walker.model.running, "the run ends")
        assert walker.state.status is RunStatus.FAILED
        assert walker.state.step(f"service/{NAME}").status.value == "skipped"
        assert walker.model.unfinished
