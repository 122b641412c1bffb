"""Answers saved as they are given: one private file for each cloud, read again the next time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wizard.answer_check import check_answers
from wizard.answers import Answers, from_keys
from wizard.answers_file import load
from wizard.errors import RunvpcError
from wizard.export.answers import render
from wizard.flow.model import Model
from wizard.paths import write_private


class SavedAnswers:
    """The folder `drafts` of the state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "drafts"

    def path(self, environment: str) -> Path:
        """Where the answers for a cloud are."""
        return self._folder / f"{hashlib.sha256(environment.encode()).hexdigest()[:16]}.toml"

    def keep(self, model: Model) -> None:
        """Save the answers; before a cloud is chosen there is nothing to save them for."""
        if model.session is not None:
            write_private(self.path(model.session.environment), render(model.answers))

    def find(self, environment: str) -> Answers | None:
        """The answers of the last time; None when there are none, or when they no longer make sense."""
        path = self.path(environment)
        if not path.exists():
            return None
        try:
            answers = from_keys(load(path))
            check_answers(answers)
        except RunvpcError:
            return None
        return answers

    def forget(self, environment: str) -> None:
        """The set-up is done: the next one begins anew."""
        self.path(environment).unlink(missing_ok=True)

    def kept_runs(self) -> frozenset[str]:
        """Ids of runs that the person decided to keep as they are."""
        path = self._folder / "kept-runs.txt"
        return frozenset(path.read_text("utf-8").split()) if path.exists() else frozenset()

    def keep_run(self, run: str) -> None:
        """Remember that a run is to be kept as it is."""
        write_private(self._folder / "kept-runs.txt", "\n".join(sorted({*self.kept_runs(), run})) + "\n")
