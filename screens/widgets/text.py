"""Text on a page: content only, never markup."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screens.language import Piece, line


class Lines(Static):
    """Lines of `Content`. Hidden while empty, so that sections without anything to say take no room."""

    DEFAULT_CSS = """
    Lines { height: auto; width: 1fr; }
    Lines.-empty { display: none; }
    """

    def __init__(self, *pieces: Piece, id: str | None = None, classes: str | None = None) -> None:
        content = line(*pieces)
        super().__init__(content, id=id, classes=classes)
        self.set_class(not content.plain, "-empty")

    def put(self, content: Content) -> None:
        """Show this instead."""
        self.set_class(not content.plain, "-empty")
        self.update(content)


class Section(Lines):
    """The heading of a section, with a blank line before it."""

    DEFAULT_CSS = """
    Section { text-style: bold; margin-top: 1; }
    """
