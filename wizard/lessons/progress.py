"""How far somebody is with the lessons: what was predicted, what then happened, how often each criterion was missed."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct, field, structs

from wizard.errors import RunvpcError
from wizard.paths import write_private

FILE = "lessons.json"
NEW, BEGUN, PASSED = "new", "begun", "passed"


class Entry(Struct, frozen=True, kw_only=True):
    """One lesson. `predicted` and `happened` are keys of choices and stay as they were first; `missed` counts by
    criterion how often it was found missing."""

    state: str = BEGUN
    predicted: str = ""
    happened: str = ""
    checks: int = 0
    missed: dict[str, int] = {}


class _File(Struct, kw_only=True):
    version: int = 1
    lessons: dict[str, Entry] = field(default_factory=dict)


class Progress:
    """The file of it, in the state folder (0600)."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def entry(self, lesson: str) -> Entry | None:
        """Of one lesson; None when it was never begun. Raises RunvpcError when the file cannot be read."""
        return self._read().lessons.get(lesson)

    def state(self, lesson: str) -> str:
        """`new`, `begun` or `passed`."""
        entry = self.entry(lesson)
        return entry.state if entry else NEW

    def begin(self, lesson: str) -> Entry:
        """The entry, made where there is none."""
        return self.entry(lesson) or self._write(lesson, Entry())

    def predicted(self, lesson: str, key: str) -> Entry:
        """Keep the first prediction."""
        entry = self.begin(lesson)
        return entry if entry.predicted else self._write(lesson, structs.replace(entry, predicted=key))

    def happened(self, lesson: str, key: str) -> Entry:
        """Keep what happened the first time."""
        entry = self.begin(lesson)
        return entry if entry.happened else self._write(lesson, structs.replace(entry, happened=key))

    def checked(self, lesson: str, missing: tuple[int, ...]) -> Entry:
        """Count one grading, in which these criteria (by position) were missing. Passed stays passed."""
        entry = self.begin(lesson)
        missed = {**entry.missed, **{str(number): entry.missed.get(str(number), 0) + 1 for number in missing}}
        state = entry.state if missing else PASSED
        return self._write(lesson, structs.replace(entry, checks=entry.checks + 1, missed=missed, state=state))

    def forget(self, lesson: str) -> None:
        """Begin anew."""
        file = self._read()
        if file.lessons.pop(lesson, None) is not None:
            self._save(file)

    def _write(self, lesson: str, entry: Entry) -> Entry:
        file = self._read()
        file.lessons[lesson] = entry
        self._save(file)
        return entry

    def _read(self) -> _File:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return _File()
        except (OSError, msgspec.DecodeError) as error:
            message = f"the progress of the lessons cannot be read: {self._path}: {error}"
            raise RunvpcError(message, code="progress", fix=f"move {FILE} away to begin anew") from error

    def _save(self, file: _File) -> None:
        write_private(self._path, msgspec.json.format(msgspec.json.encode(file), indent=2).decode())
