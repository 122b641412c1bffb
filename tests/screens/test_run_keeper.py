"""The keeper of the run, without a screen: one task, every event told, and errors that become a message."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from screens.run_keeper import RunKeeper
from tests.apply.fake_cloud import FakeCloud
from tests.apply.plans import ENVIRONMENT, connector, plan_of, planned, setup_plan, start_world, statuses, subnet
from wizard.answers import Answers
from wizard.apply.events import Phase, RunStatus, StepStatus
from wizard.apply.journal import Journal
from wizard.apply.state import RunState
from wizard.desk import Session
from wizard.errors import CloudError, RunvpcError
from wizard.paths import Paths
from wizard.plan.plan import Plan
from wizard.records import AnyResource, Ref

ANSWERS = Answers(service="web")


class Watched:
    """A keeper, its cloud, and what it told."""

    def __init__(self, folder: Path, cloud: FakeCloud | None = None) -> None:
        self.folder = folder / "state"
        self.cloud = cloud or FakeCloud(folder / "cloud")
        start_world(self.cloud)
        self.session = Session(self.cloud, ENVIRONMENT, "SIMULATION", "p", "r", "tutorial")
        self.states: list[RunState] = []
        self.ends: list[RunvpcError | None] = []
        self.alive_at_end: list[bool] = []
        self.news = asyncio.Event()
        self.keeper = RunKeeper(self.folder, changed=self._changed, ended=self._ended)

    def _changed(self, state: RunState) -> None:
        self.states.append(state)
        self.news.set()

    def _ended(self, error: RunvpcError | None) -> None:
        self.ends.append(error)
        self.alive_at_end.append(self.keeper.alive)

    @property
    def state(self) -> RunState:
        return self.states[-1]

    @property
    def message(self) -> str:
        (error,) = self.ends
        assert error is not None
        return error.message

    async def started(self, plan: Plan | None = None) -> None:
        await self.keeper.start(plan or setup_plan(self.cloud), self.session, ANSWERS)

    async def until(self, id_: str, status: StepStatus) -> None:
        while not self.states or self.state.step(id_).status is not status:
            self.news.clear()
            await self.news.wait()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_from_start_to_end(watched: Watched) -> None:
    assert not watched.keeper.alive
    await watched.started()
    assert (watched.ends, watched.alive_at_end) == ([None], [False])
    assert watched.state.status is RunStatus.DONE
    assert watched.states[0].steps, "the first thing told are the steps"
    with Journal.open(Paths(watched.folder).journal) as journal:
        assert journal.state("last") == watched.state
    saved = Paths(watched.folder).answers(watched.state.run)
    assert 'service = "web"' in saved.read_text("utf-8")
    assert saved.stat().st_mode & 0o777 == 0o600


async def test_it_is_taken_back_by_another_sitting(watched: Watched, tmp_path: Path) -> None:
    await watched.started()
    run = watched.state.run
    plan, stays = watched.keeper.undo_plan(run)
    assert subnet.id.split("/")[1] in {p.step.ref.name for p in plan.steps}
    assert all(left.reason for left in stays)
    assert watched.keeper.plan_of(run).flow == "setup"
    later = Watched(tmp_path, watched.cloud)
    await later.keeper.undo(run, later.session)
    assert (later.state.phase, later.state.status) == (Phase.UNDO, RunStatus.UNDONE)
    assert subnet.ref not in watched.cloud.world.resources


async def test_stop_finishes_the_call_in_flight_and_resume_goes_on(watched: Watched) -> None:
    watched.cloud.faults.seconds = {("create", "subnet"): 0.1}
    plan = plan_of(planned(subnet, watched.cloud), planned(connector, watched.cloud, subnet))
    task = asyncio.ensure_future(watched.started(plan))
    await watched.until(subnet.id, StepStatus.RUNNING)
    assert (watched.keeper.alive, watched.keeper.stopping) == (True, False)
    waiting = asyncio.ensure_future(watched.keeper.stop_and_wait())
    await asyncio.sleep(0)
    assert (watched.keeper.alive, watched.keeper.stopping) == (True, True)
    await waiting
    assert (watched.keeper.alive, watched.state.status) == (False, RunStatus.STOPPED)
    await task
    assert watched.state.status is RunStatus.STOPPED
    assert statuses(watched.state) == {subnet.id: StepStatus.DONE, connector.id: StepStatus.PLANNED}
    await watched.keeper.resume(watched.state.run, watched.session)
    assert (watched.keeper.stopping, watched.state.status) == (False, RunStatus.DONE)


async def test_pause_and_go_on(watched: Watched) -> None:
    watched.cloud.faults.seconds = {("create", "subnet"): 0.05}
    plan = plan_of(planned(subnet, watched.cloud), planned(connector, watched.cloud, subnet))
    task = asyncio.ensure_future(watched.started(plan))
    await watched.until(subnet.id, StepStatus.RUNNING)
    watched.keeper.pause()
    assert (watched.keeper.paused, watched.keeper.alive) == (True, True)
    await watched.until(subnet.id, StepStatus.DONE)
    await asyncio.sleep(0.05)
    assert watched.state.step(connector.id).status is StepStatus.PLANNED
    watched.keeper.go_on()
    await task
    assert (watched.keeper.paused, watched.state.status) == (False, RunStatus.DONE)


async def test_a_pause_does_not_last_into_the_next_run(watched: Watched) -> None:
    watched.keeper.pause()
    assert not watched.keeper.paused, "nothing is under way"
    await watched.started()
    assert watched.state.status is RunStatus.DONE


async def test_a_run_on_which_another_process_works(watched: Watched) -> None:
    await watched.started(plan_of(planned(subnet, watched.cloud)))
    watched.ends.clear()
    with Journal.open(Paths(watched.folder).journal) as journal, journal.attach("last", ENVIRONMENT):
        await watched.keeper.undo(watched.state.run, watched.session)
    assert "is working on run" in watched.message
    assert not watched.keeper.alive


async def test_a_run_of_another_cloud(watched: Watched) -> None:
    await watched.started(plan_of(planned(subnet, watched.cloud)))
    watched.ends.clear()
    live = Session(watched.cloud, "live:p", "LIVE", "p", "r")
    await watched.keeper.undo(watched.state.run, live)
    assert "belongs to sandbox:abc" in watched.message


async def test_a_run_that_is_not_known(watched: Watched) -> None:
    await watched.keeper.resume("r-none", watched.session)
    assert watched.message == "there is no run r-none"
    with pytest.raises(RunvpcError, match="there is no run"):
        watched.keeper.undo_plan("r-none")


async def test_a_journal_that_cannot_be_written_sends_nothing(watched: Watched) -> None:
    watched.folder.write_text("a file stands where the folder should be")
    await watched.started()
    assert watched.message.startswith("journal: ")
    assert watched.cloud.world.sent == []


async def test_answers_that_cannot_be_kept_send_nothing_and_let_go_of_the_run(watched: Watched) -> None:
    watched.folder.mkdir()
    (watched.folder / "answers").write_text("a file stands where the folder should be")
    await watched.started()
    assert "cannot keep the answers" in watched.message
    assert watched.cloud.world.sent == []
    assert not watched.keeper.alive
    with Journal.open(Paths(watched.folder).journal) as journal:
        assert [row.alive for row in journal.runs()] == [False]


async def test_a_cloud_that_is_gone_while_undo_looks_ends_in_a_message(tmp_path: Path) -> None:
    class Gone(FakeCloud):
        gone = False

        async def find(self, ref: Ref) -> AnyResource | None:
            if self.gone:
                raise CloudError("no route to the API", status="UNAVAILABLE")
            return await super().find(ref)

    cloud = Gone(tmp_path / "cloud")
    watched = Watched(tmp_path, cloud)
    await watched.started(plan_of(planned(subnet, cloud)))
    cloud.gone = True
    watched.ends.clear()
    await watched.keeper.undo(watched.state.run, watched.session)
    assert watched.ends == [None]
    assert watched.state.status is RunStatus.FAILED
    assert watched.state.step(subnet.id).error == "no route to the API"


async def test_a_task_that_is_cancelled_tells_nobody_and_lets_go(watched: Watched) -> None:
    watched.cloud.faults.seconds = {("create", "subnet"): 5.0}
    task = asyncio.ensure_future(watched.started(plan_of(planned(subnet, watched.cloud))))
    await watched.until(subnet.id, StepStatus.RUNNING)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert watched.ends == []
    assert not watched.keeper.alive
    with Journal.open(Paths(watched.folder).journal) as journal:
        assert [row.shown for row in journal.runs()] == [RunStatus.STOPPED]
