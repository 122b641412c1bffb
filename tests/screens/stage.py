"""A stage for one page: the real application on a model that was written by hand, with no cloud behind it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from textual.pilot import Pilot

from screens.app import WizardApp
from tests.apply.fake_cloud import FakeCloud
from tests.plan.worlds import tutorial, wishes
from wizard.answers import Answers, by_key
from wizard.desk import ProjectInfo, Session
from wizard.errors import RunvpcError
from wizard.flow.edits import default
from wizard.flow.model import Model
from wizard.flow.pages import PAGE_OF, Page
from wizard.inventory import Inventory
from wizard.plan.setup import plan_setup
from wizard.probe.targets import parse

SMALL, LARGE, TINY = (80, 24), (120, 40), (60, 20)
SIZES = {"80x24": SMALL, "120x40": LARGE, "60x20": TINY}

BANNER = "SIMULATION tutorial, 20 times real time: no real cloud, no cost"


class PaperDesk:
    """A desk whose clouds hold nothing, or that fails with `error`. `faulted` keeps what was asked to fail."""

    def __init__(self, state: Path, *, error: RunvpcError | None = None, read_only: bool = False) -> None:
        self._state = state
        self._read_only = read_only
        self.error = error
        self.known: tuple[ProjectInfo, ...] = ()
        self.places: tuple[str, ...] = ("us-central1", "europe-west1")
        self.faulted: list[tuple[str, str, int]] = []
        self.held = False
        self.advanced: list[float] = []

    @property
    def state(self) -> Path:
        return self._state

    @property
    def read_only(self) -> bool:
        return self._read_only

    @property
    def scenarios(self) -> Mapping[str, str]:
        return {"tutorial": "a Redis, a PostgreSQL and an API on VMs", "managed": "a managed Redis and SQL"}

    def scenario_of(self, environment: str) -> str:
        return "tutorial" if environment.startswith("sandbox:") else ""

    async def sandbox(self, scenario: str, region: str = "") -> Session:
        self._fail()
        return session(self._state, region=region or "us-central1")

    async def live(self, project: str, region: str) -> Session:
        self._fail()
        return session(self._state, project=project, region=region, live=True)

    async def default_project(self) -> str:
        self._fail()
        return ""

    async def projects(self, scenario: str) -> tuple[ProjectInfo, ...]:
        self._fail()
        return self.known

    async def regions(self, scenario: str, project: str) -> tuple[str, ...]:
        self._fail()
        return self.places

    async def advance(self, scenario: str, seconds: float) -> None:
        self.advanced.append(seconds)

    async def faults(self, scenario: str) -> tuple[str, ...]:
        return tuple(f"{on}: {kind}" for on, kind, _ in self.faulted)

    async def paused(self, scenario: str) -> bool:
        return self.held

    async def pause(self, scenario: str, *, paused: bool) -> None:
        self.held = paused

    async def fault(self, scenario: str, on: str, kind: str, times: int = 1) -> None:
        self._fail()
        self.faulted.append((on, kind, times))

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


def session(state: Path, *, project: str = "demo-project", region: str = "us-central1", live: bool = False) -> Session:
    """A session on an empty cloud that is kept in a file under `state`."""
    cloud = FakeCloud(state / "world")
    if live:
        return Session(cloud, f"live:{project}", f"LIVE ada@example.com@{project}", project, region)
    return Session(cloud, "sandbox:0123456789abcdef", BANNER, project, region, "tutorial")


def model(
    state: Path, page: Page, inventory: Inventory | None = None, answers: Answers | None = None, **changes: Any
) -> Model:
    """A walk that has come to `page`, by default in the tutorial with a connector; planned as the wizard plans."""
    facts = tutorial() if inventory is None else inventory
    given = wishes() if answers is None else answers
    targets = tuple(parse(text) for text in given.targets)
    plan = plan_setup(facts, given, targets, "t0k3n") if targets and given.service else None
    base = Model(
        page=page,
        session=session(state),
        answers=given,
        answered=frozenset(key for key, value in by_key(given).items() if value != default(key)) & PAGE_OF.keys(),
        visited=frozenset(list(Page)[: list(Page).index(page) + 1]),
        inventory=facts,
        targets=targets,
        plan=plan,
    )
    return msgspec.structs.replace(base, **changes)


def app_at(state: Path, shown: Model, desk: PaperDesk | None = None) -> WizardApp:
    """The application on this model; `app.wizard` is its wizard."""
    app = WizardApp(desk or PaperDesk(state), shown.answers, token=lambda: "t0k3n")
    app.wizard.put(shown)
    return app


async def settle(pilot: Pilot[None]) -> None:
    """Until nothing moves any more."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.wait_for_scheduled_animations()
    await pilot.pause()


async def picture(app: WizardApp, size: tuple[int, int], *keys: str) -> str:
    """The screen as SVG after these keys."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if keys:
            await pilot.press(*keys)
            await settle(pilot)
        return app.export_screenshot(title="runvpc", simplify=True)
