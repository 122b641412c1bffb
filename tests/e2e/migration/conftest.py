"""One sandbox for all migrations of a process; each begins with a reset."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wizard.sandbox import client
from wizard.sandbox.client import Sandbox


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = client.ensure(tmp_path_factory.mktemp("sandbox"), "migration", instant=True)
    yield running
    client.stop(running)


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The scenario at its beginning, without faults."""
    client.control(server, "POST", "faults/clear")
    client.control(server, "POST", "reset")
    return server
