"""The flags of `runvpc migrate`: they override the file, and what is wrong with one is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.fakes import Screen
from wizard.cli.migrate_parser import FLAGS, flag_of, with_flags
from wizard.cli.parser import parse
from wizard.errors import InputError
from wizard.fleet.answers import MigrateAnswers, RolloutAnswers


def answered(*words: str, before: MigrateAnswers | None = None) -> MigrateAnswers:
    return with_flags(before or MigrateAnswers(), parse(["migrate", *words]))


def test_flags_override_the_file_and_nothing_else() -> None:
    before = MigrateAnswers(connector="old", subnet="run", rollout=RolloutAnswers(concurrency=7, canary="web"))
    after = answered("--connector", "new", "--concurrency", "2", before=before)
    assert (after.connector, after.subnet) == ("new", "run")
    assert after.rollout == RolloutAnswers(concurrency=2, canary="web")


def test_names_are_operands_and_the_common_option() -> None:
    assert answered("web", "job:nightly").services == ("web", "job:nightly")
    assert answered("web", "--service", "orders").services == ("web", "orders")
    assert answered().services == ()


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (("--steps", "5, 25,100"), "stages.steps", (5, 25, 100)),
        (("--soak", "2.5"), "stages.soak", 2.5),
        (("--promote", "orders,web"), "promote", ("orders", "web")),
        (("--not-before", "2026-12-01T22:00:00Z"), "rollout.not_before", "2026-12-01T22:00:00Z"),
        (("--on-failure", "go_on"), "rollout.on_failure", "go_on"),
        (("--confirm", "legacy"), "finish.confirm", "legacy"),
    ],
)
def test_what_a_flag_means(words: tuple[str, ...], key: str, value: object) -> None:
    found: Any = answered(*words)
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value
    assert flag_of(key) == words[0]


@pytest.mark.parametrize("words", [("--steps", "10,x"), ("--watch", "soon"), ("--calls", "1.5")])
def test_a_number_that_is_none(words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        answered(*words)
    assert caught.value.field == words[0]
    assert words[0] in caught.value.fix


def test_every_flag_is_an_answer() -> None:
    for flag in FLAGS:
        holder: Any = MigrateAnswers()
        for part in flag.key.split("."):
            holder = getattr(holder, part)
    assert len({flag.key for flag in FLAGS}) == len(FLAGS)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--csv", "users.csv"), "--csv"),
        (("--filter", "owner:terraform"), "--filter"),
        (("--confirm", "legacy"), "--confirm"),
        ((), "region"),
        (("--region", "us-central1", "--to", "away"), "to"),
        (("--region", "us-central1", "--targets", "missing.csv"), "--targets"),
        (("--region", "us-central1", "web"), "--yes"),
    ],
)
def test_what_does_not_go_together_or_is_missing(words: tuple[str, ...], field: str) -> None:
    screen = Screen()
    assert screen.run("migrate", *words, "--json") == 2
    error = screen.document["error"]
    assert (error["field"], bool(error["fix"])) == (field, True)
