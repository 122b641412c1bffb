"""Variables of the service: now and after, as a difference; secrets are references, never values."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Input

from screens.language import Tone, fit, glyph, line
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.environment import Suggestion, Variable, suggestions, summary, variables
from wizard.guide.outlook import outlook
from wizard.guide.variable_form import NAME, SECRET, VALUE, Draft, Refusal, draft, judge, with_variable, without
from wizard.wording import one_line

_SUGGESTED = "+ "
_WORDS = {"create": "add", "change": "change", "reuse": "keep"}
_INPUTS = {NAME: "pair", VALUE: "value", SECRET: "secret"}
_LONGEST = 60


class EnvironmentPage(WizardPage):
    PAGE = Page.ENVIRONMENT
    HEADING = "Environment"
    LEAD = "What the service is told. Enter edits a row, or adds what is offered."
    WHY = (
        "Variables and network settings are changed together: one new revision, not two.\n\n"
        "A value in the clear can be read by whoever may see the service. A password belongs into Secret Manager; here "
        "it is named as SECRET:VERSION, and never shown.\n\n"
        "Variables that are not listed here as add or change stay as they are."
    )
    CSS_PATH = "environment.tcss"

    def body(self) -> ComposeResult:
        yield FilterList(empty="the service has no variables", id="variables")
        yield Lines(id="summary")
        yield Section("Set a variable", id="form-heading")
        for label, field, example in (
            ("Name", NAME, "REDIS_HOST, or REDIS_HOST=10.0.0.3 at once"),
            ("Value", VALUE, "in the clear, for example 10.0.0.3"),
            ("Secret", SECRET, "or SECRET:VERSION, for example db-password:latest"),
        ):
            with Horizontal(classes="form-row"):
                yield Lines((label, Tone.MUTED))
                yield Input(placeholder=example, compact=True, id=_INPUTS[field])
            yield Lines(id=f"problem-{field}", classes="form-problem")
        with Horizontal(id="form-buttons"):
            yield Button("Set", id="set", compact=True)
            yield Button("Clear", id="clear", compact=True)
            yield Button("Take back", id="take-back", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._loaded = draft("", "", "")
        self.query_one("#variables", FilterList).focus_list()

    def show(self, model: Model) -> None:
        rows = [_item(variable) for variable in variables(model)]
        rows += [_suggested(suggestion) for suggestion in suggestions(model)]
        self.query_one("#variables", FilterList).put(rows)
        self.query_one("#summary", Lines).put(line((summary(model), Tone.MUTED)))
        self._draw_buttons()

    def words(self, model: Model) -> list[list[str]]:
        service = outlook(model.plan).service
        return service.step.gcloud() if service is not None and (model.answers.env or model.answers.secrets) else []

    def leave(self) -> bool:
        """What is still being typed counts; what was only looked at does not."""
        typed = self._typed_now()
        return typed.empty or typed == self._loaded or self._set(typed)

    # --- the form

    def _typed_now(self) -> Draft:
        return draft(*(self._input(field).value for field in (NAME, VALUE, SECRET)))

    def _input(self, field: str) -> Input:
        return self.query_one(f"#{_INPUTS[field]}", Input)

    def _load(self, name: str, value: str, secret: str) -> None:
        """Begin an edit of this variable, or of none."""
        for field, text in ((NAME, name), (VALUE, value), (SECRET, secret)):
            self._input(field).value = text
        self._loaded = draft(name, value, secret)
        self._say(None)
        self._draw_buttons()

    def _say(self, refusal: Refusal | None) -> None:
        for field in (NAME, VALUE, SECRET):
            mine = refusal is not None and refusal.field == field
            said = line((f"✗ {refusal.message}", Tone.BAD)) if refusal is not None and mine else line()
            self.query_one(f"#problem-{field}", Lines).put(said)

    def _draw_buttons(self) -> None:
        answers = self.wizard.model.answers
        name = self._typed_now().name
        self.query_one("#take-back").display = name in (*answers.env, *answers.secrets)
        self.query_one("#clear").display = bool(name)

    def _set(self, typed: Draft) -> bool:
        """Answer with what was typed; what is wrong with it is said beside its field, and on the rail."""
        refusal = judge(typed)
        if refusal is not None and refusal.field == NAME and not typed.name:
            self._say(refusal)
            return False
        if refusal is None or (typed.value and not typed.secret) or (typed.secret and not typed.value):
            said = self._answer(with_variable(self.wizard.model.answers, typed))
            if said and refusal is None:
                refusal = Refusal(field=SECRET if typed.secret else VALUE, message=said)
        self._say(refusal)
        if refusal is None:
            self._load("", "", "")
        return refusal is None

    def _answer(self, both: Mapping[str, dict[str, str]]) -> str:
        return self.wizard.answer_all({"env": both["env"], "secrets": both["secrets"]})

    def _take_back(self, name: str) -> None:
        if not self._answer(without(self.wizard.model.answers, name)):
            self._load("", "", "")

    # --- what happens

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if event.input.id in _INPUTS.values():
            event.stop()
            self._draw_buttons()

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field, and from a field that completes a variable sets it."""
        if event.input.id not in _INPUTS.values():
            return
        event.stop()
        typed = self._typed_now()
        if typed.value or typed.secret or typed.given or event.input.id == _INPUTS[SECRET]:
            if typed.empty:
                self.query_one("#next", Button).focus()
            elif self._set(typed):
                self._input(NAME).focus()
        else:
            self.focus_next()

    @on(Button.Pressed, "#set")
    def _pressed_set(self, event: Button.Pressed) -> None:
        event.stop()
        self._set(self._typed_now())

    @on(Button.Pressed, "#clear")
    def _pressed_clear(self, event: Button.Pressed) -> None:
        """Empties the form, and what was refused is forgotten."""
        event.stop()
        self._load("", "", "")
        answers = self.wizard.model.answers
        if {"env", "secrets"} & self.wizard.model.problems.keys():
            self._answer({"env": dict(answers.env), "secrets": dict(answers.secrets)})
        self._input(NAME).focus()

    @on(Button.Pressed, "#take-back")
    def _pressed_take_back(self, event: Button.Pressed) -> None:
        event.stop()
        self._take_back(self._typed_now().name)
        self.query_one("#variables", FilterList).focus_list()

    @on(FilterList.Chosen, "#variables")
    def _chosen(self, event: FilterList.Chosen) -> None:
        """What is offered is added at once; everything else can be edited below."""
        event.stop()
        model = self.wizard.model
        offered = next((s for s in suggestions(model) if f"{_SUGGESTED}{s.name}" == event.item), None)
        if offered is not None:
            self._answer(with_variable(model.answers, Draft(name=offered.name, value=offered.value, given=True)))
            return
        held = next((variable for variable in variables(model) if variable.name == event.item), None)
        if held is not None:
            self._load(held.name, held.value, held.secret)
            self._input(SECRET if held.secret else VALUE).focus()


def _suggested(suggestion: Suggestion) -> Item:
    detail = line(suggestion.value, ("  from a target", Tone.MUTED))
    return Item(
        id=f"{_SUGGESTED}{suggestion.name}", title=suggestion.name, detail=detail, mark=("○ offer ", Tone.MUTED)
    )


def _item(variable: Variable) -> Item:
    before, after = (fit(one_line(text), _LONGEST) for text in (variable.before, variable.after))
    mark = line(glyph(variable.op), f" {_WORDS[variable.op]:<6}")
    if variable.op == "change":
        detail = line((before, Tone.MUTED), " → ", after)
    else:
        detail = line((after, Tone.PLAIN if variable.own else Tone.MUTED))
    note = f"! {variable.note}" if variable.note else ""
    return Item(id=variable.name, title=one_line(variable.name), detail=detail, note=note, mark=mark)
