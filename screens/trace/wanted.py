"""What a page says when somebody wants a trace. The application opens it: pages do not know that page."""

from __future__ import annotations

from textual.message import Message
from textual.screen import Screen


class TraceWanted(Message):
    """Somebody wants to know why there is no connection to `target`; empty means the one that is most likely meant."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target


class Aside(Screen[None]):
    """A screen that stands over a page for a while, with commands of its own."""
