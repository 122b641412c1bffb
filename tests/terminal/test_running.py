"""The wizard in a terminal: it appears, follows the window, steps aside, leaves, and knows what it cannot draw on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.terminal.driver import POLL, Terminal
from tests.terminal.person import HEADING, RUNVPC, WIZARD, opened, until_footer
from wizard.errors import Exit

SIZES = ((80, 24), (60, 20), (120, 40))


def test_the_first_frame_says_what_this_is_and_how_to_leave() -> None:
    with Terminal(RUNVPC) as terminal:
        terminal.until(HEADING)
        terminal.until("Quit")
        terminal.until("Welcome")
        terminal.keys("C-q")
        assert terminal.exit_code() == Exit.DONE


def test_a_sandbox_says_so_on_the_first_line() -> None:
    with Terminal(WIZARD) as terminal:
        assert opened(terminal).splitlines()[0].strip().startswith("SIMULATION tutorial")
        terminal.keys("C-c")
        assert terminal.exit_code() == Exit.DONE


def test_it_follows_the_window() -> None:
    with Terminal(WIZARD, SIZES[0]) as terminal:
        opened(terminal)
        for columns, rows in (*SIZES[1:], SIZES[0]):
            terminal.resize(columns, rows)
            screen = until_footer(terminal, rows)
            assert HEADING in screen
            assert "SIMULATION" in screen.splitlines()[0]
            assert "Next: Service" in screen
            assert all(len(line) <= columns for line in screen.splitlines())


def test_a_page_stands_still_from_its_first_frame() -> None:
    """Nothing jumps once it can be seen, and what is clicked at once is what was meant."""
    with Terminal(WIZARD) as terminal:
        opened(terminal)
        for key, heading in (("C-n", "Which service?"), ("Escape", HEADING)) * 3:
            terminal.keys(key)
            first = terminal.until(heading)
            rows = [row for row, line in enumerate(first.splitlines()) if heading in line]
            assert rows == [row for row, line in enumerate(terminal.steady().splitlines()) if heading in line]


def test_it_outlives_a_window_too_small_to_read() -> None:
    with Terminal(WIZARD) as terminal:
        opened(terminal)
        terminal.resize(12, 4)
        terminal.steady()
        terminal.resize(80, 24)
        assert HEADING in until_footer(terminal, 24)


def test_it_is_clicked() -> None:
    with Terminal(WIZARD) as terminal:
        opened(terminal)
        terminal.click("Next: Service")
        terminal.until("Which service?")
        terminal.click("Welcome")
        terminal.until(HEADING)
        terminal.steady(calm=1.0)
        terminal.click("Quit")
        assert terminal.exit_code() == Exit.DONE


def test_it_steps_aside_for_the_shell_and_comes_back() -> None:
    with Terminal(["bash", "--norc", "-i"], environment={"PS1": "here> "}) as terminal:
        terminal.until("here>")
        terminal.type(" ".join(WIZARD))
        terminal.keys("Enter")
        opened(terminal)
        terminal.keys("C-z")
        terminal.until("Stopped")
        terminal.type("echo $((6 * 7))")
        terminal.keys("Enter")
        assert "\n42\n" in terminal.until("\n42\n")
        terminal.type("fg")
        terminal.keys("Enter")
        assert "echo" not in opened(terminal)
        terminal.keys("C-q")
        assert "42" in terminal.until(lambda screen: HEADING not in screen and "here>" in screen)


def test_a_polite_kill_gives_the_terminal_back() -> None:
    with Terminal(["sh", "-c", '"$@"; echo ended with $?; stty -a', "sh", *RUNVPC]) as terminal:
        terminal.until(HEADING)
        terminal.steady()
        shell = terminal.process
        (child,) = shell.joinpath("task", shell.name, "children").read_text().split()
        os.kill(int(child), signal.SIGTERM)
        screen = terminal.until("icanon")
        assert "ended with 0" in screen
        assert "-icanon" not in screen
        assert "-echo " not in screen
        assert HEADING not in screen


@pytest.mark.parametrize("early", [True, False], ids=["while-it-draws", "at-rest"])
def test_a_closed_terminal_ends_it(early: bool) -> None:
    with Terminal(RUNVPC) as terminal:
        terminal.until(HEADING)
        if not early:
            terminal.steady()
        process = terminal.process
        assert process.exists()
    gone_within(process)


def gone_within(process: Path, seconds: float = 10) -> None:
    """Wait for the end of a process, given by its folder under /proc. It is killed when it goes on."""
    end = monotonic() + seconds
    while process.exists() and monotonic() < end:
        sleep(POLL)
    if process.exists():
        os.kill(int(process.name), signal.SIGKILL)
        raise AssertionError(f"still there after {seconds} s")


def test_no_color_means_none() -> None:
    with Terminal(WIZARD, environment={"NO_COLOR": "1"}) as terminal:
        opened(terminal)
        coloured = re.findall(r"\x1b\[[0-9;]*[34]8;5;(\d+)", terminal.text(styles=True))
        assert coloured
        assert {code for code in map(int, coloured) if not 232 <= code <= 255} <= {0, 15, 16, 231}
        assert not re.search(r"\x1b\[(?:[0-9;]*;)?[349][0-7]m", terminal.text(styles=True))


def test_without_a_place_to_draw_it_asks_in_lines(tmp_path: Path) -> None:
    """The screens are drawn on standard error; somebody may have sent that elsewhere."""
    words = ["sh", "-c", 'exec "$@" 2>"$0"', str(tmp_path / "errors"), *WIZARD]
    with Terminal(words) as terminal:
        terminal.until("Cloud Run service")
        terminal.keys("C-c")
        assert terminal.exit_code() == Exit.STOPPED


def test_a_dumb_terminal_is_asked_in_lines() -> None:
    with Terminal(WIZARD, environment={"TERM": "dumb"}) as terminal:
        terminal.until("Cloud Run service")
        assert not re.search(r"[─-╿]", terminal.text())
        terminal.keys("C-c")
        assert terminal.exit_code() == Exit.STOPPED


@pytest.mark.parametrize("words", [RUNVPC, WIZARD, (*RUNVPC, "setup")])
def test_without_a_terminal_it_says_what_is_missing_and_asks_nothing(words: tuple[str, ...]) -> None:
    done = subprocess.run(words, input="", capture_output=True, text=True, timeout=30)
    assert done.returncode == Exit.INPUT
    assert "--service" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
