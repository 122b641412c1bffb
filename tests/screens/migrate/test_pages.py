"""What the keys of a migration's pages do, and a whole sitting on a cloud of paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input, Tabs

from screens.dialogs.apply import ApplyPlan
from screens.dialogs.confirm import GRACE_SECONDS, Confirm
from screens.dialogs.export import Export
from screens.dialogs.undo import Undo
from screens.dialogs.unfinished import KEEP, RESUME, UNDO, Unfinished
from screens.migrate.app import MigrateApp
from screens.migrate.dialogs import Ask, Finish, Pick, Tick
from screens.migrate.earlier import earlier
from screens.migrate.keeper import MoveKeeper
from screens.migrate.model import Stage
from screens.widgets.filter_list import FilterList
from screens.widgets.text import Lines
from tests.apply.fake_cloud import FakeCloud
from tests.apply.moves import LATEST, OLD, TARGET, moving, plan_for, service_ref, start_world
from tests.apply.plans import ENVIRONMENT
from tests.screens.migrate import fleets
from tests.screens.migrate.stage import app_at, model, planned, running
from tests.screens.stage import PaperDesk, session, settle
from wizard.apply.events import GroupStatus, RunStatus, StepStatus
from wizard.apply.journal import Journal
from wizard.apply.state import RunState
from wizard.desk import Session
from wizard.errors import InputError, RunvpcError
from wizard.fleet.answers import MigrateAnswers
from wizard.paths import Paths
from wizard.records import Service

BARE = MigrateAnswers(connector="legacy", subnet="run", nat="leave")


async def after(app: MigrateApp, *keys: str) -> MigrateAnswers:
    """The answers after these keys."""
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        return app.sitting.model.answers


@pytest.mark.parametrize(
    ("keys", "skip"),
    [
        (("space",), ("auth",)),
        (("enter",), ("auth",)),
        (("space", "space"), ()),
        (("down", "o"), ("catalog",)),
        (("n", "a"), ()),
        (("end", "space"), ()),
    ],
    ids=["one", "by Enter", "and back", "of an owner", "none, all", "what cannot be moved"],
)
async def test_choosing(keys: tuple[str, ...], skip: tuple[str, ...], tmp_path: Path) -> None:
    assert (await after(app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE)), *keys)).skip == skip


async def test_none_and_all(tmp_path: Path) -> None:
    groups = {*fleets.SERVICES, *(f"job:{name}" for name in fleets.JOBS)}
    assert set((await after(app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE)), "n")).skip) == groups
    assert set((await after(app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE)), "a")).skip) == groups


async def test_acknowledging_and_going_untested(tmp_path: Path) -> None:
    shown = model(tmp_path, Stage.INVENTORY, BARE)
    answers = await after(app_at(tmp_path, shown), "p", "k", "down", "k", "p")
    assert (answers.no_probe, answers.acknowledged) == (("auth",), ("catalog",)), "only where they mean something"


async def test_targets_and_the_subnet_are_typed(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        assert isinstance(app.screen, Ask)
        app.screen.query_one(Input).value = "nonsense"
        await pilot.press("enter")
        await settle(pilot)
        assert "✗" in str(app.screen.query_one("#unlike", Lines).content)
        app.screen.query_one(Input).value = "redis://10.0.0.3:6379 tcp://10.0.0.4:80"
        await pilot.press("enter")
        await settle(pilot)
        assert app.sitting.model.answers.targets == {"auth": ("redis://10.0.0.3:6379", "tcp://10.0.0.4:80")}
        for text, expected in (("10.30.0.0/24", ("", "10.30.0.0/24")), ("data", ("data", "auto")), ("", ("", "auto"))):
            await pilot.press("u")
            await settle(pilot)
            app.screen.query_one(Input).value = text
            await pilot.press("enter")
            await settle(pilot)
            answers = app.sitting.model.answers
            assert (answers.subnet, answers.range) == expected


async def test_one_of_several_connectors_is_chosen(tmp_path: Path) -> None:
    given = MigrateAnswers(project="demo-project", region=fleets.REGION)
    shown = replace(model(tmp_path, Stage.INVENTORY), answers=given, fleet=None, plan=None, connectors=("a", "b"))
    app = app_at(tmp_path, shown)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.screen, Pick)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.sitting.model.answers.connector == "b"
        trouble = app.sitting.model.trouble
        assert trouble is not None, "there is no such connector on paper"
        assert trouble.code == "not_found"


async def test_a_filter_moves_the_detail_along(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"owner:terra")
        await settle(pilot)
        assert "google_cloud_run_v2_service" in str(app.screen.query_one("#user-words", Lines).content)


async def test_findings_are_solved_where_they_stand(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Stage.FINDINGS, BARE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        assert not isinstance(app.screen, ApplyPlan), "something is in the way"
        await pilot.press("x")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert app.sitting.model.answers.skip == ("auth", "reports", "job:cleanup", "job:import")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("y")
        await settle(pilot)
        assert app.sitting.model.answers.acknowledged == ("catalog",)
        plan = app.sitting.model.plan
        assert plan is not None
        assert not plan.blocked
        await pilot.press("right")
        await settle(pilot)
        assert app.screen.query_one(Tabs).active == "plan"
        assert app.screen.query_one("#parts", FilterList).display


async def test_nothing_is_applied_before_a_yes(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Stage.FINDINGS))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        asked = []
        for key in ("ctrl+n", "n"):
            await pilot.press(key)
            await settle(pilot)
            asked.append((isinstance(app.screen, ApplyPlan), app.sitting.model.running))
        assert asked == [(True, False), (False, False)]


async def test_read_only_writes_nothing(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Stage.FINDINGS, read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n")
        await settle(pilot)
        assert not isinstance(app.screen, ApplyPlan)
        app.sitting.apply()
        assert not app.sitting.model.running


def _rollback(app: MigrateApp) -> tuple[bool, bool]:
    """Whether the key is in sight, and whether it does something now."""
    found = [active for active in app.screen.active_bindings.values() if active.binding.id == "roll_back"]
    return bool(found) and found[0].binding.show, bool(found) and found[0].enabled


async def test_one_key_and_a_yes_roll_back(tmp_path: Path) -> None:
    app = app_at(tmp_path, running(tmp_path, Stage.BOARD, fleets.under_way(planned())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert _rollback(app) == (True, True)
        await pilot.press("b", "n")
        await settle(pilot)
        assert not app.sitting.keeper.recall.asked("mailer")
        await pilot.press("b", "y")
        await settle(pilot)
        assert app.sitting.keeper.recall.asked("mailer")
        await pilot.press("down")
        await settle(pilot)
        assert _rollback(app) == (True, False), "orders is back already; the key stays in sight"
        await pilot.press("b")
        await settle(pilot)
        assert not isinstance(app.screen, Confirm)
        await pilot.press("p")
        await pilot.press("l")
        await settle(pilot)
        assert app.screen.query_one("#log", Lines).display


async def test_the_end_of_the_connector_is_typed(tmp_path: Path) -> None:
    app = app_at(tmp_path, running(tmp_path, Stage.DONE, fleets.all_moved(planned())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        dialog = app.screen
        assert isinstance(dialog, Finish)
        assert "minutes" in " ".join(str(found.content) for found in dialog.query(Lines))
        dialog.query_one("#rules", Tick).value = True
        dialog._now = lambda: dialog._since + GRACE_SECONDS
        await pilot.press(*"legac", "enter")
        await settle(pilot)
        assert app.screen is dialog, "that is not its name"
        await pilot.press("y", "enter")
        await settle(pilot)
        shown = app.sitting.model
        assert (shown.stage, shown.finishing) == (Stage.FINDINGS, True)


async def test_the_connector_may_go_when_nothing_is_left(tmp_path: Path) -> None:
    empty = replace(fleets.fleet(), users=(), fixed=(), elsewhere=())
    app = app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE, fleet=empty))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        assert isinstance(app.screen, Finish)
    in_use = app_at(tmp_path, model(tmp_path, Stage.INVENTORY, BARE))
    async with in_use.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        assert not isinstance(in_use.screen, Finish)


@pytest.mark.parametrize("choice", [RESUME, UNDO, KEEP])
async def test_a_migration_of_another_day_is_offered_again(choice: str, tmp_path: Path) -> None:
    """The paper desk opens an empty cloud: what was there is gone, and the run says so."""
    environment = session(tmp_path).environment
    with Journal.open(Paths(tmp_path).journal) as journal:
        begun = journal.begin(replace(planned(), flow="migrate"), environment)
        begun.close()
    app = MigrateApp(PaperDesk(tmp_path), BARE, scenario="migration")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, Unfinished)
        app.screen.dismiss(choice)
        await settle(pilot)
        model = app.sitting.model
        if choice == KEEP:
            assert model.run is None
            assert earlier(app.sitting) is None
        elif choice == UNDO:
            assert isinstance(app.screen, Undo)
            assert model.applied == planned()
        else:
            assert model.run is not None
            assert model.run.run == begun.id


async def test_the_record_and_taking_all_back(tmp_path: Path) -> None:
    app = app_at(tmp_path, running(tmp_path, Stage.DONE, fleets.all_moved(planned())))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert isinstance(app.screen, Export)
        await pilot.press("escape", "u")
        await settle(pilot)
        assert not isinstance(app.screen, Undo), "no journal has this run"
        assert app.sitting.model.trouble is not None


async def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    error = InputError("no credentials [/x]", field="project", fix="log in")
    app = MigrateApp(PaperDesk(tmp_path, error=error), BARE, scenario="migration")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "no credentials [/x]" in str(app.screen.query_one("#trouble", Lines).content)
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("f1")
        await settle(pilot)


class Watched:
    """A keeper of a migration on the fake cloud, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.cloud = FakeCloud(folder / "cloud")
        start_world(self.cloud)
        self.folder = folder / "state"
        self.session = Session(self.cloud, ENVIRONMENT, "SIMULATION", "p", "r", "migration")
        self.states: list[RunState] = []
        self.ends: list[RunvpcError | None] = []
        self.keeper = MoveKeeper(self.folder, changed=self._changed, ended=self.ends.append)
        self.recalled = ""

    def _changed(self, state: RunState) -> None:
        self.states.append(state)
        begun = any(s.id == "traffic-stage/web-10" and s.status is StepStatus.DONE for s in state.steps)
        if self.recalled and begun:
            self.keeper.recall.ask(self.recalled)

    @property
    def web(self) -> Service:
        found = self.cloud.world.resources[service_ref("web")]
        assert isinstance(found, Service)
        return found


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_a_group_is_recalled_while_the_others_go_on(watched: Watched) -> None:
    watched.recalled = "web"
    plan = plan_for(watched.cloud, "web", "job:nightly", targets=(TARGET,))
    plan = replace(plan, rollout=replace(plan.rollout, stop_on_failure=False))
    await watched.keeper.move(plan, watched.session, BARE)
    state = watched.states[-1]
    assert watched.ends == [None]
    assert (state.group("web").status, state.group("web").code) == (GroupStatus.TAKEN_BACK, "recalled")
    assert state.group("job:nightly").status is GroupStatus.MOVED
    assert (watched.web.vpc, watched.web.traffic) == (OLD, LATEST)
    with Journal.open(Paths(watched.folder).journal) as journal:
        assert journal.state("last") == state
    assert 'connector = "legacy"' in Paths(watched.folder).answers(state.run).read_text("utf-8")


async def test_a_group_is_taken_back_after_the_end(watched: Watched) -> None:
    await watched.keeper.move(moving(watched.cloud), watched.session, BARE)
    run = watched.states[-1]
    assert (run.status, run.group("web").status) == (RunStatus.DONE, GroupStatus.MOVED)
    await watched.keeper.take_back(run.run, "web", watched.session)
    assert watched.ends == [None, None]
    assert watched.states[-1].group("web").status is GroupStatus.TAKEN_BACK
    assert watched.web.vpc == OLD
    await watched.keeper.go_on_with(run.run, watched.session)
    assert watched.web.vpc == OLD, "what was taken back stays so"
