"""The journal's file: where it is allowed to be read from, its tables, and how safely it is written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from wizard.errors import RunvpcError

VERSION = 1

_TABLES = """
CREATE TABLE schema (version INTEGER NOT NULL);
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created TEXT NOT NULL, flow TEXT NOT NULL,
    project TEXT NOT NULL, region TEXT NOT NULL, environment TEXT NOT NULL, phase TEXT NOT NULL,
    status TEXT NOT NULL, plan TEXT NOT NULL);
CREATE TABLE attempt (
    run TEXT NOT NULL REFERENCES run(id), phase TEXT NOT NULL, step TEXT NOT NULL, number INTEGER NOT NULL,
    request_id TEXT NOT NULL, change TEXT NOT NULL, absent_before INTEGER NOT NULL, at TEXT NOT NULL,
    kept TEXT NOT NULL, operation TEXT NOT NULL DEFAULT '', settled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, phase, step, number));
CREATE TABLE outcome (
    run TEXT NOT NULL REFERENCES run(id), phase TEXT NOT NULL, step TEXT NOT NULL, ended TEXT NOT NULL,
    PRIMARY KEY (run, phase, step));
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES run(id), data TEXT NOT NULL);
CREATE INDEX event_run ON event (run, number);
"""

_BUSY_MILLISECONDS = 10_000


class JournalError(RunvpcError):
    """The journal cannot be read or written. Nothing is sent to a cloud without it."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(f"journal: {message}", code="journal", fix=fix)


def prepare(path: Path) -> None:
    """Make the folder (0700) and the file (0600) before SQLite does; what others may read is closed to them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def configure(database: sqlite3.Connection) -> None:
    """Every commit reaches the disk. WAL where the file system has it; else a rollback journal."""
    database.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")


def migrate(database: sqlite3.Connection) -> None:
    """Create the tables in an empty file. Raises JournalError for a file of a later version."""
    database.execute("BEGIN IMMEDIATE")
    with closing(database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'schema'")) as rows:
        (known,) = rows.fetchone()
    if not known:
        for statement in _TABLES.split(";"):
            database.execute(statement)
        database.execute("INSERT INTO schema VALUES (?)", (VERSION,))
    database.execute("COMMIT")
    (version,) = database.execute("SELECT version FROM schema").fetchone()
    if version != VERSION:
        raise JournalError(f"version {version} was written by another runvpc", fix="use the newer version")
