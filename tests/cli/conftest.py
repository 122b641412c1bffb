"""The command line under test speaks in lines: a fake terminal is not one that pages could be drawn on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
