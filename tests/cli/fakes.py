"""Streams that look like a terminal, or like none."""

from __future__ import annotations

import io
import json
from typing import Any

from wizard.cli.console import Console
from wizard.cli.main import main


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Screen:
    """A console whose output can be read back; `typed` are the lines a person types, None means no terminal."""

    def __init__(self, typed: list[str] | None = None) -> None:
        stream = io.StringIO if typed is None else Terminal
        self.out, self.err = stream(), stream()
        text = "".join(f"{line}\n" for line in typed or [])
        self.console = Console(stdin=stream(text), stdout=self.out, stderr=self.err)

    def run(self, *argv: str) -> int:
        return main(list(argv), self.console)

    @property
    def document(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out.getvalue())
