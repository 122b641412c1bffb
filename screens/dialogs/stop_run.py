"""TEMPORARY stub by the lead."""

from __future__ import annotations

from textual.content import Content

from screens.dialogs.confirm import Confirm


class StopRun(Confirm):
    def __init__(self) -> None:
        super().__init__(
            "A run is under way", Content("Stop after the call in flight, and leave?"), yes="Stop and leave"
        )
