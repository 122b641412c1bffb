"""Every journal that a test opened is closed after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apply import plans


@pytest.fixture(autouse=True)
def _journals_are_closed() -> Iterator[None]:
    yield
    plans.close_journals()
