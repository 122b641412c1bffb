"""What no single page does: keys and their file, palette, help, themes, faults, leaving."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import OptionList
from textual.worker import WorkerFailed

from screens import themes
from screens.commands import COMMANDS
from screens.dialogs.faults import Faults
from screens.dialogs.help import Help
from screens.dialogs.jump import Jump
from screens.helping import keys_here
from screens.keymap import FILE, load_keymap
from tests.screens.stage import SIZES, PaperDesk, app_at, model, picture, session, settle
from wizard.desk import Session
from wizard.errors import CloudError, InputError
from wizard.flow.model import Model
from wizard.flow.pages import Page


async def test_help_tells_every_key_that_works_here(tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        said = {text for _, text in keys_here(app)}
        missing = [c.id for c in COMMANDS if app.check_action(c.id, ()) and c.help not in said]
        assert not missing
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, Help)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


async def test_the_palette_offers_what_can_be_done_and_nothing_else(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE, session=session(tmp_path, live=True)))
    async with app.run_test() as pilot:
        await settle(pilot)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Faults" not in titles
        assert {"Next", "Pages", "Theme", "Quit"} <= titles


@pytest.mark.parametrize("size", SIZES)
async def test_jump(size: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.SERVICE)), SIZES[size], "ctrl+o") == snap


async def test_jump_goes_to_a_page(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert isinstance(app.screen, Jump)
        await pilot.press("home", "enter")
        await settle(pilot)
        assert app.wizard.model.page is Page.WELCOME


async def test_a_click_in_the_rail_goes_to_a_page_or_says_why_not(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        pages = []
        for entry in ("#rail-done", "#rail-region"):
            await pilot.click(entry)
            await settle(pilot)
            pages.append(app.wizard.model.page)
        assert pages == [Page.SERVICE, Page.REGION]


async def test_why_takes_the_place_of_the_question_on_a_narrow_terminal(
    tmp_path: Path, snap: SnapshotAssertion
) -> None:
    assert await picture(app_at(tmp_path, model(tmp_path, Page.SERVICE)), SIZES["80x24"], "f2") == snap


@pytest.mark.parametrize("theme", themes.ORDER)
async def test_themes(theme: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        app.theme = theme
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap


async def test_the_theme_key_goes_through_all(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test() as pilot:
        seen = [app.theme]
        for _ in themes.ORDER:
            await pilot.press("f9")
            seen.append(app.theme)
    assert seen == [*themes.ORDER, themes.ORDER[0]]


async def test_words_are_copied_quoted(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+y")
        assert app.clipboard == ("gcloud run services describe my-service --region=us-central1 --project=demo-project")


async def test_a_fault_is_asked_of_the_sandbox(tmp_path: Path, snap: SnapshotAssertion) -> None:
    desk = PaperDesk(tmp_path)
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE), desk)
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        assert isinstance(app.screen, Faults)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap(name="call")
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.export_screenshot(title="runvpc", simplify=True) == snap(name="kind")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
    assert desk.faulted == [("vpcaccess.CreateConnector", "http:403", 3)]


async def test_the_menu_of_faults_goes_back_step_by_step_and_offers_what_fits(tmp_path: Path) -> None:
    desk = PaperDesk(tmp_path)
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE), desk)
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        await pilot.press(*"networks.list", "enter")
        await settle(pilot)
        offered = " ".join(str(option.prompt) for option in app.screen.query_one(OptionList).options)
        assert "shows the state before the last write" in offered
        assert "no answer ever comes" in offered
        assert "fails later" not in offered, "a read has no operation"
        await pilot.press("enter", "escape", "escape", "escape")
        await settle(pilot)
        assert not isinstance(app.screen, Faults)
    assert desk.faulted == []


async def test_the_sandboxs_time_is_held_and_let_go_from_the_menu(tmp_path: Path) -> None:
    desk = PaperDesk(tmp_path)
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE), desk)
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        for held in (True, False):
            await pilot.press("f8")
            await settle(pilot)
            await pilot.press("up", "up", "enter")
            await settle(pilot)
            assert desk.held is held
            assert ("time paused" in app.export_screenshot(simplify=True).replace("&#160;", " ")) is held


async def test_live_there_are_no_faults(tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE, session=session(tmp_path, live=True)))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("f8")
        await settle(pilot)
        assert not isinstance(app.screen, Faults)


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_leaving_when_nothing_runs(key: str, tmp_path: Path) -> None:
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running


async def test_a_cloud_that_fails_leaves_a_page_that_says_so(tmp_path: Path, snap: SnapshotAssertion) -> None:
    error = CloudError("the sandbox [/x] does not answer", status="UNAVAILABLE", fix="runvpc sandbox stop, then again")
    desk = PaperDesk(tmp_path, error=error)
    assert await picture(app_at(tmp_path, Model(), desk), SIZES["80x24"], "enter") == snap


async def test_what_nobody_expected_is_handed_on_and_shows_no_variable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(PaperDesk):
        async def sandbox(self, scenario: str, region: str = "") -> Session:
            password = "hunter2"
            raise ZeroDivisionError(len(password))

    app = app_at(tmp_path, Model(), Broken(tmp_path))
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await settle(pilot)
            await pilot.press("enter")
            await settle(pilot)
    assert app.failure is not None
    assert app.return_code == 1
    assert "hunter2" not in "".join(capsys.readouterr())


async def test_ones_own_keys(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('jump = "f4"\n')
    app = app_at(tmp_path, model(tmp_path, Page.SERVICE))
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("f4")
        await settle(pilot)
        assert isinstance(app.screen, Jump)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("fly = 'f4'", "no command 'fly'"),
        ("jump = 4", "must be keys as text"),
        ("jump", "keymap.toml"),
        ("é\xff", "keymap.toml"),
    ],
)
def test_a_wrong_keymap_names_what_is_wrong(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content, "latin-1")
    with pytest.raises(InputError, match=said) as caught:
        load_keymap(tmp_path)
    assert caught.value.fix
