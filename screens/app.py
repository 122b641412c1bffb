"""The application: shows the page that the model says, and does what no single page can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from textual import on
from textual.app import SystemCommand
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from screens.commands import BY_ID, COMMANDS, bindings
from screens.dialogs.help import Help
from screens.dialogs.jump import Jump
from screens.dialogs.stop_run import StopRun
from screens.helping import about, keys_here
from screens.page import WizardPage
from screens.registry import page_class
from screens.terminal_app import TerminalApp
from screens.trace.wanted import Aside, TraceWanted
from screens.wizard import Wizard
from wizard.answers import Answers
from wizard.desk import Desk
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.tokens import new_token

_UNDER_DIALOGS = frozenset({"quit_safely", "theme", "suspend_process"})


class WizardApp(TerminalApp):
    """Runvpc on a terminal. `scenario` names a sandbox to begin on; `token` makes the names of a run unique."""

    CSS_PATH = "runvpc.tcss"
    BINDINGS = bindings(COMMANDS)

    def __init__(
        self, desk: Desk, answers: Answers, *, scenario: str = "", token: Callable[[], str] = new_token
    ) -> None:
        super().__init__()
        self._scenario = scenario
        self._shown: Page | None = None
        self.wizard = Wizard(desk, answers=answers, token=token, spawn=self.spawn)

    def on_mount(self) -> None:
        self.begin()
        self.wizard.listen(self._follow)
        self._follow(self.wizard.model)
        self.wizard.places.read_runs()
        if self._scenario:
            self.call_after_refresh(self.wizard.places.enter_sandbox, self._scenario)

    # --- what the terminal must know

    @property
    def at_desk(self) -> Desk:
        return self.wizard.desk

    @property
    def busy(self) -> bool:
        return self.wizard.model.running

    async def stop_and_wait(self) -> None:
        await self.wizard.keeper.stop_and_wait()

    def held(self, paused: bool) -> None:
        self.wizard.held(paused)

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

    def action_faults(self) -> None:
        session = self.wizard.model.session
        if session is None or not session.simulated or self.page is None:
            return

        self.spawn(lambda: self.ask_for_fault(session.scenario))

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

    async def on_unmount(self) -> None:
        await self.wizard.places.close()
