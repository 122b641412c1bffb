"""The cloud of these tests, and an end to every journal that a test opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apply import plans
from tests.apply.fake_cloud import FakeCloud


@pytest.fixture(autouse=True)
def _journals_are_closed() -> Iterator[None]:
    yield
    plans.close_journals()


@pytest.fixture
def cloud(tmp_path: Path) -> FakeCloud:
    """The world before a first set-up."""
    made = FakeCloud(tmp_path / "cloud")
    plans.start_world(made)
    return made
