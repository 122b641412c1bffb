"""A scenario: the world a sandbox starts from, as a TOML file with typed tables.

`load` reads a built-in scenario or a file and refuses a bad one with file, key, rule and an example.
"""

from __future__ import annotations

import hashlib
import stat
import tomllib
from importlib import resources
from pathlib import Path

from wizard.sandbox import fleet
from wizard.sandbox.scenario_check import check, unenforced
from wizard.sandbox.scenario_convert import EXAMPLES, convert, shown
from wizard.sandbox.scenario_model import Job, Scenario, ScenarioError, Service
from wizard.sandbox.scenario_projects import numbered

__all__ = [
    "Job",
    "Scenario",
    "ScenarioError",
    "Service",
    "built_in",
    "content_hash",
    "is_built_in",
    "load",
    "parse",
    "read",
    "unenforced",
]

LARGEST_FILE, LONGEST_NAME = 1_000_000, 1000
"""Bytes and characters."""


def built_in() -> list[str]:
    """The names of the scenarios that come with runvpc."""
    folder = resources.files("wizard.sandbox").joinpath("scenarios")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def is_built_in(name: str) -> bool:
    """Whether this is the name of a scenario that comes with runvpc, rather than a file."""
    return name in built_in() or bool(fleet.count_of(name))


def read(name_or_path: str) -> bytes:
    """The text of a built-in scenario, of a fleet (`fleet:200`) or of a file. Raises ScenarioError."""
    if name_or_path.startswith(fleet.PREFIX):
        return _fleet(name_or_path)
    if name_or_path in built_in():
        return resources.files("wizard.sandbox").joinpath("scenarios", f"{name_or_path}.toml").read_bytes()
    if len(name_or_path) > LONGEST_NAME or not name_or_path.isprintable():
        raise ScenarioError(f"{shown(name_or_path)}: no name of a scenario or file; for example tutorial")
    path = Path(name_or_path)
    try:
        return _content(path)
    except FileNotFoundError as error:
        names = ", ".join(built_in())
        raise ScenarioError(f"{path}: no such scenario and no such file; built in are {names}") from error
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}; for example my-network.toml") from error


def _fleet(name: str) -> bytes:
    count = fleet.count_of(name)
    if not count:
        raise ScenarioError(f"{shown(name)}: a fleet has 1 to {fleet.MOST} services and jobs; for example fleet:200")
    return fleet.scenario(count).encode()


def _content(path: Path) -> bytes:
    """Raises OSError, and ScenarioError for what is not a file or too large for a scenario."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ScenarioError(f"{path}: not a file; a scenario is a TOML file, for example my-network.toml")
    if status.st_size > LARGEST_FILE:
        raise ScenarioError(f"{path}: {status.st_size} bytes; a scenario has at most {LARGEST_FILE}")
    return path.read_bytes()


def load(name_or_path: str) -> Scenario:
    """The scenario, checked. Raises ScenarioError."""
    return parse(read(name_or_path), name_or_path)


def content_hash(data: bytes) -> str:
    """A short name for the content: another content is another world."""
    return hashlib.sha256(data).hexdigest()[:12]


def parse(data: bytes, file: str) -> Scenario:
    """A scenario from TOML text; `file` names it in errors. Raises ScenarioError."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{file}: not a text file (byte {error.start} is not UTF-8)") from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: not TOML: {error}") from error
    if isinstance(table.get("project"), dict):
        table["project"] = [table["project"]]
    if not table.get("project"):
        raise ScenarioError(f"{file}: [project] is missing; for example {EXAMPLES['project']}")
    scenario = numbered(convert(table, file))
    check(scenario, file)
    return scenario
