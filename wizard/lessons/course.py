"""The course: every lesson in its order, and which comes next."""

from __future__ import annotations

from wizard.lessons import library
from wizard.lessons.load import parse
from wizard.lessons.model import Lesson
from wizard.lessons.progress import PASSED, Progress


def lessons() -> list[Lesson]:
    """Every lesson, in the order of the course. Raises LessonError for a file that cannot be used."""
    return sorted((lesson(name) for name in library.names()), key=lambda one: one.number)


def lesson(word: str) -> Lesson:
    """A lesson by its name, or by its number in the course. Raises InputError with the names when there is none."""
    if word.isdecimal():
        word = next((one.name for one in lessons() if one.number == int(word)), word)
    return parse(library.text_of(word), word)


def following(current: Lesson, progress: Progress) -> str:
    """The name of the lesson to go on with: the next that was not passed, else one before; empty when all are."""
    left = [one for one in lessons() if one.name != current.name and progress.state(one.name) != PASSED]
    later = [one for one in left if one.number > current.number]
    return next((one.name for one in (*later, *left)), "")
