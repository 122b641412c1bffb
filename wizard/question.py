"""What a question is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from wizard import answer_rules as rules
from wizard.answers import Answers


class Kind(Enum):
    """The type of an answer; the value is its name for people."""

    TEXT = "text"
    WHOLE = "a whole number"
    NUMBER = "a number"
    SWITCH = "true or false"
    LIST = "a list of texts"
    PAIRS = "a table of texts"


def _always(answers: Answers) -> bool:
    return True


def _pair_is_fine(name: str, value: str, field: str) -> None:
    rules.env_name(name, field)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One answer: its key in the answers file, its flag, what is asked, and what it must be.

    `check` judges a text, or each item of a list; `check_pair` each entry of a table; `low` and `high` bound a number.
    An empty text is "not answered" and is never judged. `applies` says whether the question matters given the others.
    """

    key: str
    flag: str
    prompt: str
    help: str
    example: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = False
    low: float = -math.inf
    high: float = math.inf
    check: Callable[[str, str], None] = rules.anything
    check_pair: Callable[[str, str, str], None] = _pair_is_fine
    applies: Callable[[Answers], bool] = _always
