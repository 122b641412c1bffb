"""A lesson: explanation, prediction, demonstration, task and criteria."""

from __future__ import annotations

from msgspec import Struct, field

from wizard.lessons import expressions
from wizard.lessons.criteria_state import Base

COMMANDS = ("probe", "trace", "ranges", "status")
"""What a demonstration may run: these change nothing."""


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Section(_Part, frozen=True, kw_only=True):
    """A short explanation. Paragraphs are wrapped; blocks of lines that begin with two blanks stay as they are."""

    title: str
    text: str


class Choice(_Part, frozen=True, kw_only=True):
    """One answer. `outcome` is what the demonstration says where this is what happens; `why` why it is or is not so."""

    key: str
    text: str
    outcome: str
    why: str


class Prediction(_Part, frozen=True, kw_only=True):
    """Asked before anything is shown. `right` is the key of one of the choices."""

    question: str
    right: str
    choices: tuple[Choice, ...] = field(name="choice")

    def __post_init__(self) -> None:
        keys = [choice.key for choice in self.choices]
        if len(set(keys)) != len(keys) or len(keys) < 2 or self.right not in keys:
            raise ValueError("there are two or more choices, each with its own key, and right is one of the keys")

    def choice(self, key: str) -> Choice | None:
        """The choice with this key."""
        return next((choice for choice in self.choices if choice.key == key), None)

    def happened(self, outcome: str) -> Choice | None:
        """The choice that what happened is called by; None for something else."""
        return next((choice for choice in self.choices if choice.outcome == outcome), None)


class Demonstration(_Part, frozen=True, kw_only=True):
    """A command of runvpc that is run on the lesson's sandbox. `outcome` finds in its JSON document what happened.

    Lines of its output from one that begins with `until` on are left out; `shows` says what to look at.
    """

    run: tuple[str, ...]
    outcome: str
    shows: str
    until: str = ""

    def __post_init__(self) -> None:
        if not self.run or self.run[0] not in COMMANDS:
            raise ValueError(f"run begins with one of {', '.join(COMMANDS)}")
        expressions.check(self.outcome)


class Task(_Part, frozen=True, kw_only=True):
    """What is to be done, and commands for whoever looks around in another shell (no solution)."""

    text: str
    commands: tuple[str, ...] = ()


class Lesson(_Part, frozen=True, kw_only=True):
    """`criteria` come from the tables `[[criterion]]`, one class per kind. `number` is the place in the course."""

    name: str
    number: int
    title: str
    minutes: int
    learn: tuple[str, ...]
    sections: tuple[Section, ...] = field(name="section")
    prediction: Prediction
    demonstration: Demonstration
    task: Task
    closing: str
    criteria: tuple[Base, ...] = ()
