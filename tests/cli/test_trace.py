"""`runvpc trace` on the scenario of the docs: one network in which something is wrong everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen
from wizard.errors import Exit

DOCS = Path(__file__).parents[2] / "docs"
SANDBOX = ("--sandbox", str(DOCS / "trace.toml"), "--speed", "instant")


def documented() -> list[tuple[str, str, str, str]]:
    """Command, verdict, cause and decider of every row of the table in docs/trace.md."""
    cells = [
        line.split(" | ") for line in (DOCS / "trace.md").read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    return [(row[0].strip("|` "), row[1].strip(), row[2].strip(), row[3].strip()) for row in cells]


ROWS = documented()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The state folder of the whole module, and with it one sandbox."""
    folder = str(tmp_path_factory.mktemp("state"))
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNVPC_STATE_DIR", folder)
        Screen().run("sandbox", "stop", *SANDBOX)


@pytest.fixture(autouse=True)
def _same_state(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNVPC_STATE_DIR", state)


def run(*argv: str) -> tuple[int, Any]:
    screen = Screen()
    ended = screen.run(*argv, *SANDBOX, "--json")
    return ended, screen.document


@pytest.mark.parametrize(("words", "verdict", "cause", "decider"), ROWS, ids=[row[0] for row in ROWS])
def test_every_feature(words: str, verdict: str, cause: str, decider: str) -> None:
    ended, found = run("trace", *words.split())
    assert (found["verdict"], found["cause"]) == (verdict, cause), found
    assert ended == (Exit.DONE if verdict == "DELIVER" else Exit.NOT_CONNECTED)
    assert found["hops"][-1]["state"] in (verdict, "FORWARD")
    assert decider == "" or found["decided_by"]["name"].startswith(decider)
    assert ("fixes" in found) != ("cannot_fix" in found)
    assert bool(found.get("fixes") or found.get("cannot_fix")) == (verdict == "DROP")
    assert 0 <= found["deciding_hop"] < len(found["hops"])


def test_as_the_plan_would_make_it(tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('version = 1\nnetwork = "my-vpc"\negress_path = "direct"\n', "utf-8")
    words = ("trace", "none", "http://10.0.0.10", "--as", "plan", "--answers", str(answers))
    ended, found = run(*words)
    assert (ended, found["verdict"]) == (Exit.DONE, "DELIVER")
    assert found["decided_by"]["name"].startswith("runvpc-none")
    assert found["source"]["way"] == "direct"
    ended, found = run("trace", "job:nightly", "10.0.0.10:80", "--as", "plan", "--answers", str(answers))
    assert (ended, found["error"]["field"]) == (Exit.INPUT, "--as")


def test_the_table_is_whole() -> None:
    assert len(ROWS) >= 25
    assert {row[1] for row in ROWS} == {"DELIVER", "DROP"}


def test_options_may_stand_between_the_operands() -> None:
    ended, found = run("trace", "none", "--as", "direct:run-open", "10.0.0.3:6379")
    assert (ended, found["verdict"]) == (Exit.DONE, "DELIVER")
    ended, found = run("trace", "none", "10.0.0.3:6379", "--aas", "x")
    assert (ended, found["error"]["field"]) == (Exit.INPUT, "x")


def test_all_of_them_at_once() -> None:
    ended, found = run("trace", "--all", "10.0.0.3:6379", "web:80")
    assert ended == Exit.NOT_CONNECTED
    assert len(found["all"]) == 2 * 8
    assert sum(found["counts"].values()) == 16
    reached = {(cell["service"], cell["target"]) for cell in found["all"] if cell["verdict"] == "DELIVER"}
    assert ("service by-connector", "web:80") in reached
    assert ("service none", "web:80") not in reached


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("none", "TARGET"),
        ("", "SERVICE"),
        ("none cache", "TARGET"),
        ("none 10.0.0.3", "targets"),
        ("none 10.0.0.3:6379 --as bridge:x", "--as"),
        ("none 10.0.0.3:6379 --as direct:nowhere", "--as"),
        ("none 10.0.0.3:6379 --as connector:10.0.0.0", "--as"),
        ("none 10.0.0.3:6379 --egress some", "--egress"),
        ("none example.com:443 --as connector:10.8.5.0/28", "--network"),
    ],
)
def test_wrong_input_names_the_field(words: str, field: str) -> None:
    ended, found = run("trace", *words.split())
    assert ended == Exit.INPUT
    assert found["error"]["field"] == field
    assert found["error"]["fix"]


def test_lines_fit_eighty_columns_and_mark_the_hop_that_decides() -> None:
    screen = Screen()
    screen.run("trace", "direct", "redis://10.0.0.3", *SANDBOX)
    lines = screen.out.getvalue().splitlines()
    commands = ("    gcloud ", "    runvpc ")
    ours = [line for line in lines if not line.startswith(commands) and SANDBOX[1] not in line]
    assert max(map(len, ours)) <= 80
    assert any(line.startswith(commands) for line in lines)
    assert [line.split()[1] for line in lines if line.startswith(">")] == ["APPLY_INGRESS_FIREWALL_RULE"]
