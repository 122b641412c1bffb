"""The address page: its map, its list, and what is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.plan.worlds import wishes
from tests.screens.stage import SIZES, app_at, model, picture
from wizard.flow.pages import Page


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_addresses(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.ADDRESSES, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap
