"""Reading lessons, and what every lesson of the product must be like."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wizard.cli.learn_lines import question_lines, section_lines, task_lines, title_lines
from wizard.lessons import library
from wizard.lessons.kinds import KINDS
from wizard.lessons.load import LessonError, parse
from wizard.lessons.model import Lesson
from wizard.sandbox import scenario

NAMES = library.names()
GOOD = library.text_of("a-free-28")


def lesson(name: str) -> Lesson:
    return parse(library.text_of(name), name)


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("version = 1", "version = 2", "version", "must be 1"),
        ("version = 1", "", "version", "must be 1"),
        ("minutes = 10", 'minutes = "10"', "minutes", "Expected `int`"),
        ("minutes = 10", "minutes = 0", "section", "minutes"),
        ("closing =", "clozing =", "clozing", "unknown key"),
        ('title = "A free /28"', "", "", "missing required field `title`"),
        ('kind = "absent"', 'kind = "absnt"', "criterion[2].kind", "'absnt' is no kind of criterion"),
        ('kind = "absent"\n', "", "criterion[2].kind", "no kind of criterion; known are exists, absent"),
        ("port = 6379", 'port = "redis"', "criterion[3].port", "Expected `int`"),
        ("prefix = 28", "prefix = 28\nprefx = 28", "criterion[1]", "unknown field `prefx`"),
        ('verdict = "delivered"', 'verdict = "ok"', "criterion[3]", "verdict is one of delivered, refused, dropped"),
        ('{ connector = "shop-net" }', "{ }", "criterion[3].from", "names one of service, job, connector, subnet"),
        ('right = "c"', 'right = "e"', "prediction", "right is one of the keys"),
        ('key = "b"', 'key = "a"', "prediction", "each with its own key"),
        ('"free[0].range"', '"free[0"', "demonstration", "is no path expression"),
        ('run = ["ranges"', 'run = ["undo"', "demonstration", "run begins with one of probe, trace"),
        ('title = "What a connector is"', 'titel = "x"', "section[0]", "unknown field `titel`"),
        ("[[section]]", "[[section", "", "not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_key_rule_and_example(old: str, new: str, field: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(LessonError) as error:
        parse(GOOD.replace(old, new, 1), "mine")
    assert error.value.message.startswith(f"mine.toml: {field}: " if field else "mine.toml: ")
    assert error.value.field == field
    assert words in error.value.message
    assert error.value.fix.startswith("for example ")


def test_a_lesson_without_criteria_is_refused() -> None:
    with pytest.raises(LessonError, match="no criterion to grade by"):
        parse(GOOD[: GOOD.index("[[criterion]]")], "mine")


def test_the_first_three() -> None:
    assert NAMES == ("a-free-28", "priority-and-deny", "why-redis-times-out")
    assert [lesson(name).number for name in NAMES] == [1, 3, 2]


@pytest.mark.parametrize("name", NAMES)
def test_the_scenario_of_a_lesson_is_one_and_is_enforced_wholly(name: str) -> None:
    loaded = scenario.load(library.scenario_file(library.sandbox_name(name)))
    assert scenario.unenforced(loaded) == []
    assert loaded.project.id == "learn-project"


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_fits_a_terminal_of_80_by_24(name: str) -> None:
    one = lesson(name)
    screens = [title_lines(one), question_lines(one.prediction), *map(section_lines, one.sections)]
    for lines in screens:
        assert len(lines) <= 21, lines[0]
    commands = tuple(f"  {command}" for command in one.task.commands)
    for line in (*task_lines(one), *(line for lines in screens for line in lines)):
        assert len(line) <= 80 or line.startswith(commands), line


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_whole(name: str) -> None:
    one = lesson(name)
    assert library.text_of(name).isascii()
    assert len({choice.outcome for choice in one.prediction.choices}) == len(one.prediction.choices)
    assert any(len(criterion.hints) > 1 for criterion in one.criteria)
    for criterion in one.criteria:
        assert len(set(criterion.hints)) == len(criterion.hints)
        resets = [hint for hint in criterion.hints if "--reset" in hint]
        assert all(f"runvpc learn {name} --reset" in hint for hint in resets)


@pytest.mark.parametrize("name", NAMES)
def test_addresses_in_the_texts_are_those_of_the_scenario(name: str) -> None:
    """A range told in a table of the last section stands in the scenario, so that the two cannot drift apart."""
    text = lesson(name).sections[-1].text
    scenario_text = Path(library.scenario_file(library.sandbox_name(name))).read_text("utf-8")
    tabled = [line for line in text.splitlines() if line.startswith("    ")]
    ranges = [found for line in tabled for found in re.findall(r"\d+\.\d+\.\d+\.\d+/\d+", line)]
    assert ranges
    assert [one for one in ranges if f'"{one}"' not in scenario_text] == []


def test_names_that_are_no_lesson() -> None:
    assert library.scenario_file("lesson/none") == "lesson/none"
    assert library.scenario_file("tutorial") == "tutorial"
    assert library.scenario_file("lesson/../lessons/a-free-28") == "lesson/../lessons/a-free-28"


def test_the_docs_name_every_lesson_every_kind_and_every_key() -> None:
    text = (Path(__file__).parents[2] / "docs" / "learn.md").read_text("utf-8")
    assert [name for name in (*NAMES, *KINDS) if f"| `{name}` |" not in text] == []
    rows = {name: next(line for line in text.splitlines() if line.startswith(f"| `{name}` |")) for name in KINDS}
    for name, kind in KINDS.items():
        own = set(kind.__struct_encode_fields__) - {"text", "hints"}
        assert [key for key in sorted(own) if f"`{key}" not in rows[name]] == []


def test_the_lesson_in_the_docs_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "learn.md").read_text("utf-8")
    shown = text.split("```toml\n")[1].split("```")[0]
    second = '[[prediction.choice]]\nkey = "b"\ntext = "t"\noutcome = "timeout"\nwhy = "w"\n\n[demonstration]'
    assert parse(shown.replace("[demonstration]", second, 1), "mine").number == 4
