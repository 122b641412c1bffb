"""One schema: every answer has a question, every question a flag, a key and an example that it accepts itself."""

from __future__ import annotations

import pytest

from wizard.answer_check import check_answers, check_value
from wizard.answers import Answers, ConnectorAnswers, DirectAnswers, Value, by_key, from_keys
from wizard.answers_file import parse
from wizard.cli.answer_flags import gather, given
from wizard.cli.parser import parse as parse_command_line
from wizard.errors import InputError
from wizard.plain import MAIN, parse_reply
from wizard.question import Kind, Question
from wizard.questions import BY_KEY, QUESTIONS

NOT_ASKED = {"version", "flow"}


def test_every_answer_is_a_question() -> None:
    assert set(BY_KEY) == set(by_key(Answers())) - NOT_ASKED
    assert len({question.flag for question in QUESTIONS}) == len(QUESTIONS) == len(BY_KEY)
    assert set(MAIN) <= set(BY_KEY)


def toml(question: Question) -> str:
    """The example as a line of an answers file."""
    table, _, name = question.key.rpartition(".")
    example = question.example
    if question.kind is Kind.PAIRS:
        variable, _, value = example.partition("=")
        return f'[{question.key}]\n{variable} = "{value}"'
    literal = {Kind.TEXT: f'"{example}"', Kind.LIST: f'["{example}"]'}.get(question.kind, example)
    return (f"[{table}]\n" if table else "") + f"{name} = {literal}"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_flag_key_and_prompt_mean_the_same(question: Question) -> None:
    words = [question.flag, question.example]
    if question.kind is Kind.SWITCH:
        words = [question.flag.replace("--", "--no-", 1)]
    from_flag = given(parse_command_line(["setup", *words]))[question.key]
    from_file = parse(f"version = 1\n{toml(question)}")[question.key]
    from_prompt = parse_reply(question, question.example)
    assert from_flag == from_file == from_prompt


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_every_question_accepts_its_default_and_says_what_it_is(question: Question) -> None:
    check_value(question, by_key(Answers())[question.key])
    assert question.prompt
    assert question.help
    assert len(question.help) < 130


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"connector.min_instances": 5, "connector.max_instances": 5}, "connector.max_instances"),
        ({"env": {"A": "x"}, "secrets": {"A": "a:1"}}, "secrets"),
        ({"direct.tags": ("a", "a")}, "direct.tags"),
        ({"range": "10.8.0.0/29"}, "range"),
        ({"range": "10.8.0.0/27", "egress_path": "connector"}, "range"),
        ({"range": "10.8.0.0/27", "egress_path": "direct"}, "range"),
        ({"range": "224.0.0.0/28"}, "range"),
        ({"range": "8.8.8.0/28"}, "range"),
    ],
)
def test_answers_that_do_not_go_together_are_refused(values: dict[str, Value], field: str) -> None:
    with pytest.raises(InputError) as caught:
        check_answers(from_keys(values))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers(range="10.8.0.0/28", egress_path="connector"),
        Answers(range="10.8.0.0/26", egress_path="direct"),
        Answers(range="10.8.0.0/24"),
        Answers(egress_path="direct", connector=ConnectorAnswers(min_instances=9, max_instances=3)),
        Answers(direct=DirectAnswers(tags=("a", "b"))),
    ],
)
def test_answers_that_go_together_are_accepted(answers: Answers) -> None:
    check_answers(answers)


def test_flags_override_the_file_and_tables_entry_by_entry(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("answers") / "a.toml"
    path.write_text('version = 1\nservice = "a"\nnetwork = "n"\ntargets = ["10.0.0.1:1"]\n[env]\nA = "1"\nB = "2"\n')
    flags: dict[str, Value] = {"service": "b", "targets": ("10.0.0.2:2",), "env": {"B": "3"}}
    answers = gather(path, flags)
    assert (answers.service, answers.network, answers.targets) == ("b", "n", ("10.0.0.2:2",))
    assert answers.env == {"A": "1", "B": "3"}
