"""A person in front of the application on a real sandbox, by keys or by mouse, who waits for what is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import OptionList

from screens.app import WizardApp
from tests.cli.fakes import Screen
from wizard.answers import Answers
from wizard.apply.state import RunState
from wizard.cli.desk import TerminalDesk
from wizard.cli.options import Options
from wizard.flow.model import Model
from wizard.flow.pages import Page

PATIENCE = 60.0


@dataclass
class Walker:
    """`pilot` moves the hands."""

    app: WizardApp
    pilot: Pilot[None]

    @property
    def model(self) -> Model:
        return self.app.wizard.model

    @property
    def state(self) -> RunState:
        """The run of this sitting."""
        assert self.model.run is not None
        return self.model.run

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something to become true; what is on the screen when it does not is in the error."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            assert self.app.is_running, f"{what}, but the application has ended: {self.seen()}"
            assert asyncio.get_running_loop().time() < end, f"{what}, but: {self.seen()}"
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    async def on(self, page: Page) -> None:
        """Wait until a page is there and everything has been read."""
        await self.until(lambda: self._shows(page), f"page {page.value} comes")

    def _shows(self, page: Page) -> bool:
        there = self.app.page is not None and self.app.page.PAGE is page
        return there and not self.model.reading

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def tab_to(self, wanted: str) -> None:
        """Tab until the widget that a selector names has the focus."""
        for _ in range(40):
            focused = self.app.screen.focused
            if focused is not None and focused in self.app.screen.query(wanted):
                return
            await self.press("tab")
        raise AssertionError(f"no Tab leads to {wanted}: {self.seen()}")

    async def click(self, selector: str) -> None:
        """Click what a selector names, having scrolled to it."""
        widget = self.app.screen.query_one(selector, Widget)
        widget.scroll_visible(animate=False)
        await self.pilot.pause()
        await self.pilot.click(widget)
        await self.pilot.pause()

    async def click_row(self, selector: str, row: int, *, height: int = 2) -> None:
        """Click a row of the list that a selector names, whose rows are so many lines high."""
        rows = self.app.screen.query_one(f"{selector} OptionList", OptionList)
        rows.scroll_visible(animate=False)
        await self.pilot.pause()
        await self.pilot.click(rows, offset=(4, row * height))
        await self.pilot.pause()

    async def pause(self, seconds: float) -> None:
        """Let real time pass: dialogs ignore their first half second."""
        await asyncio.sleep(seconds)
        await self.pilot.pause()

    def seen(self) -> str:
        """What the model says, for the error of a test."""
        model = self.model
        trouble = model.trouble.message if model.trouble else ""
        findings = [f.message for f in model.plan.findings] if model.plan else []
        return f"page {model.page.value}, reading {model.reading!r}, trouble {trouble!r}, {model.problems}, {findings}"


@asynccontextmanager
async def walking(
    scenario: str = "tutorial",
    size: tuple[int, int] = (80, 24),
    answers: Answers | None = None,
    speed: float = 0,
) -> AsyncIterator[Walker]:
    """The wizard on its first page; the sandbox is stopped when the walk is over."""
    desk = TerminalDesk(Options(sandbox=scenario, speed=speed))
    app = WizardApp(desk, answers or Answers(), scenario=scenario)
    try:
        async with app.run_test(size=size) as pilot:
            walker = Walker(app, pilot)
            await walker.until(lambda: walker.model.inventory is not None, "the sandbox is read")
            yield walker
    finally:
        Screen().run("sandbox", "stop", "--sandbox", scenario)
