"""What is kept about somebody's lessons, and how hints grow stronger."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.lessons.judging import Scripted, criterion
from wizard.errors import RunvpcError
from wizard.lessons import course
from wizard.lessons.grading import grade, missing
from wizard.lessons.ports import State
from wizard.lessons.progress import FILE, Progress


def test_new_begun_passed_and_anew(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "state")
    assert progress.state("one") == "new"
    assert not (tmp_path / "state").exists()
    progress.begin("one")
    assert progress.state("one") == "begun"
    progress.checked("one", (0, 2))
    assert progress.state("one") == "begun"
    progress.checked("one", ())
    assert Progress(tmp_path / "state").state("one") == "passed"
    assert progress.state("two") == "new"
    progress.checked("one", (1,))
    assert progress.state("one") == "passed"
    progress.forget("one")
    assert progress.state("one") == "new"
    progress.forget("one")


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    Progress(tmp_path).begin("one")
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_the_first_prediction_and_what_happened_first_stay(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    assert progress.predicted("one", "a").predicted == "a"
    assert progress.predicted("one", "b").predicted == "a"
    assert progress.happened("one", "c").happened == "c"
    assert progress.happened("one", "d").happened == "c"


@pytest.mark.parametrize("content", [b"", b"{", b'{"lessons": []}', b'{"lessons": {"one": {"checks": "x"}}}', b"\xff"])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(RunvpcError, match=FILE) as error:
        Progress(tmp_path).state("one")
    assert error.value.fix
    assert (tmp_path / FILE).read_bytes() == content


def test_each_time_a_criterion_is_missing_its_hint_is_stronger(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    wanted = [
        criterion("probe", 'service = "s"\ntarget = "t"\nhints = ["gentle", "firm", "solution"]'),
        criterion("exists", 'resource = "there"\nhints = ["only this"]'),
    ]
    hints = []
    states: list[State] = [{}, {}, {"there": {}}, {}, {"there": {}}]
    for state in states:
        grades = grade(wanted, state, Scripted("timeout"), progress.begin("one").missed)
        progress.checked("one", missing(grades))
        hints.append([graded.hint for graded in grades])
    assert hints == [
        ["gentle", "only this"],
        ["firm", "only this"],
        ["solution", ""],
        ["solution", "only this"],
        ["solution", ""],
    ]
    passed = grade(wanted, {"there": {}}, Scripted("connected"), progress.begin("one").missed)
    assert [(graded.met, graded.found, graded.hint) for graded in passed] == [(True, "", "")] * 2


def test_what_comes_next(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    first, second, third = course.lessons()
    assert [course.following(one, progress) for one in (first, second, third)] == [second.name, third.name, first.name]
    progress.checked(second.name, ())
    assert course.following(first, progress) == third.name
    progress.checked(third.name, ())
    assert course.following(first, progress) == ""
    assert course.lesson("2").name == second.name
