"""The driver itself, on a shell."""

from __future__ import annotations

import pytest

from tests.terminal.driver import Terminal


def test_keys_text_and_size() -> None:
    with Terminal(["sh", "-c", "read line; echo got:$line; stty size; read line; stty size; exit 3"]) as terminal:
        terminal.type("a b -c")
        terminal.keys("Enter")
        screen = terminal.until("got:")
        assert "got:a b -c" in screen
        assert "24 80" in terminal.until("24 80")
        terminal.resize(60, 20)
        terminal.keys("Enter")
        terminal.until("20 60")
        assert terminal.exit_code() == 3


def test_the_environment_is_given_and_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEN", "still")
    with Terminal(["sh", "-c", "echo [$TAKEN] [$GIVEN]"], environment={"TAKEN": None, "GIVEN": "x y"}) as terminal:
        assert "[] [x y]" in terminal.until("[")
        assert terminal.exit_code() == 0


def test_what_never_comes_is_said_with_the_screen() -> None:
    with (
        Terminal(["sh", "-c", "echo here; sleep 60"]) as terminal,
        pytest.raises(AssertionError, match=r"(?s)never there.*here"),
    ):
        terminal.until("here")
        terminal.until("never there", seconds=0.2)
