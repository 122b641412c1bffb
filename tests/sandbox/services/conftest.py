"""One sandbox server for each module of tests, put back to its scenario before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.services.cloud import Cloud
from tests.sandbox.services.worlds import SMALL
from wizard.sandbox import client


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A server of the module's `SCENARIO`, or of the small world."""
    folder: Path = tmp_path_factory.mktemp("sandbox")
    file = folder / "world.toml"
    file.write_text(getattr(request.module, "SCENARIO", SMALL))
    sandbox = client.ensure(folder / "state", str(file), instant=True)
    cloud = Cloud(sandbox)
    try:
        yield cloud
    finally:
        cloud.close()
        client.stop(sandbox)


@pytest.fixture
def cloud(served: Cloud) -> Cloud:
    """The server as its scenario says."""
    client.control(served.sandbox, "POST", "reset")
    client.control(served.sandbox, "POST", "clock", {"instant": True})
    return served
