"""Questions as lines."""

from __future__ import annotations

import pytest

from wizard.answers import Answers
from wizard.errors import InputError
from wizard.plain import MAIN, ask


class Person:
    """Answers prompts with the given lines, and keeps what was said."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.said: list[str] = []
        self.prompts: list[str] = []

    def say(self, text: str = "") -> None:
        self.said.append(text)

    def ask(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.replies:
            raise EOFError
        return self.replies.pop(0)


NOTHING: frozenset[str] = frozenset()


def test_the_main_questions_are_asked_in_order_and_enter_takes_the_default() -> None:
    person = Person("us-central1", "web", "redis://10.0.0.3:6379 10.0.0.5:5432", "", "direct", "", "")
    answers = ask(Answers(), person, given=NOTHING, everything=True, skip=NOTHING)
    assert answers == Answers(
        region="us-central1", service="web", targets=("redis://10.0.0.3:6379", "10.0.0.5:5432"), egress_path="direct"
    )
    assert [prompt.partition(".")[0] for prompt in person.prompts] == [str(n + 1) for n in range(len(MAIN))]
    assert "[private-ranges-only]" in person.prompts[5]


def test_a_wrong_answer_is_said_and_asked_again() -> None:
    person = Person("web", "nonsense", "redis://10.0.0.3:6379")
    answers = ask(Answers(), person, given=NOTHING, everything=False, skip=NOTHING)
    assert answers.targets == ("redis://10.0.0.3:6379",)
    assert any("nonsense" in line for line in person.said)


def test_a_required_answer_cannot_be_left_out() -> None:
    person = Person("", "web", "10.0.0.3:1")
    assert ask(Answers(), person, given=NOTHING, everything=False, skip=NOTHING).service == "web"
    assert person.prompts[0] == person.prompts[1]


def test_there_is_a_way_back_and_an_explanation() -> None:
    person = Person("?", "web", "<", "other", "10.0.0.3:1")
    answers = ask(Answers(), person, given=NOTHING, everything=False, skip=NOTHING)
    assert answers.service == "other"
    assert any("for example my-service" in line for line in person.said)


def test_what_a_flag_answered_is_not_asked() -> None:
    person = Person("10.0.0.3:1")
    answers = Answers(service="web")
    assert ask(answers, person, given=frozenset({"service"}), everything=False, skip=NOTHING).service == "web"


def test_the_end_of_the_input_names_the_question() -> None:
    with pytest.raises(InputError) as caught:
        ask(Answers(), Person("web"), given=NOTHING, everything=False, skip=NOTHING)
    assert caught.value.field == "targets"


def test_no_line_is_wider_than_a_terminal_and_no_word_is_broken() -> None:
    long = tuple(f"redis://10.0.{n}.3:6379" for n in range(9))
    person = Person("us-central1", "", "nonsense!", "?", "redis://10.0.0.3:6379", "", "", "", "")
    ask(Answers(service="my-service", targets=long), person, given=NOTHING, everything=True, skip=NOTHING)
    said = [*person.said, *(prompt.rstrip() for prompt in person.prompts)]
    assert max(map(len, said)) <= 79
    assert all(any(target in line for line in said) for target in long)
