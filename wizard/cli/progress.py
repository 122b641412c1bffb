"""A run as lines while it happens, with the time it usually takes; never silent for more than half a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from wizard.apply.events import (
    Event,
    GroupEnded,
    GroupRecalled,
    GroupStarted,
    ProbeReported,
    RunStarted,
    StepDecided,
    StepEnded,
    StepNote,
    StepStarted,
    StepStatus,
    StepSummary,
)
from wizard.cli.present import probe_lines
from wizard.cli.table import paragraph
from wizard.wording import duration, one_line

HEARTBEAT_SECONDS = 30.0


class Progress:
    """Turns events into lines for `say`."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._say = say
        self._clock = clock
        self._began = clock()
        self._last = self._began
        self._steps: dict[str, StepSummary] = {}
        self._running: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Tell of one event."""
        match event:
            case RunStarted():
                self._steps = {step.id: step for step in event.steps}
                self._line(f"run {event.run} in {event.project}")
            case StepStarted():
                self._running[event.id] = self._clock()
            case StepDecided() if event.change.op.writes:
                self._line(f"{event.id}: {event.change.op}{self._usual(event.id)}")
            case StepNote():
                self._line(f"{event.id}: {event.text}")
            case StepEnded():
                self._running.pop(event.id, None)
                self._line(_ended(event))
            case GroupStarted():
                self._line(f"{event.group}: begins")
            case GroupRecalled():
                self._line(f"{event.group}: taken back, because {one_line(event.error)}")
            case GroupEnded():
                self._line(f"{event.group}: {event.status.value.replace('_', ' ')}")
            case ProbeReported():
                self._lines(probe_lines(event.results))
            case _:
                return

    def beat(self) -> None:
        """Say what is under way, when nothing was said for long."""
        if self._clock() - self._last < HEARTBEAT_SECONDS:
            return
        for id_, since in self._running.items():
            self._line(f"{id_}: still running, {duration(self._clock() - since)} so far{self._usual(id_)}")

    async def heartbeat(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS / 6)
            self.beat()

    def _usual(self, id_: str) -> str:
        usual = self._steps[id_].usual if id_ in self._steps else 0.0
        return f" (usually {duration(usual)})" if usual >= 10 else ""

    def _line(self, text: str) -> None:
        stamp = f"[{duration(self._clock() - self._began):>6}] "
        self._lines(paragraph(text, indent=0, mark=stamp))

    def _lines(self, lines: list[str]) -> None:
        self._last = self._clock()
        for line in lines:
            self._say(line)


def _ended(event: StepEnded) -> str:
    took = f" in {duration(event.seconds)}" if event.seconds >= 0.05 else ""
    if event.error:
        return f"{event.id}: {event.status.upper()}{took}: {one_line(event.error)}"
    seen = f", {one_line(event.observed)}" if event.observed else ""
    return f"{event.id}: {event.status}{took if event.status is StepStatus.DONE else ''}{seen}"
