"""What a person's screens ask of the world outside: which clouds there are, and connections to them.

The command line implements it (`wizard/cli/desk.py`); tests and pictures bring one of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from wizard.ports import Cloud, OpenProject


@dataclass(frozen=True)
class Session:
    """A connected cloud. `environment` is what the journal records of it; `banner` what people see on every page.

    `scenario` is the sandbox's scenario (name or file), empty for the live cloud; `paused` whether its time was
    standing still when that was last asked. `open_project` reaches the other projects of the same cloud.
    """

    cloud: Cloud
    environment: str
    banner: str
    project: str
    region: str
    scenario: str = ""
    paused: bool = False
    open_project: OpenProject | None = None

    @property
    def simulated(self) -> bool:
        return bool(self.scenario)


class ProjectInfo(Struct, frozen=True, kw_only=True):
    """A Google Cloud project that the person may see."""

    id: str
    name: str = ""
    number: str = ""
    state: str = "ACTIVE"


class Desk(Protocol):
    """Opens clouds. Every method raises RunvpcError with what happened and what to do next."""

    @property
    def state(self) -> Path:
        """The folder for everything that is written."""
        ...

    @property
    def read_only(self) -> bool: ...

    @property
    def scenarios(self) -> Mapping[str, str]:
        """The scenarios of the sandbox, each with a line on what it is."""
        ...

    async def sandbox(self, scenario: str, region: str = "") -> Session:
        """The sandbox with this scenario, started when it does not run; in its own region unless one is given."""
        ...

    def scenario_of(self, environment: str) -> str:
        """The scenario of a recorded environment `sandbox:…`; empty for the live cloud.

        Raises InputError when no scenario that is known here has that content.
        """
        ...

    async def live(self, project: str, region: str) -> Session:
        """Google Cloud, by Application Default Credentials."""
        ...

    async def default_project(self) -> str:
        """The project that the credentials belong to, or empty."""
        ...

    async def projects(self, scenario: str) -> tuple[ProjectInfo, ...]:
        """The projects that may be seen, of the live cloud or of a sandbox that runs."""
        ...

    async def regions(self, scenario: str, project: str) -> tuple[str, ...]:
        """The regions in which a Cloud Run service can be, by name."""
        ...

    async def advance(self, scenario: str, seconds: float) -> None:
        """Let the sandbox's clock jump: what takes hours is over at once."""
        ...

    async def faults(self, scenario: str) -> tuple[str, ...]:
        """The faults that wait in the sandbox, one line each."""
        ...

    async def paused(self, scenario: str) -> bool:
        """Whether the sandbox's clock stands still."""
        ...

    async def pause(self, scenario: str, *, paused: bool) -> None:
        """Let the sandbox's clock stand still, or go on."""
        ...

    async def fault(self, scenario: str, on: str, kind: str, times: int = 1) -> None:
        """Make calls of `on` (`vpcaccess.CreateConnector`) fail as `kind` says, `times` times (0: every time).

        An empty `on` clears all.
        """
        ...
