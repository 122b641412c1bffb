"""`runvpc learn`: listed, walked through, predicted, graded, begun anew."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen, Terminal
from wizard.cli.console import Console
from wizard.cli.desk import TerminalDesk
from wizard.cli.main import main
from wizard.cli.options import Options
from wizard.cli.place import scenario_hash
from wizard.errors import Exit
from wizard.lessons import library

REDIS, RANGE = "why-redis-times-out", "a-free-28"
SPEED = ("--speed", "instant")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of the whole module, and with it one sandbox per lesson."""
    folder = tmp_path_factory.mktemp("state")
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNVPC_STATE_DIR", str(folder))
        for name in (REDIS, RANGE):
            Screen().run("sandbox", "stop", "--sandbox", f"lesson/{name}")


@pytest.fixture(autouse=True)
def _same_state(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", str(state))
    (state / "lessons.json").unlink(missing_ok=True)


def run(*argv: str, code: int = Exit.DONE) -> Any:
    """The document of one command, which must end with this exit code."""
    screen = Screen()
    ended = screen.run("learn", *argv, *SPEED, "--json")
    assert ended == code, screen.out.getvalue() + screen.err.getvalue()
    return screen.document


def text(*argv: str, typed: list[str] | None = None, code: int = Exit.DONE) -> str:
    """What people read, in lines of at most 80 columns but for commands."""
    screen = Screen(typed)
    ended = screen.run("learn", *argv, *SPEED)
    said = screen.out.getvalue()
    assert ended == code, said + screen.err.getvalue()
    lines = said.replace(": $ ", ":\n$ ").replace("leaves: ", "leaves:\n").splitlines()  # a fake terminal has no echo
    commands = ("$ runvpc ", "  gcloud ", "  runvpc ")
    assert [line for line in lines if len(line) > 80 and not line.startswith(commands)] == []
    return said


def states() -> dict[str, str]:
    return {one["name"]: one["state"] for one in run()["lessons"]}


def make_connector() -> None:
    setup = ("--service", "shop", "--target", "redis://10.8.0.3:6379", "--network", "shop-vpc")
    way = ("--egress-path", "connector", "--connector-name", "shop-net", "--yes")
    screen = Screen()
    assert screen.run("setup", *setup, *way, "--sandbox", f"lesson/{RANGE}") == Exit.DONE, screen.err.getvalue()


def test_the_list() -> None:
    assert [one["number"] for one in run()["lessons"]] == [1, 2, 3]
    assert set(states().values()) == {"new"}
    said = text()
    assert f"1  {RANGE}" in said
    assert f"Begin with: runvpc learn {RANGE}" in said


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (("nothing",), "LESSON", "a-free-28, priority-and-deny, why-redis-times-out"),
        (("4",), "LESSON", "a-free-28, priority-and-deny, why-redis-times-out"),
        (("../load",), "LESSON", "a-free-28, priority-and-deny, why-redis-times-out"),
        (("--check",), "LESSON", "a-free-28, priority-and-deny, why-redis-times-out"),
        ((REDIS, "--predict", "x"), "--predict", "one of a, b, c, d"),
        ((REDIS, "--check", "--reset"), "--reset", "not allowed"),
        ((REDIS, "--sandbox", "tutorial"), "--sandbox", "a sandbox of its own"),
    ],
)
def test_wrong_input(words: tuple[str, ...], field: str, said: str) -> None:
    error = run(*words, code=Exit.INPUT)["error"]
    assert error["field"] == field
    assert said in error["message"]
    assert error["fix"]
    assert set(states().values()) == {"new"}


def test_read_only_touches_no_sandbox() -> None:
    assert run(REDIS, "--check", "--read-only", code=Exit.FAILED)["error"]["code"] == "read_only"


def test_without_a_terminal_nothing_is_asked_and_nothing_given_away(state: Path) -> None:
    run(REDIS, "--reset")
    document = run(REDIS)
    assert document["lesson"]["state"] == "begun"
    assert document["prediction"]["right"] is None
    assert [set(choice) for choice in document["prediction"]["choices"]] == [{"key", "text"}] * 4
    assert {criterion["met"] for criterion in document["criteria"]} == {None}
    said = text(REDIS)
    assert f"runvpc learn {REDIS} --predict ANSWER" in said
    assert "Your task" not in said
    assert stat.S_IMODE((state / "lessons.json").stat().st_mode) == 0o600


