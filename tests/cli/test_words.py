"""Durations and text from elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.cli.durations import seconds
from wizard.cli.table import WIDTH, paragraph, table
from wizard.errors import InputError
from wizard.wording import clean, duration, one_line, shown


@pytest.mark.parametrize(
    ("text", "wanted"), [("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200), ("1h30m", 5400), ("1h1m1s", 3661)]
)
def test_durations_are_read(text: str, wanted: int) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["", "x", "-1", "1d", "m", "1h30", "1m1h", "1.5h", "٣", "9" * 99])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(InputError, match="must be hours"):
        seconds(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0s"), (0.44, "0.4s"), (9.96, "10s"), (59.6, "1m00s"), (125, "2m05s"), (3600, "1h00m"), (5400, "1h30m")],
)
def test_durations_are_said(value: float, text: str) -> None:
    assert duration(value) == text


@given(st.text())
def test_text_from_elsewhere_cannot_act_on_a_terminal(text: str) -> None:
    assert all(c.isprintable() or c == "\n" for c in clean(text))
    assert all(c.isprintable() for c in one_line(text))
    assert shown(text).isascii()
    assert len(shown(text, 10)) <= 10 * 10 + 5


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(st.text(max_size=120), min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
def test_tables_fit_and_lose_nothing(rows: list[list[str]]) -> None:
    lines = table(rows)
    assert all(len(line) <= WIDTH for line in lines)
    written = "".join("".join(lines).split())
    for row in rows:
        for cell in row:
            assert set("".join(one_line(cell).split())) <= set(written)


def test_columns_are_aligned() -> None:
    assert table([("a", "b"), ("long", "c")], head=("X", "Y")) == ["  X     Y", "  a     b", "  long  c"]


def test_prose_is_wrapped_before_a_word_is_broken() -> None:
    name = "subnet-delete/my-service-vpc-subnet"
    lines = table([(name, "a reason of many words " * 4)])
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith(f"  {name}  a reason")


def test_a_paragraph_hangs_under_its_mark() -> None:
    lines = paragraph("word " * 40, mark="WARN ")
    assert lines[0].startswith("  WARN word")
    assert all(line.startswith("       word") for line in lines[1:])
