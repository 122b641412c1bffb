"""What every page of a migration has: banner, the way so far, trouble, the body, and the way back and on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Footer, Static

from screens.language import Tone, line, lines
from screens.migrate.model import NAMES, MoveModel, Stage
from screens.migrate.sitting import Sitting
from screens.page import HEIGHTS, WIDTHS, size_class
from screens.widgets.filter_list import FilterList
from screens.widgets.nav import Nav
from screens.widgets.text import Lines
from wizard.wording import one_line

ORDER = tuple(Stage)
_WIDE = 100
"""From how many cells on the names of all pages stand beside each other."""


class MigratePage(Screen[None]):
    """One page. Subclasses compose their body once, and draw it from the model.

    `ABOUT` is what the help key shows.
    """

    STAGE: ClassVar[Stage]
    ABOUT: ClassVar[str] = ""
    CSS_PATH = "migrate.tcss"

    def __init__(self, sitting: Sitting) -> None:
        super().__init__(id=f"migrate-{self.STAGE.value}", classes="wizard-page migrate-page")
        self.sitting = sitting
        self._stop_listening: Callable[[], None] = lambda: None

    # --- for subclasses

    def body(self) -> ComposeResult:
        """The widgets of the page, composed once."""
        yield from ()

    def show(self, model: MoveModel) -> None:
        """Fill the widgets. Called when the page appears and at every change of the model."""

    def heading(self, model: MoveModel) -> Content:
        """What stands beside the name of the page."""
        return line()

    def ready(self, model: MoveModel) -> str:
        """Why Next may not go yet; empty when it may."""
        following = self._following
        return model.closed(following) if following is not None else ""

    def next_label(self, model: MoveModel) -> str:
        """What Next is called; empty for a page without one."""
        return f"Next: {NAMES[self._following]}" if self._following is not None else ""

    def go_on(self) -> None:
        """What Next does once everything is well."""
        if self._following is not None:
            self.tell(self.sitting.go(self._following))

    # --- the frame

    def compose(self) -> ComposeResult:
        self.add_class(size_class(WIDTHS, self.app.size.width), size_class(HEIGHTS, self.app.size.height))
        yield Static(id="banner")
        yield Lines(id="trail")
        yield Lines(id="trouble")
        with Vertical(id="move-body"):
            yield from self.body()
        yield Nav(id="nav")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._draw(self.sitting.model)
        self._stop_listening = self.sitting.listen(self._draw)

    def on_unmount(self) -> None:
        self._stop_listening()

    def _draw(self, model: MoveModel) -> None:
        if model.stage is not self.STAGE or not self.is_running:
            return
        banner = self.query_one("#banner", Static)
        banner.update(_banner(model))
        banner.set_class(model.session is not None and not model.session.simulated, "-live")
        trail = _trail(model) if self.app.size.width >= _WIDE else _short_trail(model)
        self.query_one("#trail", Lines).put(line(trail, "   ", self.heading(model)))
        self.query_one("#trouble", Lines).put(_trouble(model))
        self.show(model)
        why_not = self.ready(model)
        self.query_one(Nav).show(
            back=self._preceding is not None, following=self.next_label(model), why_not=one_line(why_not)
        )
        self.refresh_bindings()

    @property
    def _following(self) -> Stage | None:
        at = ORDER.index(self.STAGE) + 1
        return ORDER[at] if at < len(ORDER) else None

    @property
    def _preceding(self) -> Stage | None:
        at = ORDER.index(self.STAGE) - 1
        return ORDER[at] if at >= 0 else None

    def tell(self, text: str) -> None:
        """Say something in passing; nothing when there is nothing to be said."""
        if text:
            self.notify(text, markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done now is greyed; what makes no sense here is hidden."""
        if action == "back":
            return self._preceding is not None
        if action == "next_page":
            label = self.next_label(self.sitting.model)
            return (None if self.ready(self.sitting.model) else True) if label else False
        return self.possible(action)

    def possible(self, action: str) -> bool | None:
        """The same for the actions of a subclass."""
        return True

    # --- what happens

    @on(Button.Pressed, "#next")
    def action_next_page(self) -> None:
        """Go on, if what is here allows it."""
        model = self.sitting.model
        if self.next_label(model) and not self.ready(model):
            self.go_on()

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """To the page before."""
        if self._preceding is not None:
            self.tell(self.sitting.go(self._preceding))

    @property
    def has_filter(self) -> bool:
        """Whether there is a list to filter."""
        return any(found.display for found in self.query(FilterList))

    def action_filter(self) -> None:
        """Filter the list of the page."""
        for found in self.query(FilterList):
            if found.display:
                found.action_filter()
                return


def _banner(model: MoveModel) -> Content:
    session, answers = model.session, model.answers
    reading = (f"  {one_line(model.reading)}…", Tone.MUTED) if model.reading else ""
    if session is None:
        return line(" runvpc migrate", ("  no cloud yet", Tone.MUTED), reading)
    first, _, rest = one_line(session.banner).partition(" ")
    shown = rest.partition(",")[0] if session.simulated else rest
    shown += ", time paused" if session.paused else ""
    place = " / ".join(filter(None, (answers.project, answers.region, answers.connector.rpartition("/")[2])))
    return line((f" {first} ", Tone.STRONG), shown, (f"  {one_line(place)}", Tone.MUTED), reading)


def _trail(model: MoveModel) -> Content:
    """`Inventory › Findings › Board › Done`, with the page one is on."""
    pieces: list[Content] = []
    for stage in ORDER:
        tone = Tone.CHOSEN if stage is model.stage else Tone.MUTED
        mark = "▸ " if stage is model.stage else ""
        pieces += [line((" › ", Tone.MUTED))] if pieces else []
        pieces.append(line((f"{mark}{NAMES[stage]}", tone)))
    return line(*pieces)


def _short_trail(model: MoveModel) -> Content:
    """`▸ Board 3/4`."""
    place = f" {ORDER.index(model.stage) + 1}/{len(ORDER)}"
    return line((f"▸ {NAMES[model.stage]}", Tone.CHOSEN), (place, Tone.MUTED))


def _trouble(model: MoveModel) -> Content:
    trouble = model.trouble
    if trouble is None:
        return line()
    first = line((f"✗ {trouble.doing}: {trouble.message}", Tone.BAD))
    rest = [line(f"  {trouble.fix}")] if trouble.fix else []
    return lines([first, *rest, line(("  F5 tries again", Tone.MUTED))])
