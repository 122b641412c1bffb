"""The live cloud without credentials: the one command that helps, and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.fakes import Screen
from wizard.errors import Exit


@pytest.fixture(autouse=True)
def _no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_command_says_how_to_log_in() -> None:
    screen = Screen()
    code = screen.run("ranges", "--project", "my-project", "--region", "us-central1", "--network", "n", "--json")
    assert code == Exit.FAILED
    assert screen.document["error"]["code"] == "unauthenticated"
    assert "gcloud auth application-default login" in screen.document["error"]["fix"]


def test_info_works_all_the_same(tmp_path: Path) -> None:
    screen = Screen()
    assert screen.run("info", "--json") == Exit.DONE
    assert screen.document["cloud"]["mode"] == "LIVE"
    assert "gcloud auth" in screen.document["cloud"]["fix"]
    assert screen.document["files"]["state"] == str(tmp_path / "state")
    assert screen.document["versions"]["runvpc"]


def test_runs_need_no_cloud() -> None:
    screen = Screen()
    assert screen.run("runs") == Exit.DONE
    assert "no runs yet" in screen.out.getvalue()


def test_an_unknown_run_is_named() -> None:
    for command in (("resume", "zz"), ("undo", "zz", "--yes"), ("export", "zz", "--format", "gcloud")):
        screen = Screen()
        assert screen.run(*command, "--json") == Exit.INPUT
        assert screen.document["error"]["field"] == "RUN"
