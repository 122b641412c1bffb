"""The questions as numbered lines: for screen readers, dumb terminals, and whoever prefers lines."""

from __future__ import annotations

import textwrap
from typing import Protocol

from wizard.answer_check import check_value, missing
from wizard.answers import Answers, Value, by_key, from_keys
from wizard.errors import InputError
from wizard.question import Kind, Question
from wizard.questions import QUESTIONS
from wizard.wording import one_line

MAIN = ("service", "targets", "region", "network", "egress_path", "egress", "range")
"""What is asked of everyone; the rest has flags and keys and good defaults."""

WIDTH = 79
"""Columns of what is asked and said."""

_HELP = "Enter takes the answer in brackets, ? explains, < goes back."
_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


class Lines(Protocol):
    """Where questions are asked and answers read."""

    def say(self, text: str = "") -> None: ...

    def ask(self, prompt: str) -> str:
        """One line; EOFError at the end of the input."""
        ...


def ask(answers: Answers, lines: Lines, *, given: frozenset[str], everything: bool, skip: frozenset[str]) -> Answers:
    """Ask what is open: the main questions when `everything`, else only what must be answered and is not.

    `given` were answered by flags and `skip` answer themselves; neither is asked. InputError when the input ends.
    """
    wanted = [q for q in QUESTIONS if q.key in MAIN] if everything else missing(answers)
    questions = [q for q in wanted if q.key not in given | skip]
    values = by_key(answers)
    lines.say(_HELP)
    number = 0
    while number < len(questions):
        question = questions[number]
        if not question.applies(from_keys(values)):
            number += 1
            continue
        reply = _read(lines, f"{number + 1}. {question.prompt} [{_shown(values[question.key])}]: ", question)
        if reply == "<":
            number = max(0, number - 1)
        elif reply == "?":
            _say(lines, f"{question.help}; for example {question.example}")
        elif _accept(lines, question, reply, values):
            number += 1
    return from_keys(values)


def _say(lines: Lines, text: str) -> None:
    """A paragraph below a question; no word is broken."""
    indent = "   "
    for line in textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    ):
        lines.say(line)


def _read(lines: Lines, prompt: str, question: Question) -> str:
    """One reply. Of a long prompt the last line alone stands before the cursor."""
    *before, last = textwrap.wrap(
        prompt, WIDTH, subsequent_indent="   ", break_on_hyphens=False, break_long_words=False
    )
    for line in before:
        lines.say(line)
    try:
        return lines.ask(f"{last} ").strip()
    except EOFError as error:
        message = f"the input ended at {question.key} ({question.flag})"
        raise InputError(message, field=question.key, fix=f"give {question.flag}", code="missing_input") from error


def _accept(lines: Lines, question: Question, reply: str, values: dict[str, Value]) -> bool:
    """Put the answer into `values`; False, with the reason as a line, when it will not do."""
    if not reply:
        if question.required and not values[question.key]:
            _say(lines, f"an answer is needed, for example {question.example}")
            return False
        return True
    try:
        value = parse_reply(question, reply)
        check_value(question, value)
    except InputError as error:
        _say(lines, one_line(error.message) + (f" ({one_line(error.fix)})" if error.fix else ""))
        return False
    values[question.key] = value
    return True


def parse_reply(question: Question, reply: str) -> Value:
    """The value that a line means: lists and tables are separated by blanks or commas. Raises InputError."""
    example = f"for example {question.example}"
    match question.kind:
        case Kind.LIST:
            return tuple(reply.replace(",", " ").split())
        case Kind.PAIRS:
            pairs = [item.partition("=") for item in reply.replace(",", " ").split()]
            return {name: value for name, _, value in pairs}
        case Kind.SWITCH if reply.lower() in (*_YES, *_NO):
            return reply.lower() in _YES
        case Kind.SWITCH:
            raise InputError(f"{question.key}: must be yes or no", field=question.key, fix="yes")
        case Kind.TEXT:
            return reply
    try:
        return int(reply) if question.kind is Kind.WHOLE else float(reply)
    except ValueError as error:
        raise InputError(f"{question.key}: must be {question.kind.value}", field=question.key, fix=example) from error


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(value)
    return ", ".join(value) if isinstance(value, dict) else str(value)
