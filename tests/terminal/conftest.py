"""The sandbox of a test in a terminal, stopped when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fakes import Screen
from tests.terminal.driver import TMUX, WHY_NOT

SANDBOX = ("--sandbox", "tutorial")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without tmux these tests say so."""
    for item in items:
        if TMUX is None and HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@pytest.fixture(autouse=True)
def _no_sandbox_is_left(_own_files: None) -> Iterator[None]:
    yield
    Screen().run("sandbox", "stop", *SANDBOX)


def document(*argv: str) -> Any:
    """What a command says on the same sandbox, as JSON."""
    screen = Screen()
    screen.run(*argv, *SANDBOX, "--json")
    return screen.document
