"""Standard input and output of one invocation: one JSON document or lines of text, never both on standard output."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TextIO

from wizard.errors import RunvpcError
from wizard.wording import clean, one_line


@dataclass
class Console:
    """Where lines go. With `json`, standard output holds one document and everything else goes to standard error.

    A terminal or pipe that is gone is not an error: what was begun in the cloud still has to be finished.
    """

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    json: bool = False
    _answered: bool = False

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return not self.json and self.stdin.isatty() and self.stdout.isatty()

    def say(self, text: str = "") -> None:
        """A line, or lines, for people."""
        _write(self.stderr if self.json else self.stdout, clean(text))

    def note(self, text: str) -> None:
        """A line about the program itself, always on standard error."""
        _write(self.stderr, clean(text))

    def document(self, document: object) -> None:
        """The one JSON document of this invocation; a second one is dropped."""
        if not self._answered:
            self._answered = True
            _write(self.stdout, json.dumps(document, indent=2))

    def error(self, error: RunvpcError) -> None:
        """An error as a document with `--json`, else as one short line and what to do about it."""
        if self.json:
            fields = {"code": error.code, "message": error.message, "field": error.field, "fix": error.fix}
            self.document({"error": fields})
            return
        self.note(f"runvpc: {_cut(error.message)}")
        if error.fix:
            self.note(f"  fix: {_cut(error.fix)}")

    def ask(self, prompt: str) -> str:
        """A line from the person, without its end. Raises EOFError when there is none."""
        self.stdout.write(prompt)
        self.stdout.flush()
        line = self.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")


_LONGEST_LINE = 600


def _cut(text: str) -> str:
    """One line of ASCII, cut when it is endless."""
    line = one_line(text).encode("ascii", "backslashreplace").decode()
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}..."


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text + "\n")
        stream.flush()
    except (OSError, ValueError):
        return
