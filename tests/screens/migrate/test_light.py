"""The first frame of a migration waits for no client of Google."""

from __future__ import annotations

from tests.test_architecture import loaded_by


def test_nothing_heavy_is_loaded_for_the_first_frame() -> None:
    heavy = {"google", "grpc", "aiohttp", "requests", "cryptography"}
    assert not loaded_by("import screens.migrate.run") & heavy
