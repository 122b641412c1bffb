"""The service's variables now and after; nothing that may be a secret is shown."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.plan.worlds import tutorial, wishes
from tests.screens.stage import model
from wizard.flow.model import Model
from wizard.flow.pages import Page
from wizard.guide.environment import HIDDEN, suggestions, variables
from wizard.records import EnvValue, Literal, SecretRef


def walk(tmp_path: Path, held: dict[str, EnvValue], **answers: dict[str, str]) -> Model:
    facts = tutorial()
    assert facts.service is not None
    service = msgspec.structs.replace(facts.service, env=held)
    facts = msgspec.structs.replace(facts, service=service, services=(service,), secrets={"db-password": True})
    return model(tmp_path, Page.ENVIRONMENT, facts, wishes("connector", **answers))


def test_new_changed_and_kept(tmp_path: Path) -> None:
    held: dict[str, EnvValue] = {"A": Literal("1"), "B": Literal("2"), "C": Literal("3")}
    shown = walk(tmp_path, held, env={"A": "1", "B": "9", "D": "4"})
    assert [(v.name, v.op, v.before, v.after) for v in variables(shown)] == [
        ("A", "reuse", "1", "1"),
        ("B", "change", "2", "9"),
        ("D", "create", "", "4"),
        ("C", "reuse", "3", "3"),
    ]


def test_what_may_be_a_secret_is_never_shown(tmp_path: Path) -> None:
    held: dict[str, EnvValue] = {
        "DB_PASSWORD": Literal("hunter2"),
        "DATABASE_URL": Literal("postgres://app:hunter2@10.0.0.5/db"),
        "API_KEY": SecretRef("api-key", "3"),
    }
    rows = variables(walk(tmp_path, held))
    assert "hunter2" not in str(rows)
    assert [row.after for row in rows] == [HIDDEN, HIDDEN, "secret api-key:3"]


def test_a_secret_that_does_not_exist_or_could_not_be_looked_at_is_said(tmp_path: Path) -> None:
    answers = {"P": "db-password:latest", "Q": "unknown:1"}
    shown = walk(tmp_path, {}, secrets=answers)
    assert [row.note for row in variables(shown)] == ["", "whether the secret exists could not be read"]
    assert shown.inventory is not None
    facts = msgspec.structs.replace(shown.inventory, secrets={"unknown": False})
    notes = [row.note for row in variables(msgspec.structs.replace(shown, inventory=facts))]
    assert notes[1] == "there is no secret unknown in this project"


def test_suggestions_name_what_is_not_set_yet(tmp_path: Path) -> None:
    shown = walk(tmp_path, {"REDIS_HOST": Literal("10.0.0.3")}, env={"DB_PORT": "5432"})
    assert [(s.name, s.value) for s in suggestions(shown)] == [
        ("REDIS_PORT", "6379"),
        ("DB_HOST", "10.0.0.5"),
        ("API_HOST", "10.0.0.10"),
        ("API_PORT", "80"),
    ]
