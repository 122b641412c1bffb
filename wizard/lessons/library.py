"""The lessons that come with the product: `NAME.toml` and, beside it, `NAME.scenario.toml`."""

from __future__ import annotations

from pathlib import Path

from wizard.errors import InputError

FOLDER = Path(__file__).parent
SCENARIO = ".scenario.toml"
PREFIX = "lesson/"
"""`--sandbox lesson/NAME` is the sandbox of a lesson."""


def names() -> tuple[str, ...]:
    """Every lesson, by name. Light: no file is read."""
    return tuple(sorted(path.name.removesuffix(SCENARIO) for path in FOLDER.glob(f"*{SCENARIO}")))


def sandbox_name(name: str) -> str:
    """What `--sandbox` is told for a lesson."""
    return PREFIX + name


def sandbox_names() -> tuple[str, ...]:
    """The sandboxes of all lessons."""
    return tuple(sandbox_name(name) for name in names())


def scenario_file(sandbox: str) -> str:
    """The scenario's file for `lesson/NAME`; any other name or file as it is."""
    name = sandbox.removeprefix(PREFIX)
    return str(FOLDER / f"{name}{SCENARIO}") if sandbox.startswith(PREFIX) and name in names() else sandbox


def text_of(name: str) -> str:
    """The file of a lesson. Raises InputError with the names of the lessons for one that does not exist."""
    if name not in names():
        known = ", ".join(names())
        raise InputError(f"there is no lesson {name[:40]!r}; lessons: {known}", field="LESSON", fix="runvpc learn")
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
