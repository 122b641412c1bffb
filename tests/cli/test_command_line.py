"""The grammar of the command line, and that wrong input is one short line or one JSON document with exit code 2."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.fakes import Screen
from tests.export.sample import PLAN
from wizard.apply.journal import Journal
from wizard.cli.argv import command_of, scenario_names, with_sandbox_value
from wizard.cli.options import Options
from wizard.cli.parser import COMMANDS, LATER, parse
from wizard.errors import Exit, InputError
from wizard.paths import Paths

WORDS = COMMANDS | LATER
HEAVY = {"textual", "rich", "google", "grpc", "aiohttp", "cryptography", "sqlite3", "asyncio"}


@pytest.mark.parametrize(
    ("line", "sandbox", "command"),
    [
        ("--sandbox setup", "tutorial", "setup"),
        ("--sandbox seed setup", "seed", "setup"),
        ("--sandbox=setup setup", "setup", "setup"),
        ("setup --sandbox", "tutorial", "setup"),
        ("setup --sandbox --yes", "tutorial", "setup"),
        ("setup --sandbox anything", "anything", "setup"),
        ("undo --sandbox last", "tutorial", "undo"),
        ("undo --sandbox ./last last", "./last", "undo"),
        ("undo last --sandbox my.toml", "my.toml", "undo"),
        ("--service setup --sandbox runs", "tutorial", "runs"),
        ("sandbox --sandbox reset", "tutorial", "sandbox"),
        ("--sandbox sandbox reset", "tutorial", "sandbox"),
        ("--sandbox other.toml sandbox state", "other.toml", "sandbox"),
    ],
)
def test_sandbox_takes_a_value_only_where_nothing_else_is_meant(line: str, sandbox: str, command: str) -> None:
    parsed = parse(line.split())
    assert (parsed.sandbox, parsed.command) == (sandbox, command)
    assert command_of(line.split(), WORDS) == command


def test_a_known_scenario_is_taken_where_an_operand_could_be_meant() -> None:
    for name in scenario_names():
        assert parse(["status", "--sandbox", name, "web"]).sandbox == name


COMMON = [
    ["--project", "my-project"],
    ["--region", "us-central1"],
    ["--service", "status"],
    ["--sandbox", "a/b.toml"],
    ["--speed", "instant"],
    ["--answers", "f.toml"],
    ["--yes"],
    ["--dry-run"],
    ["--json"],
    ["--plain"],
    ["--read-only"],
]


@given(st.permutations(COMMON), st.integers(0, len(COMMON)), st.sampled_from([["runs"], ["undo", "last"], ["info"]]))
def test_common_options_mean_the_same_before_and_after_the_command(
    options: list[list[str]], cut: int, command: list[str]
) -> None:
    before = [word for option in options[:cut] for word in option]
    after = [word for option in options[cut:] for word in option]
    assert Options.of(parse([*before, *command, *after])) == Options(
        project="my-project",
        region="us-central1",
        service="status",
        sandbox="a/b.toml",
        speed=0.0,
        answers=Path("f.toml"),
        yes=True,
        dry_run=True,
        json=True,
        plain=True,
        read_only=True,
    )


@given(st.lists(st.text(max_size=20), max_size=6))
def test_no_command_line_crashes(words: list[str]) -> None:
    try:
        parse(words)
    except InputError as error:
        assert error.message
        assert len(error.message) < 700
    except SystemExit as done:
        assert done.code in (0, None)


def test_words_after_two_dashes_are_left_alone() -> None:
    assert with_sandbox_value(["probe", "--", "--sandbox"], WORDS) == ["probe", "--", "--sandbox"]


@pytest.mark.parametrize("name", sorted(LATER))
def test_commands_of_later_versions_say_so(name: str) -> None:
    screen = Screen()
    assert screen.run("--sandbox", name, "--help", "x") == Exit.INPUT
    assert f"{name}: not in this version" in screen.err.getvalue()
    assert name not in _help().split()


def _help() -> str:
    done = subprocess.run([sys.executable, "-m", "wizard", "--help"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    return done.stdout


def test_help_names_every_command_and_the_exit_codes() -> None:
    text = _help()
    assert {name for name in COMMANDS if name in text.split()} == COMMANDS
    assert "exit codes: 0 done" in text


@pytest.mark.parametrize("argv", [["--help"], ["setup", "--help"], ["setup"], ["setup", "--service", "[/x]"]])
def test_help_and_wrong_input_load_nothing_heavy_where_that_can_be(argv: list[str]) -> None:
    program = (
        "import sys\nfrom wizard.cli.main import main\n"
        f"main({argv!r})\nprint('LOADED', *{{name.partition('.')[0] for name in sys.modules}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    allowed = {"asyncio", "sqlite3"} if argv == ["setup"] else set()
    assert not loaded & HEAVY - allowed


def test_an_error_is_one_document_on_standard_output() -> None:
    for argv in (["--json", "setup", "--bogus"], ["setup", "--json"], ["nonsense", "--json"], ["scale", "--json"]):
        screen = Screen()
        assert screen.run(*argv) == Exit.INPUT
        error = screen.document["error"]
        assert set(error) == {"code", "message", "field", "fix"}
        assert error["message"]
        assert screen.err.getvalue() == ""


def test_without_a_terminal_all_that_is_missing_is_named_at_once() -> None:
    screen = Screen()
    began = time.monotonic()
    assert screen.run("setup") == Exit.INPUT
    assert time.monotonic() - began < 1
    line = screen.err.getvalue().splitlines()[0]
    assert {"service", "(--service)", "targets", "(--target)", "region", "(--region)"} <= set(
        line.replace(",", "").split()
    )


def test_without_a_terminal_a_change_needs_a_yes() -> None:
    screen = Screen()
    argv = ("setup", "--service", "web", "--target", "redis://10.0.0.3:6379", "--region", "us-central1", "--json")
    assert screen.run(*argv) == Exit.INPUT
    assert screen.document["error"]["field"] == "--yes"


@pytest.mark.parametrize("value", ["[/x]", "\U0001f600" * 3, "\x1b[31m\x07", "x" * 10_000, "a\nb"])
def test_hostile_text_gives_one_short_line_without_control_characters(value: str) -> None:
    for flag in (
        "--service",
        "--project",
        "--region",
        "--target",
        "--network",
        "--range",
        "--image",
        "--connector-name",
    ):
        screen = Screen()
        assert screen.run("setup", f"{flag}={value}") == Exit.INPUT
        text = screen.err.getvalue()
        assert len(text.splitlines()) <= 2
        assert len(text) < 700
        assert text.isascii()
        assert all(c.isprintable() or c == "\n" for c in text)


def test_the_value_of_a_secret_is_never_repeated() -> None:
    for argv in (["--secret", "PW=hunter2!"], ["--secret", "hunter2!"], ["--env", "DB_PASSWORD=hunter2!"]):
        for mode in ([], ["--json"]):
            screen = Screen()
            assert screen.run("setup", *argv, *mode) == Exit.INPUT
            assert "hunter2" not in screen.err.getvalue() + screen.out.getvalue()


def test_an_unexpected_error_is_short_unless_asked_for(tmp_path: Path) -> None:
    """A journal that somebody has edited is as unexpected as can be."""
    state = tmp_path / "edited"
    with Journal.open(Paths(state).journal) as journal, journal.begin(PLAN, "live:p"):
        pass
    with sqlite3.connect(Paths(state).journal) as database:
        database.execute("UPDATE run SET plan = 'edited'")
    command = [sys.executable, "-m", "wizard", "export", "last", "--format", "gcloud", "--json"]
    environment = {**os.environ, "RUNVPC_STATE_DIR": str(state)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == Exit.FAILED
    assert json.loads(done.stdout)["error"]["code"] == "internal"
    assert "Traceback" not in done.stderr
    debugged = subprocess.run(
        command, capture_output=True, text=True, timeout=30, env={**environment, "RUNVPC_DEBUG": "1"}
    )
    assert debugged.returncode == Exit.FAILED
    assert "Traceback" in debugged.stderr
