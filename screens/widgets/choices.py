"""One of a few: every choice with its reason below it, those that cannot be chosen greyed with theirs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual import on
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.language import Tone, line


class Choice(Struct, frozen=True, kw_only=True):
    """`value` is the answer; `refused` says why it cannot be chosen."""

    value: str
    title: str
    note: str = ""
    refused: str = ""


class Choices(OptionList):
    """The chosen one has a filled circle; Enter or a click chooses."""

    class Picked(Message):
        """Another value was chosen."""

        def __init__(self, choices: Choices, key: str, value: str) -> None:
            super().__init__()
            self.choices = choices
            self.key = key
            self.value = value

        @property
        def control(self) -> Choices:
            return self.choices

    def __init__(self, key: str, *, id: str | None = None) -> None:
        super().__init__(id=id or f"choices-{key.replace('.', '-')}", compact=True, markup=False, classes="choices")
        self.key = key
        self._drawn: tuple[tuple[Choice, ...], str] | None = None
        self._values: tuple[str, ...] = ()

    def put(self, choices: Sequence[Choice], chosen: str) -> None:
        """Show these. The cursor stays where it is."""
        drawn = (tuple(choices), chosen)
        if drawn == self._drawn:
            return
        first = self._drawn is None
        self._drawn, self._values = drawn, tuple(choice.value for choice in choices)
        at = self._values.index(chosen) if first and chosen in self._values else self.highlighted or 0
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options([_option(choice, choice.value == chosen) for choice in choices])
            self.highlighted = at if at < len(choices) else None

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Picked(self, self.key, self._values[event.option_index]))


def _option(choice: Choice, chosen: bool) -> Option:
    tone = Tone.MUTED if choice.refused else Tone.STRONG if chosen else Tone.PLAIN
    first = line((f"{'●' if chosen else '○'} {choice.title}", tone))
    below = " ".join(filter(None, (choice.note, choice.refused)))
    content = line(first, ("\n  " + below, Tone.MUTED)) if below else first
    return Option(content, disabled=bool(choice.refused))
