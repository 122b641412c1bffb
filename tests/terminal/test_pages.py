"""Every page in a terminal of every size, one after the other, as whoever wants to see them all goes through them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.driver import Terminal
from tests.terminal.person import CONNECTOR, WIZARD, opened, until_footer
from wizard.flow.pages import NAMES, ORDER, Page

SKIPPED = {Page.PROJECT, Page.REGION}
"""A sandbox has one of each."""


@pytest.mark.parametrize(
    ("size", "path"),
    [((80, 24), "connector"), ((120, 40), "direct"), ((60, 20), "connector")],
    ids=["80x24", "120x40", "60x20"],
)
def test_every_page_up_to_the_review_is_there_and_leads_on(size: tuple[int, int], path: str, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(CONNECTOR.replace("connector", path), "utf-8")
    with Terminal((*WIZARD, "--answers", str(answers)), size) as terminal:
        here = name(opened(terminal))
        for page in ORDER[1 : ORDER.index(Page.REVIEW) + 1]:
            if page in SKIPPED:
                continue
            if here == NAMES[Page.EXPRESS]:
                terminal.keys("Down", "Enter")
            else:
                terminal.keys("C-n")
            terminal.until(on(page))
            screen = until_footer(terminal, size[1])
            here = name(screen)
            assert "Back" in screen


def on(page: Page) -> Callable[[str], bool]:
    """Whether a screen shows this page."""
    return lambda screen: name(screen) == NAMES[page]


def name(screen: str) -> str:
    """What the rail says is here."""
    found = re.search(r"▸ (\w+(?: \w+)?)\s{2,}(?:here|\d)", screen)
    return found[1] if found else ""
