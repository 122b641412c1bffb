"""docs/migrate.md names flags that exist, an answers file that is accepted, and every answer there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from wizard.answers import ProbeAnswers
from wizard.cli.main import main
from wizard.cli.migrate_parser import FLAGS
from wizard.fleet.answers import FinishAnswers, MigrateAnswers, RolloutAnswers, StageAnswers, WaveAnswers
from wizard.fleet.answers_file import parse

TEXT = (Path(__file__).parents[1] / "docs" / "migrate.md").read_text(encoding="utf-8")
FILE = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
LEFT_OUT = {"write", "image", "baseline"}
"""Of the live test: those of the set-up, as everywhere."""


def example() -> str:
    assert FILE is not None
    return FILE[1]


def test_the_answers_file_is_accepted() -> None:
    answers = parse(example())
    assert answers.rollout.canary == "web"
    assert answers.targets["job:nightly"] == ("postgres://10.0.0.5:5432",)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("", MigrateAnswers),
        ("stages", StageAnswers),
        ("rollout", RolloutAnswers),
        ("wave", WaveAnswers),
        ("probe", ProbeAnswers),
        ("finish", FinishAnswers),
    ],
)
def test_the_answers_file_names_every_answer(table: str, kind: type[Struct]) -> None:
    document = tomllib.loads(example())
    held = document[table] if table else document
    named = set(held[0] if isinstance(held, list) else held)
    assert named == {field.name for field in msgspec.structs.fields(kind)} - LEFT_OUT


def test_the_flags_exist(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("migrate", "undo", "cleanup", "export", "resume"):
        main([command, "--help"])
    known = set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    of_gcloud = {"--to-latest", "--remove-tags"}
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= known | of_gcloud
    assert {flag.name for flag in FLAGS} <= known
