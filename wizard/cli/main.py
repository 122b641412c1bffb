"""The command `runvpc`: reads the command line, runs the one command, and turns how it ended into an exit code."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper

from wizard.cli.argv import command_of
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.parser import COMMANDS, LATER, parse
from wizard.errors import Exit, InputError, RunvpcError
from wizard.wording import one_line

Command = Callable[[Options, Namespace, Console], Exit]


def entry() -> None:
    """The installed command. The one place where an unexpected error ends: short, unless RUNVPC_DEBUG=1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    console = Console()
    try:
        code = main(sys.argv[1:], console)
    except Exception as error:
        if os.environ.get("RUNVPC_DEBUG") == "1":
            raise
        message = f"unexpected {type(error).__name__}: {one_line(str(error))[:300]}"
        fix = "what was done is in the journal: `runvpc runs`; RUNVPC_DEBUG=1 shows the traceback"
        console.error(RunvpcError(message, code="internal", fix=fix))
        code = Exit.FAILED
    sys.exit(code)


def main(argv: Sequence[str], console: Console | None = None) -> int:
    """Run one command line (without the program's name) and return its exit code."""
    console = console or Console()
    console.json = console.json or "--json" in argv
    try:
        return _run(argv, console)
    except RunvpcError as error:
        console.error(error)
        return error.exit
    except KeyboardInterrupt:
        console.note("stopped")
        return Exit.STOPPED
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else Exit.DONE


def _run(argv: Sequence[str], console: Console) -> Exit:
    if (word := command_of(argv, COMMANDS | LATER)) in LATER:
        raise InputError(f"{word}: not in this version", field=word, fix="runvpc --help", code="not_in_this_version")
    parsed = parse(argv)
    options = Options.of(parsed)
    console.json = options.json
    name = parsed.command or "setup"
    command: Command = import_module(f"wizard.cli.commands.{name}").run
    return command(options, parsed, console)
