"""A program for the benchmark: nothing but the list of the pages, with as many rows as the command line says."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence

from textual.app import App, ComposeResult

from screens import themes
from screens.widgets.filter_list import FilterList, Item

LETTERS, ERASE = "abcdeiknorst", "\x7f"


def titles(count: int) -> list[str]:
    """Names such as a large project has; the same ones every time."""
    seed = random.Random(3)
    return [f"vm-{number:05}-{''.join(seed.choices('abcdeiknorst', k=6))}" for number in range(count)]


def filtered(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Keys for the filter, each of which changes how many of the names match, and how many do then."""
    first = "n"
    yield first, sum(first in name for name in names)
    for letter in LETTERS:
        yield letter, sum(first + letter in name for name in names)
        yield ERASE, sum(first in name for name in names)


class Rows(App[None]):
    """The list alone."""

    CSS_PATH = "../../screens/runvpc.tcss"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What the styles use."""
        return themes.DEFAULTS

    def compose(self) -> ComposeResult:
        yield FilterList(id="rows")

    def on_mount(self) -> None:
        for theme in themes.OWN:
            self.register_theme(theme)
        self.theme = themes.DARK.name
        rows = self.query_one(FilterList)
        rows.put([Item(id=name, title=name, detail="10.0.0.3") for name in self._names])
        rows.focus_list()


if __name__ == "__main__":
    Rows(titles(int(sys.argv[1]))).run()
