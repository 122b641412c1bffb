"""What every page has: banner, rail, heading, the question, why, and the way back and on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Footer

from screens.dialogs.confirm import Confirm
from screens.language import Tone, columns, line, lines
from screens.widgets.banner import Banner
from screens.widgets.choices import Choices
from screens.widgets.field import Field, text_of
from screens.widgets.filter_list import FilterList
from screens.widgets.nav import Nav
from screens.widgets.rail import Entry, Rail
from screens.widgets.text import Lines
from screens.widgets.why import Why
from screens.wizard import Wizard
from wizard.answers import Value
from wizard.flow.model import Model
from wizard.flow.pages import NAMES, Page
from wizard.flow.walk import closed, following, preceding
from wizard.questions import BY_KEY

WIDTHS = [(0, "-tiny"), (72, "-narrow"), (100, "-wide")]
HEIGHTS = [(0, "-short"), (30, "-tall")]
"""From how many cells on a page or a dialog has which class."""


class WizardPage(Screen[None]):
    """One question. Subclasses say what they are about, compose their body once, and draw it from the model.

    `HELP` (Markdown) is shown by the help key; `WHY` in the right pane, paragraphs separated by a blank line.
    """

    PAGE: ClassVar[Page]
    HEADING: ClassVar[str] = ""
    LEAD: ClassVar[str] = ""
    WHY: ClassVar[str] = ""

    def __init__(self, wizard: Wizard) -> None:
        super().__init__(id=f"page-{self.PAGE.value}", classes="wizard-page")
        self.wizard = wizard
        self._stop_listening: Callable[[], None] = lambda: None

    # --- for subclasses

    def body(self) -> ComposeResult:
        """The widgets of the question, composed once."""
        yield from ()

    def show(self, model: Model) -> None:
        """Fill the widgets. Called when the page appears and at every change of the model."""

    def ready(self, model: Model) -> str:
        """Why Next may not go yet; empty when it may."""
        page = following(self.PAGE, model)
        return closed(page, model) if page is not None else ""

    def next_label(self, model: Model) -> str:
        """What Next is called; empty for a page without one."""
        page = following(self.PAGE, model)
        return f"Next: {NAMES[page]}" if page is not None else ""

    def words(self, model: Model) -> Sequence[Sequence[str]]:
        """The gcloud commands that this page is about, as argument lists."""
        return ()

    def why(self, model: Model) -> str:
        """The text of the right pane."""
        return self.WHY

    def leave(self) -> bool:
        """Next was pressed: take what is typed. False stays here."""
        return True

    # --- the frame

    def compose(self) -> ComposeResult:
        self.add_class(size_class(WIDTHS, self.app.size.width))
        self.add_class(size_class(HEIGHTS, self.app.size.height))
        yield Banner(id="banner")
        with Horizontal(id="main"):
            yield Rail(id="rail")
            with Vertical(id="middle"):
                with VerticalScroll(id="body", can_focus=False):
                    yield Lines(id="heading")
                    yield Lines(id="lead")
                    yield Lines(id="trouble")
                    yield from self.body()
                yield Nav(id="nav")
            yield Why(id="why")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._draw(self.wizard.model)
        self.call_after_refresh(self.query_one("#body", VerticalScroll).scroll_home, animate=False)
        self._stop_listening = self.wizard.listen(self._draw)

    def on_unmount(self) -> None:
        self._stop_listening()

    def _draw(self, model: Model) -> None:
        """Draw this page, unless the model has gone on to another one: this one is then on its way out."""
        if model.page is not self.PAGE or not self.is_running:
            return
        self.query_one(Banner).show(model)
        self.query_one(Rail).show(model)
        self.query_one("#heading", Lines).put(line((self.HEADING or NAMES[self.PAGE], Tone.STRONG)))
        self.query_one("#lead", Lines).put(line((self.LEAD, Tone.MUTED)))
        self.query_one("#trouble", Lines).put(_trouble(model))
        for field in self.query(Field):
            field.show(model)
        self.show(model)
        self.query_one(Why).show(self.why(model), self.words(model))
        back = preceding(self.PAGE, model) is not None
        self.query_one(Nav).show(back=back, following=self.next_label(model), why_not=self.ready(model))
        self.refresh_bindings()

    @property
    def has_filter(self) -> bool:
        """Whether there is a list to filter."""
        return bool(self.query(FilterList))

    def words_as_text(self) -> str:
        """The gcloud commands of this page, quoted for a shell, one a line."""
        return "\n".join(shlex.join(argv) for argv in self.words(self.wizard.model))

    # --- what happens

    @on(Button.Pressed, "#next")
    def action_next_page(self) -> None:
        """Go on, if what is here allows it."""
        model = self.wizard.model
        if self.next_label(model) and not self.ready(model) and self.leave():
            self.go_on()

    def go_on(self) -> None:
        """What Next does once everything is well."""
        why = self.wizard.next()
        if why:
            self.notify(why, markup=False)

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """To the page before; answers are kept."""
        self.wizard.back()

    def action_filter(self) -> None:
        """Filter the first list of the page."""
        for found in self.query(FilterList):
            found.action_filter()
            return

    @on(Entry.Wanted)
    def _wanted(self, event: Entry.Wanted) -> None:
        why = self.wizard.go(event.page)
        if why:
            self.notify(why, title=NAMES[event.page], markup=False)

    @on(Field.Typed)
    def _typed(self, event: Field.Typed) -> None:
        problem = self.wizard.type_in(event.key, event.text)
        if event.sent and not problem and not self.objects(event.key):
            self.focus_next()

    def objects(self, key: str) -> bool:
        """Whether what was answered last is well-formed and still cannot be: the person is not sent on from there."""
        return False

    @on(Choices.Picked)
    def _picked(self, event: Choices.Picked) -> None:
        self.edit(event.key, event.value)

    def edit(self, key: str, value: Value, *, then: Callable[[], None] = lambda: None) -> None:
        """Answer by a choice, and then `then`. When this takes back later answers, that is shown and asked first."""
        gone = self.wizard.consequences(key, value)

        def agreed(yes: bool | None) -> None:
            if yes and not self.wizard.answer(key, value):
                then()

        if gone:
            rows = [(f"  {cleared.key}", (text_of(cleared.was), Tone.MUTED)) for cleared in gone]
            text = lines([line("These answers were given for what it is now, and are taken back:"), columns(rows)])
            self.app.push_screen(
                Confirm(f"Change {BY_KEY[key].prompt.lower()}?", text, yes="Change", no="Keep"), agreed
            )
        else:
            agreed(True)


def size_class(breakpoints: Sequence[tuple[int, str]], cells: int) -> str:
    """The class for so many cells. Textual sets it after the first layout, and then the page would jump once."""
    return next(name for least, name in reversed(breakpoints) if cells >= least)


def _trouble(model: Model) -> Content:
    trouble = model.trouble
    if trouble is None:
        return line()
    first = line((f"✗ {trouble.doing}: {trouble.message}", Tone.BAD))
    rest = [line((f"  {trouble.fix}", Tone.PLAIN))] if trouble.fix else []
    return lines([first, *rest, line(("  F5 tries again; nothing that was typed is lost", Tone.MUTED))])
