"""The size page: what a connector costs and carries, and the room for Direct VPC egress."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.plan.worlds import wishes
from tests.screens.stage import SIZES, app_at, model, picture
from wizard.flow.pages import Page


@pytest.mark.parametrize("path", ["connector", "direct"])
@pytest.mark.parametrize("size", SIZES)
async def test_size(size: str, path: str, tmp_path: Path, snap: SnapshotAssertion) -> None:
    shown = model(tmp_path, Page.SIZE, answers=wishes(path))
    assert await picture(app_at(tmp_path, shown), SIZES[size]) == snap
