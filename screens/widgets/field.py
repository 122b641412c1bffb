"""One answer to type: its label, the input, and beside it what is wrong with it or an example of it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from screens.language import Tone, line
from screens.widgets.text import Lines
from wizard.answers import Value, by_key
from wizard.flow.model import Model
from wizard.questions import BY_KEY


class Field(Vertical):
    """The answer to one question of `wizard.questions`, judged when it is left or sent, by the wizard."""

    class Typed(Message):
        """Something was typed and Enter pressed, or the field left."""

        def __init__(self, field: Field, key: str, text: str, *, sent: bool) -> None:
            super().__init__()
            self.field = field
            self.key = key
            self.text = text
            self.sent = sent
            """By Enter: the person wants to go on."""

        @property
        def control(self) -> Field:
            return self.field

    def __init__(self, key: str, *, label: str = "", tight: bool = False, id: str | None = None) -> None:
        super().__init__(id=id or f"field-{key.replace('.', '-')}", classes="field -tight" if tight else "field")
        self.key = key
        self._label = label or BY_KEY[key].prompt
        self._held = ""

    def compose(self) -> ComposeResult:
        question = BY_KEY[self.key]
        yield Lines((self._label, Tone.MUTED), classes="field-label")
        yield Input(placeholder=f"for example {question.example}", compact=True, tooltip=question.help)
        yield Lines(classes="field-problem")

    def show(self, model: Model) -> None:
        """The answer as the model has it, and what is wrong with what was typed last. What is being typed stays."""
        problem = model.problems.get(self.key, "")
        self.set_class(bool(problem), "-wrong")
        self.query_one(".field-problem", Lines).put(line((f"✗ {problem}", Tone.BAD)) if problem else line())
        text = text_of(by_key(model.answers)[self.key])
        field = self.query_one(Input)
        if text != self._held and not problem:
            self._held = text
            with self.prevent(Input.Changed):
                field.value = text

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.query_one(Input).value

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Typed(self, self.key, event.value, sent=True))

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        if event.value != self._held:
            self.post_message(self.Typed(self, self.key, event.value, sent=False))


def text_of(value: Value) -> str:
    """An answer as one would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, dict):
        return " ".join(f"{name}={held}" for name, held in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
