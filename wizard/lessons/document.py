"""A lesson as one JSON document. What is right is said once a prediction was made, never before."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from wizard.lessons.grading import Graded
from wizard.lessons.library import sandbox_name
from wizard.lessons.model import Lesson
from wizard.lessons.progress import NEW, Entry


class Shown(Struct, frozen=True, kw_only=True):
    """A demonstration that was run now: the command as typed, its lines, and what happened in one word."""

    command: str
    lines: tuple[str, ...]
    outcome: str


def lesson_document(
    lesson: Lesson, entry: Entry | None, grades: Sequence[Graded] = (), shown: Shown | None = None
) -> dict[str, object]:
    """Lesson, prediction, criteria; `met` is null where nothing was graded now."""
    document: dict[str, object] = {
        "lesson": {
            "name": lesson.name,
            "title": lesson.title,
            "minutes": lesson.minutes,
            "state": entry.state if entry else NEW,
            "sandbox": sandbox_name(lesson.name),
            "learn": list(lesson.learn),
            "sections": [{"title": section.title, "text": section.text.strip()} for section in lesson.sections],
            "task": lesson.task.text.strip(),
        },
        "prediction": _prediction(lesson, entry),
        "criteria": [_criterion(graded) for graded in grades] or [_asked(one.text) for one in lesson.criteria],
    }
    if grades:
        document["passed"] = all(graded.met for graded in grades)
    if shown is not None:
        document["demonstration"] = {
            "command": shown.command,
            "outcome": shown.outcome,
            "lines": list(shown.lines),
            "shows": lesson.demonstration.shows.strip(),
        }
    return document


def _prediction(lesson: Lesson, entry: Entry | None) -> dict[str, object]:
    asked = lesson.prediction
    told = bool(entry and entry.predicted)
    return {
        "question": asked.question.strip(),
        "choices": [
            {"key": choice.key, "text": choice.text, **({"why": choice.why.strip()} if told else {})}
            for choice in asked.choices
        ],
        "predicted": entry.predicted if entry and entry.predicted else None,
        "happened": (entry.happened or None) if entry and told else None,
        "right": asked.right if told else None,
    }


def _asked(text: str) -> dict[str, object]:
    return {"text": text, "met": None, "found": "", "hint": ""}


def _criterion(graded: Graded) -> dict[str, object]:
    return {"text": graded.text, "met": graded.met, "found": graded.found, "hint": graded.hint}
