"""A page that is read rather than filled in: the keys that scroll do so wherever the focus is."""

from __future__ import annotations

from textual.binding import Binding
from textual.containers import VerticalScroll

from screens.page import WizardPage


class ScrolledPage(WizardPage):
    """Up, down and the paging keys move the body, unless a list has the focus and takes them."""

    BINDINGS = [
        Binding("up", "scroll_body(-1)", "Up", show=False),
        Binding("down", "scroll_body(1)", "Down", show=False),
        Binding("pageup", "page_body(-1)", "Page up", show=False),
        Binding("pagedown", "page_body(1)", "Page down", show=False),
        Binding("home", "end_body(-1)", "Top", show=False),
        Binding("end", "end_body(1)", "Bottom", show=False),
    ]

    @property
    def _body(self) -> VerticalScroll:
        return self.query_one("#body", VerticalScroll)

    def action_scroll_body(self, lines: int) -> None:
        self._body.scroll_relative(y=lines, animate=False)

    def action_page_body(self, pages: int) -> None:
        self._body.scroll_relative(y=pages * max(1, self._body.size.height - 2), animate=False)

    def action_end_body(self, where: int) -> None:
        if where < 0:
            self._body.scroll_home(animate=False)
        else:
            self._body.scroll_end(animate=False)
