"""Frames of a walk, taken while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.pictures.film import Frame
from tests.walks.walker import Walker
from wizard.flow.pages import Page

GLANCE = 0.6
"""Seconds for which what a key did is shown."""

MOMENT = 0.15
"""Seconds between two frames of something that moves by itself."""


class Camera:
    """Keeps what the walker sees as `frames`."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self.frames: list[Frame] = []

    async def page(self, page: Page, seconds: float) -> None:
        """Wait for a page and show it for so long."""
        await self._walker.on(page)
        await self._walker.pilot.wait_for_scheduled_animations()
        self.show(seconds)

    async def press(self, key: str, caption: str, seconds: float = GLANCE) -> None:
        """Say which key comes, press it, and show what it did."""
        self.frames[-1] = self.frames[-1]._replace(caption=caption)
        await self._walker.press(key)
        self.show(seconds)

    async def watch(self, goes_on: Callable[[], bool], faster: float = 1) -> None:
        """Show what happens until it is over, so many times faster."""
        while goes_on():
            self.show(MOMENT / faster)
            await asyncio.sleep(MOMENT)

    def show(self, seconds: float) -> None:
        """What is on the screen now, for so long."""
        self.frames.append(Frame(self._walker.app.export_screenshot(simplify=True), seconds))
