"""The walk of the film: from a service that reaches nothing to three connected targets and back, by keys alone."""

from __future__ import annotations

from screens.dialogs.confirm import GRACE_SECONDS
from tests.pictures.camera import Camera
from tests.pictures.film import Frame
from tests.walks.walker import Walker, walking
from wizard.flow.pages import Page

SIZE = (96, 27)
SPEED = 30
"""Times real time: what takes minutes passes in seconds, and something can still be seen of it."""


async def walk() -> list[Frame]:
    """Walk once through the wizard on the sandbox."""
    async with walking("tutorial", SIZE, speed=SPEED) as walker:
        camera = Camera(walker)
        await _choose(camera)
        await _apply(camera, walker)
        await _look(camera)
        await _take_back(camera, walker)
        return camera.frames


async def _choose(camera: Camera) -> None:
    await camera.page(Page.WELCOME, 3)
    await camera.press("enter", "Enter: begin on the sandbox")
    await camera.page(Page.SERVICE, 2)
    await camera.press("enter", "Enter: this service")
    await camera.page(Page.TARGETS, 2.5)
    await camera.press("enter", "Enter: tick")
    for _ in range(2):
        await camera.press("down", "Down", 0.3)
        await camera.press("enter", "Enter: tick")
    await camera.press("ctrl+n", "Ctrl+N: next")
    await camera.page(Page.EXPRESS, 5)
    await camera.press("enter", "Enter: take what is recommended")
    await camera.page(Page.REVIEW, 3)
    for _ in range(4):
        await camera.press("down", "Down: what a step does", 0.8)


async def _apply(camera: Camera, walker: Walker) -> None:
    await camera.press("ctrl+n", "Ctrl+N: apply", 2.5)
    await walker.pause(GRACE_SECONDS)
    await camera.press("y", "Y: yes")
    await walker.on(Page.APPLY)
    await camera.watch(lambda: walker.model.running)
    await camera.page(Page.APPLY, 3)


async def _look(camera: Camera) -> None:
    await camera.press("enter", "Enter: what the live test met")
    await camera.page(Page.CONNECTIVITY, 5)
    await camera.press("enter", "Enter: next")
    await camera.page(Page.DONE, 4)


async def _take_back(camera: Camera, walker: Walker) -> None:
    await walker.tab_to("#undo")
    camera.show(0.4)
    await camera.press("enter", "Enter: undo", 4)
    await walker.pause(GRACE_SECONDS)
    service = walker.model.answers.service
    for letter in service:
        await camera.press(letter, f"{service}: its name, typed as a yes", 0.12)
    await camera.press("enter", "Enter: take it back")
    await camera.watch(lambda: walker.model.running, faster=3)
    await camera.page(Page.APPLY, 3)
    await walker.app.wizard.desk.advance("tutorial", 7200)
    await walker.tab_to("#resume")
    camera.show(1)
    await camera.press("enter", "Enter: two hours later, resume")
    await camera.watch(lambda: walker.model.running)
    await camera.page(Page.APPLY, 5)
