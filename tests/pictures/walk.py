"""The walk of the film: from a service that reaches nothing to three connected targets, by keys alone."""

from __future__ import annotations

from tests.pictures.camera import Camera
from tests.pictures.film import Frame
from tests.walks.walker import walking
from wizard.flow.pages import Page

SIZE = (96, 28)
SPEED = 40
"""Times real time: what takes minutes passes in seconds, and something can still be seen of it."""


async def walk() -> list[Frame]:
    """Walk once through the wizard on the sandbox."""
    async with walking("tutorial", SIZE, speed=SPEED) as walker:
        camera = Camera(walker)
        await camera.page(Page.WELCOME, 3)
        await camera.press("enter", "Enter: begin on the sandbox")
        await camera.page(Page.SERVICE, 2)
        await camera.press("enter", "Enter: this service")
        await camera.page(Page.TARGETS, 2)
        await camera.press("enter", "Enter: tick")
        for _ in range(2):
            await camera.press("down", "Down", 0.3)
            await camera.press("enter", "Enter: tick")
        await camera.press("ctrl+n", "Ctrl+N: next")
        await camera.page(Page.EXPRESS, 5)
        await camera.press("enter", "Enter: take all of it")
        await camera.page(Page.REVIEW, 4)
        return camera.frames
