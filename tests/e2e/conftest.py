"""A machine per test, whose sandbox is stopped at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    """`machine("tutorial")`: a fresh state folder with that scenario."""
    made: list[Machine] = []

    def make(scenario: str) -> Machine:
        made.append(Machine(tmp_path / f"home{len(made)}", scenario))
        return made[-1]

    yield make
    for one in made:
        one.stop()
