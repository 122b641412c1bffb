"""The parts that pages are made of, each alone."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, OptionList

from screens.dialogs.confirm import GRACE_SECONDS, Confirm
from screens.language import GLYPHS, Tone, bar, columns, commands, line, state
from screens.widgets.choices import Choice, Choices
from screens.widgets.filter_list import MOST_MATCHES, FilterList, Item


class Host(App[None]):
    """Shows one list and keeps what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield FilterList(empty="nothing")
        yield Choices("egress_path")

    def on_filter_list_chosen(self, event: FilterList.Chosen) -> None:
        self.chosen.append(event.item)

    def on_choices_picked(self, event: Choices.Picked) -> None:
        self.chosen.append(event.value)


def items(count: int) -> list[Item]:
    return [Item(id=str(n), title=f"network-{n}", detail=f"10.{n % 256}.0.0/16") for n in range(count)]


async def test_a_filter_finds_every_word_in_any_order() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(300))
        rows.focus_list()
        await pilot.press("slash", *"10.7.0 net", "enter")
        assert rows.query_one(OptionList).option_count == 2
        await pilot.press("enter")
        assert app.chosen == ["7"]


async def test_escape_leaves_the_filter_and_everything_is_back() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(20))
        rows.focus_list()
        await pilot.press("slash", "9", "escape")
        assert rows.query_one(OptionList).option_count == 20
        assert not rows.query_one(Input).display


async def test_of_many_matches_the_first_are_shown_and_the_rest_is_said() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(5000))
        rows.focus_list()
        assert rows.query_one(OptionList).option_count == 5000
        await pilot.press("slash", "n")
        assert rows.query_one(OptionList).option_count == MOST_MATCHES


async def test_the_cursor_stays_on_its_row_when_rows_change() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(10))
        rows.focus_list()
        await pilot.press("down", "down", "down")
        assert rows.looked_at == "3"
        rows.put([Item(id="new", title="new"), *items(10)])
        assert rows.looked_at == "3"


async def test_what_cannot_be_chosen_is_passed_over() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(
            [Item(id="a", title="a", refused="no"), Item(id="b", title="b [/x]"), Item(id="c", title="c\n\x1b[2J")]
        )
        rows.focus_list()
        await pilot.press("enter", "down", "enter")
        assert app.chosen == ["b", "c"]


async def test_choices_by_key_and_by_mouse() -> None:
    app = Host()
    async with app.run_test() as pilot:
        choices = app.query_one(Choices)
        rows = [
            Choice(value="connector", title="A"),
            Choice(value="direct", title="B"),
            Choice(value="x", title="C", refused="no"),
        ]
        choices.put(rows, "direct")
        assert choices.highlighted == 1
        choices.focus()
        await pilot.press("up", "enter")
        await pilot.click(Choices, offset=(2, 1))
        await pilot.click(Choices, offset=(2, 2))
        assert app.chosen == ["connector", "direct"]


async def test_the_first_half_second_is_ignored() -> None:
    clock = [100.0]
    answers: list[bool | None] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        dialog = Confirm("Delete?", line("all of it"), yes="Delete", grace=GRACE_SECONDS, now=lambda: clock[0])
        app.push_screen(dialog, answers.append)
        await pilot.pause()
        await pilot.press("y")
        await pilot.click("#yes")
        assert answers == []
        clock[0] += GRACE_SECONDS
        await pilot.press("y")
        assert answers == [True]


async def test_no_is_always_heard() -> None:
    answers: list[bool | None] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        app.push_screen(Confirm("Delete?", line("all"), yes="Delete", grace=60, now=lambda: 0.0), answers.append)
        await pilot.pause()
        await pilot.press("escape")
        assert answers == [False]


def test_columns_are_aligned_and_the_last_is_not_padded() -> None:
    made = columns([("a", "1", "x"), ("bbb", "22", "yy")], right=frozenset({1}))
    assert made.plain == "a     1  x\nbbb  22  yy"


@pytest.mark.parametrize(("value", "drawn"), [(0, "    "), (100, "████"), (50, "██  "), (0.1, "▏   "), (1000, "████")])
def test_bars_share_one_scale(value: float, drawn: str) -> None:
    assert bar(value, 100, 4).plain == drawn


def test_text_of_strangers_is_text() -> None:
    assert line("a [/x] [bold]b", ("\x1b[31m", Tone.BAD)).plain == "a [/x] [bold]b?[31m"


def test_a_word_from_tomorrow_has_a_glyph() -> None:
    assert state("HIBERNATING").plain == "? HIBERNATING"


def test_every_glyph_is_one_cell_wide() -> None:
    assert {line(glyph).cell_length for glyph, _ in GLYPHS.values()} == {1}


def test_of_a_word_of_many_lines_the_first_is_shown() -> None:
    shown = commands([["gcloud", "run", "--args=-c,one\ntwo\nthree", "--tasks=1"]]).plain
    assert shown == "gcloud run '--args=-c,one … 2 more lines' \\\n  --tasks=1"


async def test_a_row_that_was_chosen_is_meant_even_when_the_rows_change_at_once() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(5))
        options = rows.query_one(OptionList)
        options.highlighted = 4
        options.action_select()
        rows.put(items(2))
        await pilot.pause()
        assert app.chosen == ["4"]


async def test_enter_on_the_only_match_chooses_it() -> None:
    app = Host()
    async with app.run_test() as pilot:
        rows = app.query_one(FilterList)
        rows.put(items(20))
        rows.focus_list()
        await pilot.press("slash", *"network-17", "enter")
        assert app.chosen == ["17"]
