"""The journal's file: opened with care, changed in transactions that are on disk when they end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wizard.apply import schema
from wizard.apply.schema import JournalError


class JournalFile:
    """One SQLite file, used by one thread; other processes may have it open at the same time."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self._database = database

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the file. Raises JournalError when it cannot be used."""
        try:
            schema.prepare(path)
            database = cls._connect(path)
            schema.configure(database)
            schema.migrate(database)
        except (OSError, sqlite3.Error) as error:
            fix = "set RUNVPC_STATE_DIR to a folder that can be written"
            raise JournalError(f"{path}: {error}", fix=fix) from error
        return cls(path, database)

    @classmethod
    def _connect(cls, path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def transaction(self, boundary: str) -> Iterator[sqlite3.Connection]:
        """One change, all or nothing, on disk when the block is left. Raises JournalError when it cannot be written."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database
            self._commit(boundary)
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise JournalError(f"cannot write {self.path}: {error}", fix="free some space, then resume") from error

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises JournalError."""
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"cannot read {self.path}: {error}") from error

    def _commit(self, boundary: str) -> None:
        """The only place where anything becomes durable; `boundary` says what. A test kills the process here."""
        self._database.execute("COMMIT")
