"""The application: shows the page that the model says, and does what no single page can do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

from textual import on
from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.worker import Worker

from screens import themes
from screens.commands import BY_ID, COMMANDS, bindings
from screens.dialogs.faults import CLOCK, PAUSE, RESUME, TWO_HOURS, Faults, Wish, fault_words
from screens.dialogs.help import Help
from screens.dialogs.jump import Jump
from screens.dialogs.stop_run import StopRun
from screens.helping import about, keys_here
from screens.keymap import load_keymap
from screens.page import HEIGHTS, WIDTHS, WizardPage
from screens.places import Work
from screens.registry import page_class
from screens.terminal import LastingDriver, silent_input
from screens.trace.wanted import Aside, TraceWanted
from screens.wizard import Wizard
from wizard.answers import Answers
from wizard.desk import Desk
from wizard.errors import InputError, RunvpcError
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.tokens import new_token

_UNDER_DIALOGS = frozenset({"quit_safely", "theme", "suspend_process"})


class WizardApp(App[None], inherit_bindings=False):
    """Runvpc on a terminal. `scenario` names a sandbox to begin on; `token` makes the names of a run unique."""

    TITLE = "runvpc"
    CSS_PATH = "runvpc.tcss"
    BINDINGS = bindings(COMMANDS)
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(
        self, desk: Desk, answers: Answers, *, scenario: str = "", token: Callable[[], str] = new_token
    ) -> None:
        super().__init__(driver_class=LastingDriver)
        self._scenario = scenario
        self._shown: Page | None = None
        self.failure: BaseException | None = None
        self.wizard = Wizard(desk, answers=answers, token=token, spawn=self._spawn)

    def on_mount(self) -> None:
        for theme in themes.OWN:
            self.register_theme(theme)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = themes.DARK.name
        self._own_keys()
        self._heed_signals()
        self.wizard.listen(self._follow)
        self._follow(self.wizard.model)
        self.wizard.places.read_runs()
        if self._scenario:
            self.call_after_refresh(self.wizard.places.enter_sandbox, self._scenario)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What our styles use and a theme of Textual's own does not say."""
        return themes.DEFAULTS

    # --- pages

    def _follow(self, model: Model) -> None:
        """Show the page that the model is on. Dialogs belong to the page that opened them."""
        if isinstance(self.screen, StopRun) and not model.running:
            self.screen.dismiss(False)
        if model.page is self._shown:
            return
        self._shown = model.page
        while isinstance(self.screen, ModalScreen | Aside):
            self.pop_screen()
        page = page_class(model.page)(self.wizard)
        if len(self.screen_stack) > 1:
            self.switch_screen(page)
        else:
            self.push_screen(page)

    @property
    def page(self) -> WizardPage | None:
        """The page on top, None under a dialog."""
        return self.screen if isinstance(self.screen, WizardPage) else None

    def action_next_page(self) -> None:
        if self.page is not None:
            self.page.action_next_page()

    async def action_back(self) -> None:
        page = self.page
        if page is not None and page.has_class("-why") and not page.has_class("-wide"):
            page.remove_class("-why")
        elif page is not None:
            page.action_back()

    def action_filter(self) -> None:
        if self.page is not None:
            self.page.action_filter()

    def action_why(self) -> None:
        """Show or hide the right pane; on a narrow terminal it takes the place of the question."""
        if self.page is not None:
            self.page.toggle_class("-why")

    def action_jump(self) -> None:
        def go(page: Page | None) -> None:
            if page is not None:
                self.wizard.go(page)

        if self.page is not None:
            self.push_screen(Jump(self.wizard.model), go)

    def action_trace(self) -> None:
        self._trace(TraceWanted(""))

    @on(TraceWanted)
    def _trace(self, wanted: TraceWanted) -> None:
        """Open the page of a trace; what has to be known first, when it is not. Loaded when first wanted."""
        from screens.trace.page import TracePage
        from wizard.guide.trace import first_target, missing

        model = self.wizard.model
        why = missing(model)
        if self.page is not None and why:
            self.notify(why, title="Trace", markup=False)
        elif self.page is not None:
            self.push_screen(TracePage(self.wizard, wanted.target or first_target(model)))

    def action_pause(self) -> None:
        self.wizard.pause()

    def action_stop(self) -> None:
        self.wizard.stop()

    def action_log(self) -> None:
        if self.page is not None:
            self.page.toggle_class("-log")

    # --- everywhere

    def action_help(self) -> None:
        if self.page is not None:
            self.push_screen(Help(*about(self.page), keys_here(self)))

    def action_refresh(self) -> None:
        self.wizard.places.again()

    def action_copy_words(self) -> None:
        if self.page is not None:
            text = self.page.words_as_text()
            self.copy_to_clipboard(text)
            self.notify("copied" if text else "this page has no gcloud words", markup=False)

    def action_theme(self) -> None:
        self.theme = themes.following(self.theme)
        self.notify(f"theme {self.theme}", timeout=2, markup=False)

    def action_faults(self) -> None:
        session = self.wizard.model.session
        if session is None or not session.simulated or self.page is None:
            return

        self._spawn(lambda: self._ask_for_fault(session.scenario))

    async def _ask_for_fault(self, scenario: str) -> None:
        def ask(wish: Wish | None) -> None:
            if wish is not None:
                self._spawn(lambda: self._fault(scenario, wish))

        desk = self.wizard.desk
        try:
            waiting, paused = await desk.faults(scenario), await desk.paused(scenario)
        except RunvpcError as error:
            self.notify(error.message, severity="error", markup=False)
            return
        self.wizard.held(paused)
        self.push_screen(Faults(waiting, paused=paused), ask)

    async def _fault(self, scenario: str, wish: Wish) -> None:
        desk = self.wizard.desk
        try:
            if wish.on == CLOCK:
                await desk.advance(scenario, TWO_HOURS)
            elif wish.on in (PAUSE, RESUME):
                await desk.pause(scenario, paused=wish.on == PAUSE)
                self.wizard.held(wish.on == PAUSE)
            else:
                await desk.fault(scenario, wish.on, wish.kind, wish.times)
        except RunvpcError as error:
            self.notify(error.message, severity="error", markup=False)
            return
        said = {
            CLOCK: "two hours have passed on the sandbox",
            PAUSE: "the sandbox's time stands still",
            RESUME: "the sandbox's time goes on",
            "": "no faults wait any more",
        }
        self.notify(said.get(wish.on) or fault_words(wish), markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done now is greyed; what makes no sense here is hidden."""
        return self._possible(action, self.screen)

    def _possible(self, action: str, screen: Screen[Any]) -> bool | None:
        """The same on this screen, which may be below the palette."""
        if not isinstance(screen, WizardPage):
            traces = isinstance(screen, Aside) and action == "command_palette"
            return traces or action in _UNDER_DIALOGS or action not in BY_ID
        if action == "next_page":
            return None if screen.ready(self.wizard.model) else bool(screen.next_label(self.wizard.model))
        command = BY_ID.get(action)
        if command is not None and screen.PAGE not in command.pages:
            return False
        if action in ("pause", "stop"):
            return True if self.wizard.model.running else None
        if action == "faults":
            return self.wizard.model.session is not None and self.wizard.model.session.simulated
        return screen.has_filter if action == "filter" else True

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: the same table as keys and footer, and only what can be done now on the screen below it."""
        for command in COMMANDS:
            traces = command.on_trace and isinstance(screen, Aside)
            if traces or self._possible(command.id, screen):
                run = self._run(command.id, screen if traces else self)
                yield SystemCommand(command.title, f"{command.help} ({command.keys})", run)

    def _run(self, action: str, of: DOMNode) -> Callable[[], Any]:
        return lambda: self.run_action(action, of)

    # --- leaving

    def action_quit_safely(self) -> None:
        """Leave at once when nothing is under way; else ask, and stop in good order."""
        if not self.wizard.model.running:
            self.exit()
            return

        def answered(stop: bool | None) -> None:
            if stop:
                self._spawn(self._stop_and_leave)

        if not isinstance(self.screen, StopRun):
            self.push_screen(StopRun(), answered)

    async def _stop_and_leave(self) -> None:
        await self.wizard.keeper.stop_and_wait()
        self.exit()

    def _heed_signals(self) -> None:
        """A closed terminal and a polite kill stop a run after the call in flight, and record it."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._spawn, self._stop_and_leave)
        loop.add_signal_handler(signal.SIGHUP, self._spawn, self._leave_without_terminal)

    async def _leave_without_terminal(self) -> None:
        with silent_input():
            await self.wizard.keeper.stop_and_wait()
        self.exit()

    async def on_unmount(self) -> None:
        await self.wizard.places.close()

    def _fatal_error(self) -> None:
        """Textual would print every local variable, and with them what may be a secret. Whoever runs us says it."""
        self.failure = sys.exception()
        self.panic()

    # --- parts

    def _spawn(self, work: Work) -> object:
        """Work of the application: pages come and go."""

        async def begun() -> None:
            await work()

        worker: Worker[None] = self.run_worker(begun, group="wizard", exit_on_error=True)
        return worker

    def _own_keys(self) -> None:
        try:
            self.set_keymap(load_keymap(self.wizard.desk.state))
        except InputError as error:
            self.notify(f"{error.message}; {error.fix}", title="keymap", severity="error", timeout=10, markup=False)
