"""Every question as a flag, and answers put together from the file and the flags."""

from __future__ import annotations

import argparse
import math
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from wizard.answer_check import check_answers, check_value, wrong
from wizard.answers import Answers, Value, from_keys
from wizard.answers_file import load
from wizard.errors import InputError
from wizard.question import Kind, Question
from wizard.questions import BY_KEY, QUESTIONS
from wizard.wording import shown

COMMON = frozenset({"project", "region", "service"})
"""Questions whose flags every command takes."""


def add_flags(parser: ArgumentParser) -> None:
    """A flag for every question that is not a common option; absent flags leave no trace."""
    group = parser.add_argument_group("answers (each also a key of the answers file)")
    for question in QUESTIONS:
        if question.key not in COMMON:
            _add(group, question)


def add_flag(group: argparse._ArgumentGroup | ArgumentParser, key: str) -> None:
    """The flag of one question."""
    _add(group, BY_KEY[key])


def _add(group: argparse._ArgumentGroup | ArgumentParser, question: Question) -> None:
    name = question.key if question.key in COMMON else f"answer.{question.key}"
    text = question.help.replace("%", "%%")
    if question.kind is Kind.SWITCH:
        group.add_argument(
            question.flag, dest=name, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text
        )
        return
    many = question.kind in (Kind.LIST, Kind.PAIRS)
    group.add_argument(
        question.flag,
        dest=name,
        action="append" if many else "store",
        default=argparse.SUPPRESS,
        type=_reader(question),
        metavar=_metavar(question),
        help=f"{text} (may be repeated)" if many else text,
    )


def _metavar(question: Question) -> str:
    if question.choices:
        return "|".join(question.choices)
    if question.kind is Kind.PAIRS:
        return "NAME=SECRET:VERSION" if question.key == "secrets" else "NAME=VALUE"
    return question.flag.rsplit("-", 1)[-1].upper()


def _reader(question: Question) -> Callable[[str], object]:
    """Turns the flag's text into its value; InputError names what is wrong."""

    def read(text: str) -> object:
        match question.kind:
            case Kind.WHOLE | Kind.NUMBER:
                return number(question, text)
            case Kind.PAIRS:
                return _pair(question, text)
            case _:
                if not text:
                    raise wrong(question, text, "must not be empty")
                check_value(question, (text,) if question.kind is Kind.LIST else text)
                return text

    return read


def number(question: Question, text: str) -> int | float:
    """The number that a text is, judged."""
    try:
        value = int(text) if question.kind is Kind.WHOLE else float(text)
    except ValueError as error:
        raise wrong(question, text, f"must be {question.kind.value}") from error
    if not math.isfinite(value):
        raise wrong(question, text, f"must be {question.kind.value}")
    check_value(question, value)
    return value


def _pair(question: Question, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(
            f"{question.flag} {shown(name, 30) if question.key == 'env' else ''}: must be {_metavar(question)}",
            field=question.key,
            fix=f"for example {question.flag} {question.example}",
        )
    check_value(question, {name: value})
    return name, value


def given(parsed: Namespace) -> dict[str, Value]:
    """The answers that flags gave, by key."""
    values: dict[str, Value] = {}
    for name, value in vars(parsed).items():
        key = name.removeprefix("answer.")
        if name in COMMON or name.startswith("answer."):
            kind = BY_KEY[key].kind
            values[key] = tuple(value) if kind is Kind.LIST else dict(value) if kind is Kind.PAIRS else value
    return values


def gather(file: Path | None, flags: dict[str, Value]) -> Answers:
    """The file's answers, overridden by the flags (tables entry by entry), judged as a whole."""
    values = load(file) if file is not None else {}
    for key, value in flags.items():
        old = values.get(key)
        values[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    answers = from_keys(values)
    check_answers(answers)
    return answers