def test_what_was_predicted_stands_beside_what_happened() -> None:
    run(REDIS, "--reset")
    document = run(REDIS, "--predict", "a")
    asked = document["prediction"]
    assert (asked["predicted"], asked["happened"], asked["right"]) == ("a", "b", "b")
    assert all(choice["why"] for choice in asked["choices"])
    assert document["demonstration"]["outcome"] == "timeout"
    assert document["demonstration"]["command"].endswith(f"--sandbox lesson/{REDIS}")
    assert any("refused" in line for line in document["demonstration"]["lines"])
    said = text(REDIS, "--predict", "b")
    assert "Your first prediction stays" in said
    assert "You predicted  refused: the machine says no\nWhat happened  timeout: nobody answers\n" in said
    assert f'eval "$(runvpc sandbox env --sandbox lesson/{REDIS})"' in said
    assert run(REDIS)["prediction"]["predicted"] == "a"
    screen = Screen()
    assert screen.run("runs", "--json") == Exit.DONE
    assert screen.document["runs"] == []  # live tests of a lesson are no runs of the person's
    assert "You predicted  refused" in text(REDIS)


def test_graded_with_stronger_hints_then_passed_with_setup() -> None:
    run(RANGE, "--reset")
    hints = [run(RANGE, "--check", code=Exit.FAILED)["criteria"][0]["hint"] for _ in range(4)]
    assert len(set(hints[:3])) == 3
    assert hints[2] == hints[3]
    assert "4 of 6" not in text(RANGE, "--check", code=Exit.FAILED)
    assert states()[RANGE] == "begun"
    make_connector()
    document = run(RANGE, "--check")
    assert document["passed"] is True
    assert {criterion["met"] for criterion in document["criteria"]} == {True}
    assert states()[RANGE] == "passed"
    said = text("1", "--check")
    assert "6 of 6 criteria" in said
    assert "Passed." in said
    assert said.endswith(f"Next: runvpc learn {REDIS}\n")


def test_on_a_sandbox_that_was_changed_before() -> None:
    """The right answer is that of the beginning; that the world is another one by now is said."""
    run(RANGE, "--reset")
    make_connector()
    said = text(RANGE, "--predict", "C")
    assert "The sandbox is not as at the beginning of the lesson any more." in said
    assert "What happened  10.8.1.32/28" in said
    assert "Right. Right after the range of the connector" in said


def test_a_walk() -> None:
    run(RANGE, "--reset")
    reading = [""] * 5
    typed = ["x", "B", "", "", "", "", "q"]
    said = text(RANGE, typed=[*reading, *typed], code=Exit.FAILED)
    parts = ["You will learn", "What a connector is", "What takes a range", "One of a/b/c/d; a guess is as good."]
    parts += [f"--sandbox lesson/{RANGE}", "What happened  10.8.1.16/28", "Not b:", "It is c:", "Your task"]
    parts += ["not yet  the connector shop-net", "hint: a connector has a name", "--check"]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)


def test_a_walk_that_comes_back_at_the_task_and_passes() -> None:
    run(RANGE, "--reset")
    assert f"come back at any time: runvpc learn {RANGE}" in text(RANGE, typed=["", "q"])
    run(RANGE, "--predict", "c")
    make_connector()
    said = text(RANGE, typed=["t", ""])
    assert "What a connector is" not in said
    assert "Passed." in said


class Slow(Console):
    """Somebody who takes so long that the sandbox has stopped by then."""

    def ask(self, prompt: str) -> str:
        Screen().run("sandbox", "stop", "--sandbox", f"lesson/{RANGE}")
        return super().ask(prompt)


def test_a_walk_of_somebody_slow() -> None:
    run(RANGE, "--reset")
    run(RANGE, "--predict", "c")
    make_connector()
    out = Terminal()
    assert main(["learn", RANGE, *SPEED], Slow(stdin=Terminal("t\n\n"), stdout=out)) == Exit.DONE
    assert "Passed." in out.getvalue()


def test_a_walk_from_the_beginning_keeps_the_prediction() -> None:
    run(RANGE, "--reset")
    run(RANGE, "--predict", "d")
    said = text(RANGE, typed=[""] * 9)
    assert "You predicted d the first time. That stays." in said
    assert "Your task" in said


def test_the_sandbox_of_a_lesson_is_one_like_others_and_no_other(state: Path) -> None:
    run(RANGE, "--reset")
    screen = Screen()
    assert screen.run("status", "shop", "--sandbox", f"lesson/{RANGE}", "--json") == Exit.DONE
    assert screen.document["service"]["path"] == "none"
    folders = sorted(path.name.rpartition("-")[0] for path in (state / "sandbox").iterdir())
    assert folders == ["a-free-28_scenario", "why-redis-times-out_scenario"]
    content = library.scenario_file(f"lesson/{RANGE}")
    assert TerminalDesk(Options()).scenario_of(f"sandbox:{scenario_hash(content)}") == f"lesson/{RANGE}"
    screen = Screen()
    assert screen.run("status", "shop", "--sandbox", "lesson/none", "--json") == Exit.INPUT
    assert screen.document["error"]["field"] == "--sandbox"


def test_progress_that_cannot_be_read(state: Path) -> None:
    (state / "lessons.json").write_text(json.dumps({"lessons": 1}), "utf-8")
    error = run(code=Exit.FAILED)["error"]
    assert error["code"] == "progress"
    assert "lessons.json" in error["message"]
