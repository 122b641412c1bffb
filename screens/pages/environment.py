"""Variables of the service: now and after, as a difference; secrets are references, never values."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from screens.language import Tone, line, state
from screens.page import WizardPage
from screens.widgets.filter_list import FilterList, Item
from screens.widgets.text import Lines, Section
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.environment import Suggestion, Variable, suggestions, variables
from wizard.guide.outlook import outlook
from wizard.wording import one_line

_SUGGESTED = "+ "


class EnvironmentPage(WizardPage):
    PAGE = Page.ENVIRONMENT
    HEADING = "Environment"
    LEAD = "What the service is told. Enter adds or takes back."
    WHY = (
        "Variables and network settings are changed together: one new revision, not two.\n\n"
        "A value in the clear can be read by whoever may see the service. A password belongs into Secret Manager; here "
        "it is named as SECRET:VERSION, and never shown.\n\n"
        "Variables that are not listed here as new or changed stay as they are."
    )

    def body(self) -> ComposeResult:
        yield FilterList(empty="the service has no variables", id="variables")
        yield Section("Another one", id="another-heading")
        yield Input(placeholder="NAME=VALUE, for example REDIS_HOST=10.0.0.3", compact=True, id="pair")
        yield Input(placeholder="or from Secret Manager: NAME=SECRET:VERSION", compact=True, id="secret")
        yield Lines(id="problem")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#variables", FilterList).focus_list()

    def show(self, model: Model) -> None:
        rows = [_item(variable, model) for variable in variables(model)]
        rows += [_suggested(suggestion) for suggestion in suggestions(model)]
        self.query_one("#variables", FilterList).put(rows)

    def words(self, model: Model) -> list[list[str]]:
        service = outlook(model.plan).service
        return service.step.gcloud() if service is not None and (model.answers.env or model.answers.secrets) else []

    def leave(self) -> bool:
        """What is still being typed counts."""
        return all(self._take_typed(field) for field in self.query(Input) if field.id in ("pair", "secret"))

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        if event.input.id in ("pair", "secret"):
            event.stop()
            if not event.value.strip():
                self.focus_next()
            else:
                self._take_typed(event.input)

    def _take_typed(self, field: Input) -> bool:
        text = field.value.strip()
        if not text:
            return True
        name, equals, value = text.partition("=")
        problem = self.query_one("#problem", Lines)
        if not equals:
            problem.put(line(("✗ must be NAME=VALUE", Tone.BAD)))
            return False
        key = "env" if field.id == "pair" else "secrets"
        said = self._set(key, name.strip(), value.strip())
        problem.put(line((f"✗ {said}", Tone.BAD)) if said else line())
        if not said:
            field.value = ""
        return not said

    def _set(self, key: str, name: str, value: str) -> str:
        """A variable is either in the clear or a reference: setting one takes back the other."""
        env, secrets = dict(self.wizard.model.answers.env), dict(self.wizard.model.answers.secrets)
        env.pop(name, None)
        secrets.pop(name, None)
        (env if key == "env" else secrets)[name] = value
        return self.wizard.answer_all({"env": env, "secrets": secrets})

    @on(FilterList.Chosen, "#variables")
    def _chosen(self, event: FilterList.Chosen) -> None:
        event.stop()
        answers = self.wizard.model.answers
        if event.item.startswith(_SUGGESTED):
            name = event.item.removeprefix(_SUGGESTED)
            value = next((s.value for s in suggestions(self.wizard.model) if s.name == name), "")
            self._set("env", name, value)
        elif event.item in (*answers.env, *answers.secrets):
            env = {name: value for name, value in answers.env.items() if name != event.item}
            secrets = {name: value for name, value in answers.secrets.items() if name != event.item}
            self.wizard.answer_all({"env": env, "secrets": secrets})
        else:
            field = self.query_one("#pair", Input)
            field.value = f"{event.item}="
            field.focus()


def _suggested(suggestion: Suggestion) -> Item:
    detail = line(suggestion.value, ("  suggested by a target", Tone.MUTED))
    return Item(
        id=f"{_SUGGESTED}{suggestion.name}", title=suggestion.name, detail=detail, mark=("· add   ", Tone.MUTED)
    )


def _item(variable: Variable, model: Model) -> Item:
    own = variable.name in model.answers.env or variable.name in model.answers.secrets
    detail = variable.after if variable.op != "change" else f"{variable.before} → {variable.after}"
    notes = [variable.note] if variable.note else []
    notes += ["Enter takes it back"] if own else []
    word = {"create": "create", "change": "change"}.get(variable.op, "reuse")
    mark = line(state(word), " " * (6 - len(word)))
    return Item(
        id=variable.name,
        title=one_line(variable.name),
        detail=(one_line(detail), Tone.PLAIN if own else Tone.MUTED),
        note="; ".join(notes),
        mark=mark,
    )
