"""The pictures of the documentation: the film is joined rightly, and what is in docs is what the product makes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from tests.pictures.film import SVG, Frame, Picture, film
from tests.pictures.keys import page_of_keys

DOCS = Path(__file__).parent.parent.parent / "docs"
MOST = 1_500_000
"""Bytes that a page may have to load for a picture that moves."""


class Says(App[None]):
    """Some text in a corner."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(Content(self._text))


async def shot(text: str, size: tuple[int, int] = (20, 4)) -> str:
    app = Says(text)
    async with app.run_test(size=size):
        return app.export_screenshot(simplify=True)


async def test_a_screenshot_is_taken_apart() -> None:
    picture = Picture.of(await shot("one\ntwo <&"))
    assert (picture.columns, len(picture.lines)) == (20, 4)
    assert [[run.text.replace("\xa0", " ").strip() for run in line.texts] for line in picture.lines] == [
        ["one"],
        ["two <&"],
        [],
        [],
    ]
    assert all(sum(run.width for run in line.grounds) == 20 for line in picture.lines)


async def test_a_film_shows_each_frame_for_its_time_and_keeps_each_line_once() -> None:
    one, two = await shot("same\none"), await shot("same\ntwo")
    svg = film([Frame(one, 1), Frame(one, 1), Frame(two, 2, "Enter: go on"), Frame(one, 1)], "a <title>")
    root = ElementTree.fromstring(svg)
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert sorted(text.strip() for text in texts) == ["Enter", "a <title>", "go on", "one", "same", "two"]
    assert re.findall(r"([\d.]+)%\{transform:translateY\((-?[\d.]+)px", svg) == [
        ("0.000", "0"),
        ("40.000", "-129.6"),
        ("80.000", "-259.2"),
    ]
    assert "5.00s" in svg


async def test_frames_of_different_sizes_make_no_film() -> None:
    with pytest.raises(ValueError, match="one size"):
        film([Frame(await shot("a"), 1), Frame(await shot("a", (30, 4)), 1)], "")
    with pytest.raises(ValueError, match="no terminal"):
        Picture.of("<svg/>")


def test_the_walk_is_one_small_file_that_needs_nothing_else() -> None:
    walk = (DOCS / "walk.svg").read_text("utf-8")
    assert len(walk.encode()) < MOST
    assert "<script" not in walk
    assert not re.findall(r"(?:url\(|href=\")(?!#)", walk)
    assert ElementTree.fromstring(walk).tag == f"{SVG}svg"


def test_the_page_of_keys_is_the_table_of_commands() -> None:
    assert (DOCS / "keys.md").read_text("utf-8") == page_of_keys(), "make pictures writes it anew"
