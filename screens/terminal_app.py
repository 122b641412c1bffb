"""What every application of ours on a terminal does: themes, own keys, the sandbox's faults, leaving in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from textual.app import App
from textual.worker import Worker

from screens import themes
from screens.dialogs.faults import CLOCK, PAUSE, RESUME, TWO_HOURS, Faults, Wish, fault_words
from screens.dialogs.stop_run import StopRun
from screens.keymap import load_keymap
from screens.page import HEIGHTS, WIDTHS
from screens.places import Work
from screens.terminal import LastingDriver, silent_input
from wizard.desk import Desk
from wizard.errors import InputError, RunvpcError


class TerminalApp(App[None], inherit_bindings=False):
    """Subclasses say which desk it is and whether a run is under way, and bring the keys."""

    TITLE = "runvpc"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self) -> None:
        super().__init__(driver_class=LastingDriver)
        self.failure: BaseException | None = None

    # --- for subclasses

    @property
    def at_desk(self) -> Desk:
        """What opens clouds."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        raise NotImplementedError

    async def stop_and_wait(self) -> None:
        """Stop the run, and return when everything is in the journal."""
        raise NotImplementedError

    def held(self, paused: bool) -> None:
        """The sandbox's time stands still, or goes on."""
        raise NotImplementedError

    # --- the beginning

    def begin(self) -> None:
        """Themes, own keys and signals: first of all when the application starts."""
        for theme in themes.OWN:
            self.register_theme(theme)
        if "TEXTUAL_THEME" not in os.environ:
            self.theme = themes.DARK.name
        self._own_keys()
        self._heed_signals()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What our styles use and a theme of Textual's own does not say."""
        return themes.DEFAULTS

    def action_theme(self) -> None:
        self.theme = themes.following(self.theme)
        self.notify(f"theme {self.theme}", timeout=2, markup=False)

    def _own_keys(self) -> None:
        try:
            self.set_keymap(load_keymap(self.at_desk.state))
        except InputError as error:
            self.notify(f"{error.message}; {error.fix}", title="keymap", severity="error", timeout=10, markup=False)

    def spawn(self, work: Work) -> object:
        """Work of the application: pages come and go."""

        async def begun() -> None:
            await work()

        worker: Worker[None] = self.run_worker(begun, group="wizard", exit_on_error=True)
        return worker

    # --- faults of the sandbox

    async def ask_for_fault(self, scenario: str) -> None:
        """The menu of faults, with those that wait."""

        def ask(wish: Wish | None) -> None:
            if wish is not None:
                self.spawn(lambda: self._fault(scenario, wish))

        desk = self.at_desk
        try:
            waiting, paused = await desk.faults(scenario), await desk.paused(scenario)
        except RunvpcError as error:
            self.notify(error.message, severity="error", markup=False)
            return
        self.held(paused)
        self.push_screen(Faults(waiting, paused=paused), ask)

    async def _fault(self, scenario: str, wish: Wish) -> None:
        desk = self.at_desk
        try:
            if wish.on == CLOCK:
                await desk.advance(scenario, TWO_HOURS)
            elif wish.on in (PAUSE, RESUME):
                await desk.pause(scenario, paused=wish.on == PAUSE)
                self.held(wish.on == PAUSE)
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

    # --- leaving

    def action_quit_safely(self) -> None:
        """Leave at once when nothing is under way; else ask, and stop in good order."""
        if not self.busy:
            self.exit()
            return

        def answered(stop: bool | None) -> None:
            if stop:
                self.spawn(self._stop_and_leave)

        if not isinstance(self.screen, StopRun):
            self.push_screen(StopRun(), answered)

    async def _stop_and_leave(self) -> None:
        await self.stop_and_wait()
        self.exit()

    def _heed_signals(self) -> None:
        """A closed terminal and a polite kill stop a run after the call in flight, and record it."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.spawn, self._stop_and_leave)
        loop.add_signal_handler(signal.SIGHUP, self.spawn, self._leave_without_terminal)

    async def _leave_without_terminal(self) -> None:
        with silent_input():
            await self.stop_and_wait()
        self.exit()

    def _fatal_error(self) -> None:
        """Textual would print every local variable, and with them what may be a secret. Whoever runs us says it."""
        self.failure = sys.exception()
        self.panic()
