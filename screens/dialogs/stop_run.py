"""Leaving while a run is under way: nothing is given up, but a run only goes on while this program runs."""

from __future__ import annotations

from screens.dialogs.confirm import Confirm
from screens.language import Tone, line, lines


class StopRun(Confirm):
    """The result is whether to stop and leave; `Keep going` has the focus."""

    def __init__(self) -> None:
        text = lines(
            [
                line(
                    "A run goes on only while this program runs. Leaving finishes the call in flight, records it, and "
                    "starts nothing more. What was made stays."
                ),
                line(),
                line(("Later, resume goes on and undo takes back what was made.", Tone.MUTED)),
            ]
        )
        super().__init__("A run is under way", text, yes="Stop and leave", no="Keep going")
