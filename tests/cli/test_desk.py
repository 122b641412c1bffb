"""The desk of the screens, on a sandbox that really runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.cli.fakes import Screen
from wizard import inventory
from wizard.cli.desk import TerminalDesk
from wizard.cli.options import Options
from wizard.desk import Session
from wizard.errors import InputError, ReadOnlyError
from wizard.records import Network, Ref


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    Screen().run("sandbox", "stop", "--sandbox", "tutorial")


@asynccontextmanager
async def opened(desk: TerminalDesk, region: str = "") -> AsyncIterator[Session]:
    session = await desk.sandbox("tutorial", region)
    try:
        yield session
    finally:
        await session.cloud.aclose()


async def test_a_sandbox_is_opened_and_can_be_read() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0))
    async with opened(desk) as session:
        assert (session.project, session.region, session.scenario) == ("demo-project", "us-central1", "tutorial")
        assert session.simulated
        assert session.banner.startswith("SIMULATION tutorial")
        facts = await inventory.read(session.cloud, session.region, "my-service")
        assert [service.name for service in facts.services] == ["my-service"]
        assert desk.scenario_of(session.environment) == "tutorial"
    assert desk.scenario_of("live:some-project") == ""


async def test_another_region_of_the_same_sandbox() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0))
    async with opened(desk, "europe-west1") as session:
        assert session.region == "europe-west1"


async def test_another_project_of_the_same_cloud_as_read_only_as_the_first() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0, read_only=True))
    async with opened(desk) as session:
        assert session.open_project is not None
        other = await session.open_project("demo-project")
        ref = Ref(kind="service", project="demo-project", location=session.region, name="my-service")
        assert (await other.find(ref)) == (await session.cloud.find(ref))
        with pytest.raises(ReadOnlyError):
            await other.delete(ref, etag="", request_id="")
        await other.aclose()


def test_a_scenario_that_is_not_known_here_is_said() -> None:
    with pytest.raises(InputError, match="not known here") as caught:
        TerminalDesk(Options()).scenario_of("sandbox:ffffffffffffffff")
    assert caught.value.fix


async def test_time_is_held_and_let_go() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0))
    async with opened(desk) as session:
        assert not session.paused
        await desk.pause("tutorial", paused=True)
        assert await desk.paused("tutorial")
        async with opened(desk) as again:
            assert again.paused
        await desk.pause("tutorial", paused=False)
        assert not await desk.paused("tutorial")


async def test_faults_are_set_seen_and_cleared() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0))
    async with opened(desk):
        await desk.fault("tutorial", "vpcaccess.CreateConnector", "http:503")
        assert await desk.faults("tutorial") == ("vpcaccess.CreateConnector: http:503",)
        await desk.fault("tutorial", "", "")
        assert await desk.faults("tutorial") == ()


async def test_without_a_running_sandbox_no_fault_can_be_set() -> None:
    with pytest.raises(InputError, match="does not run"):
        await TerminalDesk(Options(speed=0)).fault("tutorial", "run.CreateJob", "slow")


async def test_read_only_holds_here_too() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0, read_only=True))
    assert desk.read_only
    async with opened(desk) as session:
        ref = Ref(kind="network", project=session.project, name="n")
        with pytest.raises(ReadOnlyError):
            await session.cloud.create(ref, Network(name="n"), request_id="")


def test_ones_own_scenario_comes_first() -> None:
    assert next(iter(TerminalDesk(Options(sandbox="my/own.toml")).scenarios)) == "my/own.toml"
    assert list(TerminalDesk(Options()).scenarios) == ["tutorial", "managed", "seed"]
    asked_for = TerminalDesk(Options(sandbox="migration")).scenarios
    assert (next(iter(asked_for)), "own" in asked_for["migration"]) == ("migration", False)


async def test_projects_and_regions_of_a_sandbox() -> None:
    desk = TerminalDesk(Options(sandbox="tutorial", speed=0))
    async with opened(desk):
        assert [project.id for project in await desk.projects("tutorial")] == ["demo-project"]
        assert "us-central1" in await desk.regions("tutorial", "demo-project")
