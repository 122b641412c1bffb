"""The table of what is emulated: whole, without doubles, and the one that the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wizard.sandbox import emulated

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"

KNOWN = re.compile(r"(recorded|documented|ours)( \((facts|prior art)[^)]+\))?(: .+)?( \(.+\))?")


def test_every_method_is_in_exactly_one_row() -> None:
    rows = emulated.rows()
    places = {method: [row.area for row in rows if emulated.covered(row, [method])] for method in emulated.methods()}
    assert {method: areas for method, areas in places.items() if len(areas) != 1} == {}


def test_every_pattern_means_a_method() -> None:
    known = emulated.methods()
    patterns = [(row, pattern) for row in emulated.rows() for pattern in row.methods]
    assert [pattern for row, pattern in patterns if not any(emulated.fits(m, pattern) for m in known)] == []


def test_every_row_says_where_it_is_known_from() -> None:
    rows = emulated.rows()
    assert len({row.area for row in rows}) == len(rows)
    for row in rows:
        assert row.known, row.area
        assert [known for known in row.known if not KNOWN.fullmatch(known)] == []
        assert row.confidence in ("high", "medium", "low")
        assert row.emulated
        assert row.missing


def test_what_is_refused_is_nowhere_a_handler() -> None:
    refused = {f"{about}.{verb}" for about, verbs in emulated.refused().items() for verb in verbs}
    assert refused
    assert refused & set(emulated.methods()) == set()


def test_the_page_is_as_the_file_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert emulated.replaced(page) == page, f"run python -m {emulated.__name__} docs/sandbox.md"


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="emulated: begin"):
        emulated.replaced("# A page\n")
