"""Judging answers against the questions: one by one, and those that must go together."""

from __future__ import annotations

from wizard import answer_rules as rules
from wizard.answers import Answers, Value, by_key
from wizard.errors import InputError
from wizard.network import names, ranges
from wizard.network.address_budget import longest_prefix
from wizard.network.limits import limits
from wizard.question import Kind, Question
from wizard.questions import QUESTIONS
from wizard.wording import shown


def check_value(question: Question, value: Value) -> None:
    """Judge a value of the right type. Raises InputError with field, rule and example."""
    if isinstance(value, str):
        _check_text(question, value)
    elif isinstance(value, tuple):
        for item in value:
            rules.writable(item, question.key)
            question.check(item, question.key)
    elif isinstance(value, dict):
        for name, item in value.items():
            rules.writable(name, question.key)
            rules.writable(item, question.key)
            question.check_pair(name, item, question.key)
    elif not isinstance(value, bool) and not question.low <= value <= question.high:
        bounds = f"{question.low:g} to {question.high:g}"
        raise wrong(question, value, f"must be {bounds}")


def _check_text(question: Question, value: str) -> None:
    if not value:
        return
    rules.writable(value, question.key)
    if question.choices and value not in question.choices:
        raise wrong(question, value, f"must be {' or '.join(question.choices)}")
    question.check(value, question.key)


def wrong(question: Question, value: object, rule: str) -> InputError:
    """The error for a value that breaks a rule, with the example of the question."""
    example = f'["{question.example}"]' if question.kind is Kind.LIST else question.example
    return InputError(f"{question.key} is {shown(value, 40)}: {rule}", field=question.key, fix=f"for example {example}")


def check_answers(answers: Answers) -> None:
    """Judge every answer, and those that must go together. Raises InputError for the first that is wrong."""
    values = by_key(answers)
    for question in QUESTIONS:
        check_value(question, values[question.key])
    size = answers.connector
    if answers.egress_path != "direct":
        names.check_connector_instances(size.min_instances, size.max_instances)
    names.check_network_tags(answers.direct.tags)
    twice = sorted(answers.env.keys() & answers.secrets.keys())
    if twice:
        raise InputError(
            f"{twice[0]} is in env and in secrets: one of them only", field="secrets", fix="remove it from [env]"
        )
    _check_range(answers)


def _check_range(answers: Answers) -> None:
    """The length of the range for the chosen path, and that a subnet may have such a range at all."""
    if answers.range in ("", rules.AUTO):
        return
    of_connector = limits().connector.prefix
    exactly, at_most = {"connector": (of_connector, None), "direct": (None, longest_prefix())}.get(
        answers.egress_path, (None, of_connector)
    )
    problem = ranges.check(answers.range, (), prefix=exactly, at_most=at_most)
    if problem is not None and problem.fatal:
        raise InputError(problem.message, field="range", fix=problem.fix)


def missing(answers: Answers) -> list[Question]:
    """The questions that must be answered and are not."""
    values = by_key(answers)
    return [question for question in QUESTIONS if question.required and not values[question.key]]
