"""The application of a migration: shows the page that the model says, and does what no single page can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from textual.app import SystemCommand
from textual.screen import ModalScreen, Screen

from screens.commands import BY_ID, bindings
from screens.dialogs.help import Help
from screens.dialogs.stop_run import StopRun
from screens.helping import keys_here
from screens.migrate.board import BoardPage
from screens.migrate.commands import EVERYWHERE
from screens.migrate.done import DonePage
from screens.migrate.earlier import offer_earlier
from screens.migrate.findings import FindingsPage
from screens.migrate.frame import MigratePage
from screens.migrate.inventory import InventoryPage
from screens.migrate.model import NAMES, MoveModel, Stage
from screens.migrate.sitting import Sitting
from screens.terminal_app import TerminalApp
from wizard.desk import Desk
from wizard.fleet.answers import MigrateAnswers
from wizard.tokens import new_token

PAGES: dict[Stage, type[MigratePage]] = {
    Stage.INVENTORY: InventoryPage,
    Stage.FINDINGS: FindingsPage,
    Stage.BOARD: BoardPage,
    Stage.DONE: DonePage,
}


class MigrateApp(TerminalApp):
    """`runvpc migrate` on a terminal. `scenario` names a sandbox; without one it is Google Cloud."""

    CSS_PATH = "../runvpc.tcss"
    BINDINGS = bindings(EVERYWHERE)

    def __init__(
        self,
        desk: Desk,
        answers: MigrateAnswers,
        *,
        scenario: str = "",
        enter: bool = True,
        token: Callable[[], str] = new_token,
    ) -> None:
        super().__init__()
        self._scenario, self._enter = scenario, enter
        self._shown: Stage | None = None
        self._offered = False
        self.sitting = Sitting(desk, answers, token=token, spawn=self.spawn)

    def on_mount(self) -> None:
        self.begin()
        self.sitting.listen(self._follow)
        self._follow(self.sitting.model)
        if self._enter:
            self.call_after_refresh(self.sitting.enter, self._scenario)

    # --- what the terminal must know

    @property
    def at_desk(self) -> Desk:
        return self.sitting.desk

    @property
    def busy(self) -> bool:
        return self.sitting.model.running

    async def stop_and_wait(self) -> None:
        await self.sitting.keeper.stop_and_wait()

    def held(self, paused: bool) -> None:
        self.sitting.held(paused)

    # --- pages

    def _follow(self, model: MoveModel) -> None:
        """Show the page that the model is on. Dialogs belong to the page that opened them."""
        if isinstance(self.screen, StopRun) and not model.running:
            self.screen.dismiss(False)
        if model.session is not None and self._enter and not self._offered:
            self._offered = True
            self.call_after_refresh(offer_earlier, self, self.sitting)
        if model.stage is self._shown:
            return
        self._shown = model.stage
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        page = PAGES[model.stage](self.sitting)
        if len(self.screen_stack) > 1:
            self.switch_screen(page)
        else:
            self.push_screen(page)

    @property
    def page(self) -> MigratePage | None:
        """The page on top, None under a dialog."""
        return self.screen if isinstance(self.screen, MigratePage) else None

    # --- everywhere

    def action_help(self) -> None:
        if self.page is not None:
            self.push_screen(Help(NAMES[self.page.STAGE], self.page.ABOUT, keys_here(self)))

    def action_refresh(self) -> None:
        self.sitting.again()

    def action_faults(self) -> None:
        session = self.sitting.model.session
        if session is not None and session.simulated and self.page is not None:
            self.spawn(lambda: self.ask_for_fault(session.scenario))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense here is hidden."""
        if action == "faults":
            session = self.sitting.model.session
            return session is not None and session.simulated and self.page is not None
        under = action in ("quit_safely", "theme", "suspend_process") or action not in BY_ID
        return self.page is not None or under

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: the keys of the page below it, and those of the application."""
        for active in screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.tooltip and binding.id:
                keys = self.get_key_display(binding)
                run = self._run(binding.action, active.node)
                yield SystemCommand(binding.description, f"{binding.tooltip} ({keys})", run)

    def _run(self, action: str, of: Any) -> Callable[[], Any]:
        return lambda: self.run_action(action, of)

    async def on_unmount(self) -> None:
        await self.sitting.close()
