"""What the pages of a migration ask: a text, one of a list, and the name of the connector that is to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input

from screens.dialogs.confirm import GRACE_SECONDS
from screens.language import Tone, line, lines
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines
from wizard.fleet.answers import FinishAnswers
from wizard.wording import one_line


class Ask(ModalScreen[str | None]):
    """One line to type. `judge` gets it when it is sent, and says what is wrong with it, or nothing."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, title: str, text: Content, value: str, example: str, judge: Callable[[str], str]) -> None:
        super().__init__(classes="dialog")
        self._title, self._text, self._value, self._example, self._judge = title, text, value, example, judge

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box"):
            yield Lines((self._title, Tone.STRONG))
            yield Lines(self._text, classes="dialog-text")
            yield Input(self._value, placeholder=f"for example {self._example}", compact=True)
            yield Lines(id="unlike")
            yield Lines(("Enter takes it, Esc leaves it as it was", Tone.MUTED), classes="field")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#unlike", Lines).put(line())

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self._judge(event.value.strip())
        if problem:
            self.query_one("#unlike", Lines).put(line((f"✗ {problem}", Tone.BAD)))
        else:
            self.dismiss(event.value.strip())


class Pick(ModalScreen[str | None]):
    """One of a list."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, title: str, names: Sequence[str]) -> None:
        super().__init__(classes="dialog")
        self._title, self._names = title, names

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog-box dialog-list"):
            yield Lines((self._title, Tone.STRONG))
            yield FilterList(type_ahead=True)

    def on_mount(self) -> None:
        rows = self.query_one(FilterList)
        rows.put([Item(id=name, title=one_line(name)) for name in self._names])
        rows.focus_list()

    @on(FilterList.Chosen)
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        self.dismiss(event.item)


class Tick(Checkbox):
    """A tick that is there or is not, rather than one in another colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()


class Finish(ModalScreen[FinishAnswers | None]):
    """The connector's name typed as a yes, and what else may go. Nothing is deleted before its plan was shown."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, connector: str, banner: str, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(classes="dialog")
        self._connector, self._banner = connector, banner
        self._now = now
        self._since = 0.0

    def compose(self) -> ComposeResult:
        told = lines(
            [
                line((self._banner, Tone.MUTED)),
                line(),
                line("Everything is read anew, and the plan is shown before anything goes."),
                line(("! From there, rollback is to create it again: minutes, not seconds.", Tone.WARN)),
            ]
        )
        with Vertical(classes="dialog-box"):
            yield Lines((f"Delete connector {one_line(self._connector)}?", Tone.STRONG))
            yield Lines(told)
            with Vertical(classes="finish-choices"):
                yield Tick("its firewall rules, too, where nothing else needs them", id="rules", compact=True)
                yield Tick("its subnet, too", id="subnet", compact=True)
            yield Lines((f"Type {one_line(self._connector)} to go on", Tone.MUTED), classes="field")
            yield Input(placeholder="the name of the connector", compact=True)
            yield Lines(id="unlike")
            with Horizontal(classes="dialog-buttons"):
                yield Button("Keep it", id="no", compact=True)
                yield Button("Show the plan", id="yes", compact=True, variant="error", disabled=True)

    def on_mount(self) -> None:
        self._since = self._now()
        self.query_one(Input).focus()

    @property
    def _named(self) -> bool:
        return self.query_one(Input).value.strip() == self._connector

    def _agree(self) -> None:
        if self._named and self._now() - self._since >= GRACE_SECONDS:
            rules, subnet = (self.query_one(f"#{name}", Tick).value for name in ("rules", "subnet"))
            words = {True: "delete", False: "leave"}
            self.dismiss(FinishAnswers(confirm=self._connector, rules=words[rules], subnet=words[subnet]))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#yes", Button).disabled = not self._named
        self.query_one("#unlike", Lines).put(line())

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._named:
            self.query_one("#unlike", Lines).put(line((f"✗ that is not {one_line(self._connector)}", Tone.BAD)))
        self._agree()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "no":
            self.dismiss(None)
        else:
            self._agree()
