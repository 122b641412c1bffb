"""What earlier runs were told that each service must reach: it need not be said again."""

from __future__ import annotations

from msgspec.structs import replace

from wizard import answers_file
from wizard.answers import from_keys
from wizard.apply.journal import Journal
from wizard.apply.record import RunRow
from wizard.errors import InputError
from wizard.fleet.answers import FLOW, MigrateAnswers
from wizard.fleet.answers_file import load
from wizard.paths import Paths

_LATEST = 50
"""How many runs are looked at, the newest first."""


def with_saved_targets(
    answers: MigrateAnswers, paths: Paths, environment: str
) -> tuple[MigrateAnswers, tuple[str, ...]]:
    """The answers with the targets of earlier runs in this cloud for services that have none, and a line on it."""
    if not paths.journal.exists():
        return answers, ()
    with Journal.open(paths.journal) as journal:
        rows = [row for row in journal.runs() if row.environment == environment][:_LATEST]
    saved: dict[str, tuple[str, ...]] = {}
    for row in rows:
        saved = {**_targets(paths, row), **saved}
    new = {name: urls for name, urls in saved.items() if name not in answers.targets and urls}
    if not new:
        return answers, ()
    line = f"targets of earlier runs are used for: {', '.join(sorted(new))}"
    return replace(answers, targets={**answers.targets, **new}), (line,)


def _targets(paths: Paths, row: RunRow) -> dict[str, tuple[str, ...]]:
    """By service. A file that is gone or cannot be read tells nothing."""
    path = paths.answers(row.id)
    if not path.exists():
        return {}
    try:
        if row.flow == FLOW:
            return load(path).targets
        if row.flow != "setup":
            return {}
        told = from_keys(answers_file.load(path))
    except InputError:
        return {}
    return {told.service: told.targets} if told.service else {}
