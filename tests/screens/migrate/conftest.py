"""Pictures as the other pages take them."""

from __future__ import annotations

from tests.screens.conftest import snap as snap
