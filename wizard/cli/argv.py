"""Reading the command line before argparse does: which word is the command, and what `--sandbox` takes.

`--sandbox` has an optional value. It takes the next word when nothing else can be meant by it: never an option, never
the command, and where the command has operands of its own (RUN, SERVICE) only a scenario's name or a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wizard.cli.options import DEFAULT_SCENARIO

VALUED = frozenset({"--project", "--region", "--service", "--answers", "--speed"})
"""Common options that take the next word."""

WITH_OPERANDS = frozenset({"migrate", "resume", "undo", "export", "probe", "status", "trace", "learn", "sandbox"})


FLEET = "fleet:"
"""Before a number: the sandbox makes so many services (`wizard/sandbox/fleet.py`)."""


def command_of(argv: Sequence[str], commands: frozenset[str]) -> str:
    """The word that names the command: a known one where there is one, else the first that is no option; or empty."""
    words = [word for _, word in _operands(argv, commands)]
    return words[0] if words else ""


def with_sandbox_value(argv: Sequence[str], commands: frozenset[str]) -> list[str]:
    """The same words with every `--sandbox` as `--sandbox=VALUE`."""
    result: list[str] = []
    command, position = "", 0
    while position < len(argv):
        word = argv[position]
        position += 1
        if word == "--":
            return [*result, word, *argv[position:]]
        if word == "--sandbox":
            taken = position < len(argv) and _is_value(argv[position], command, commands)
            result.append(f"--sandbox={argv[position] if taken else DEFAULT_SCENARIO}")
            position += taken
            continue
        result.append(word)
        if word in VALUED and position < len(argv):
            result.append(argv[position])
            position += 1
        elif not word.startswith("-") and not command:
            command = word
    return result


def _operands(argv: Sequence[str], commands: frozenset[str]) -> list[tuple[int, str]]:
    words = with_sandbox_value(argv, commands)
    skipped = {n + 1 for n, word in enumerate(words) if word in VALUED}
    return [(n, word) for n, word in enumerate(words) if n not in skipped and not word.startswith("-")]


def _is_value(word: str, command: str, commands: frozenset[str]) -> bool:
    if word.startswith("-"):
        return False
    if not command:
        return word not in commands
    return (
        command not in WITH_OPERANDS
        or word in scenario_names()
        or word.startswith(FLEET)
        or "/" in word
        or word.endswith(".toml")
    )


def scenario_names() -> tuple[str, ...]:
    """The scenarios that come with the product."""
    folder = Path(__file__).parent.parent / "sandbox" / "scenarios"
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))
