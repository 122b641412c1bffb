"""Reading a lesson's file (TOML). What is wrong with it is said with file, key, rule and an example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from wizard.errors import InputError
from wizard.lessons.criteria_state import Base
from wizard.lessons.kinds import KINDS
from wizard.lessons.model import COMMANDS, Lesson

EXAMPLES = {
    "version": "version = 1",
    "number": "number = 1",
    "title": 'title = "A free /28"',
    "minutes": "minutes = 10",
    "learn": 'learn = ["what takes a range"]',
    "section": '[[section]] with title = "…" and text = "…"',
    "prediction": '[prediction] with question, right = "a" and [[prediction.choice]] with key, text, outcome, why',
    "demonstration": f'[demonstration] with run = ["probe", …] (one of {", ".join(COMMANDS)}), outcome, shows',
    "task": '[task] with text = "…"',
    "closing": 'closing = "…"',
    "criterion": '[[criterion]] with kind = "exists", text, hints and what the kind needs',
}

_PLACE = re.compile(r"(?P<rule>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)


class LessonError(InputError):
    """A lesson's file that cannot be used."""


def parse(text: str, name: str) -> Lesson:
    """The lesson in a TOML text; `name` is that of its file without `.toml`. Raises LessonError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(name, "", f"not TOML: {error}", EXAMPLES["title"]) from error
    if table.pop("version", None) != 1:
        raise _wrong(name, "version", "must be 1", EXAMPLES["version"])
    unknown = sorted(set(table) - set(EXAMPLES))
    if unknown:
        raise _wrong(name, unknown[0], f"unknown key; known are {', '.join(EXAMPLES)}", EXAMPLES["title"])
    criteria = _criteria(name, table.pop("criterion", None))
    lesson: Lesson = _converted({**table, "name": name}, Lesson, name, "")
    if not (lesson.sections and lesson.learn and lesson.minutes > 0):
        raise _wrong(name, "section", "a lesson has sections, something to learn, and minutes", EXAMPLES["section"])
    return msgspec.structs.replace(lesson, criteria=criteria)


def _criteria(name: str, tables: object) -> tuple[Base, ...]:
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise _wrong(name, "criterion", "there is no criterion to grade by", EXAMPLES["criterion"])
    return tuple(_criterion(name, number, table) for number, table in enumerate(tables))


def _criterion(name: str, number: int, table: dict[str, Any]) -> Base:
    kind, key = str(table.get("kind", "")), f"criterion[{number}]"
    if kind not in KINDS:
        rule = f"{kind!r} is no kind of criterion; known are {', '.join(KINDS)}"
        raise _wrong(name, f"{key}.kind", rule, 'kind = "exists"')
    rest = {key: value for key, value in table.items() if key != "kind"}
    criterion: Base = _converted(rest, KINDS[kind], name, key)
    return criterion


def _converted(table: Mapping[str, Any], wanted: type[Any], name: str, key: str) -> Any:
    try:
        return msgspec.convert(table, wanted, strict=True)
    except msgspec.ValidationError as error:
        said = _PLACE.fullmatch(str(error))
        place = (said["place"] or "") if said else ""
        rule = said["rule"] if said else str(error)
        example = getattr(wanted, "EXAMPLE", "") or EXAMPLES.get(_first(place, rule), EXAMPLES["title"])
        raise _wrong(name, ".".join(part for part in (key, place) if part), rule, example) from error


def _first(place: str, rule: str) -> str:
    """The key of the file that a message of the converter is about."""
    quoted = re.search(r"`(\w+)`$", rule)
    return re.split(r"[.\[]", place)[0] or (quoted[1] if quoted else "")


def _wrong(name: str, key: str, rule: str, example: str) -> LessonError:
    where = f"{name}.toml: {key}: " if key else f"{name}.toml: "
    return LessonError(f"{where}{rule}", field=key, fix=f"for example {example}", code="lesson")
