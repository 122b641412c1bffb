"""A lesson's own sandbox: its state, packets sent in it, and commands of runvpc run on it."""

from __future__ import annotations

import asyncio
import io
import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TextIO

from wizard.cli.console import Console
from wizard.cli.lesson_probe import live_test
from wizard.cli.options import Options
from wizard.cli.place import Place, ask, start_sandbox
from wizard.errors import CloudError, Exit
from wizard.lessons import expressions
from wizard.lessons.document import Shown
from wizard.lessons.library import sandbox_name
from wizard.lessons.model import Demonstration, Lesson
from wizard.lessons.ports import Body, Fate, Sender
from wizard.wording import one_line, short_names

Say = Callable[[str], None]

USUAL_WINDOW, LONGEST_WINDOW = 90.0, 600.0

BANNER = "SIMULATION "

PROBE = "probe"
"""The one command that writes something."""


class _Lines(io.StringIO):
    """A stream that hands on each line as it comes."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    def write(self, text: str) -> int:
        for line in text.removesuffix("\n").split("\n"):
            self._say(line)
        return len(text)


@dataclass(frozen=True)
class Bench:
    """Implements `wizard.lessons.ports.Packets` for the sandbox of one lesson."""

    lesson: Lesson
    place: Place
    options: Options

    def awake(self) -> Bench:
        """The same with a sandbox that runs: it stops when nobody uses it for a while, and people think."""
        return open_bench(self.lesson, self.options)

    @property
    def state(self) -> dict[str, Body]:
        """Every resource of the sandbox as its API body."""
        return ask(self.place.sandbox, "GET", "state")

    def fate(self, sender: Sender, address: str, port: int, protocol: str) -> Fate:
        origin = {name: value for name in sender.__struct_fields__ if (value := getattr(sender, name))}
        body = {"from": origin, "to": address, "port": port, "protocol": protocol}
        found = ask(self.place.sandbox, "POST", "packet", body)
        return Fate(verdict=found["verdict"], why=short_names((found["trail"] or [""])[-1]))

    def probe(self, service: str, target: str) -> str:
        words = ("probe", service, target, "--attempts", "1", "--start-window", f"{self._start_window():.0f}")
        try:
            document = self._run(*words)
        except CloudError as error:
            if error.status != "NOT_FOUND":
                raise
            return one_line(error.message)
        return str(expressions.values(document, "probe[0].verdict")[0])

    def demonstrate(self, demonstration: Demonstration, say: Say) -> Shown:
        """Run the command and say its lines as they come, without those from `until` on."""
        told: list[str] = []

        def tell(line: str) -> None:
            told.append(line)
            say(line)

        document = self._run(*demonstration.run, say=_Until(demonstration.until, tell))
        found = expressions.values(document, demonstration.outcome)
        return Shown(command=self.command, lines=tuple(told), outcome=str(found[0]) if found else "")

    def _start_window(self) -> float:
        """Simulated seconds for the network of a fresh instance: enough for more than one attempt, however fast the
        sandbox's time runs, since an attempt takes real seconds."""
        clock = ask(self.place.sandbox, "GET", "clock")
        return min(max(USUAL_WINDOW, 6 * float(clock["speed"])), LONGEST_WINDOW)

    @property
    def command(self) -> str:
        """The command of the demonstration, as one would type it."""
        return shlex.join(("runvpc", *self.lesson.demonstration.run, "--sandbox", sandbox_name(self.lesson.name)))

    def reset(self) -> None:
        """Back to the beginning of the lesson's scenario."""
        ask(self.place.sandbox, "POST", "reset")

    def _run(self, *words: str, say: Say | None = None) -> dict[str, Any]:
        """The JSON document of a command, whose lines are said. Raises KeyboardInterrupt when it was stopped."""
        if words[0] == PROBE:
            told = _Lines(say or _nothing)
            return asyncio.run(live_test(self.place, words, Console(stdin=io.StringIO(), stdout=told, stderr=told)))
        if say is not None:
            told = _Lines(say)
            self._command(words, told, told)
        out = io.StringIO()
        self._command((*words, "--json"), out, _Lines(_nothing))
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    def _command(self, words: Sequence[str], out: TextIO, notes: TextIO) -> None:
        from wizard.cli.main import main

        console = Console(stdin=io.StringIO(), stdout=out, stderr=notes)
        if main([*words, "--sandbox", sandbox_name(self.lesson.name)], console) == Exit.STOPPED:
            raise KeyboardInterrupt


class _Until:
    """Hands on lines up to one that begins with a text, without the banner (it was said) and without blanks at the
    ends."""

    def __init__(self, end: str, say: Say) -> None:
        self._end, self._say = end, say
        self._over, self._blank = False, -1

    def __call__(self, line: str) -> None:
        self._over = self._over or (bool(self._end) and line.startswith(self._end))
        if self._over or line.startswith(BANNER):
            return
        if not line:
            self._blank += self._blank >= 0
            return
        for text in ("",) * self._blank + (line,):
            self._say(text)
        self._blank = 0


def _nothing(line: str) -> None:
    """Say nothing."""


def open_bench(lesson: Lesson, options: Options) -> Bench:
    """The lesson's sandbox, started if it does not run."""
    return Bench(lesson, start_sandbox(replace(options, sandbox=sandbox_name(lesson.name))), options)
