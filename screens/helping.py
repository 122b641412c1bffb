"""What the help key shows: about the focused thing and the page, and the keys that work now."""

from __future__ import annotations

from textual.app import App

from screens.commands import COMMANDS
from screens.page import WizardPage
from screens.widgets.field import Field
from wizard.flow.pages import NAMES
from wizard.questions import BY_KEY


def about(page: WizardPage) -> tuple[str, str]:
    """A title and text: the focused field's question first, then why the page asks."""
    parts: list[str] = []
    focused = page.focused
    field = next((n for n in focused.ancestors_with_self if isinstance(n, Field)), None) if focused else None
    if field is not None:
        question = BY_KEY[field.key]
        parts.append(f"{question.prompt}: {question.help}. For example {question.example}.")
        parts.append(f"On the command line {question.flag}; in an answers file {field.key}.")
    parts.append(page.why(page.wizard.model))
    return NAMES[page.PAGE], "\n\n".join(filter(None, parts))


def keys_here(app: App[None]) -> tuple[tuple[str, str], ...]:
    """Every key that does something now, and what."""
    rows: dict[str, list[str]] = {command.help: [] for command in COMMANDS}
    for active in app.screen.active_bindings.values():
        binding, ours = active.binding, active.binding.tooltip in rows
        if binding.description and active.enabled and (ours or active.node is app.focused):
            text = binding.tooltip or binding.description
            rows.setdefault(text, []).append(app.get_key_display(binding))
    rows = {text: keys for text, keys in rows.items() if keys}
    return tuple((" ".join(dict.fromkeys(keys)), text) for text, keys in rows.items())
