"""Pictures of the screens, the same on every machine: one SVG for each assertion, in `snapshots/<test module>/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData, SerializedData
from textual.widgets import Input

SNAPSHOTS = Path(__file__).parent.parent.parent / "snapshots"


class Picture(SingleFileSnapshotExtension):
    """One SVG, in a folder of its test module."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS / test_location.basename.removeprefix("test_"))

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """Only this test's own pictures: syrupy would otherwise call its siblings' unused when it runs alone."""
        path = Path(snapshot_location)
        name = test_location.snapshot_name_parametrized
        own_folder = path.parent.name == test_location.basename.removeprefix("test_")
        return own_folder and (path.stem == name or path.stem.startswith((f"{name}[", f"{name}.")))

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,
        include: PropertyFilter | None = None,
        matcher: PropertyMatcher | None = None,
    ) -> SerializedData:
        return re.sub(r"\bterminal-\d+-", "terminal-", str(data))


@pytest.fixture
def snap(snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> SnapshotAssertion:
    """`assert await picture(app, …) == snap`. Cursors do not blink in pictures."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    return snapshot.use_extension(Picture)
