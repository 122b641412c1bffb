"""The journal's file: who may read it, who may write to it, what is never in it."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apply.crash import died
from tests.apply.fake_cloud import FakeCloud
from tests.apply.fake_resources import a_service
from tests.apply.plans import (
    ENVIRONMENT,
    attach,
    begin,
    firewall,
    go,
    open_journal,
    plan_of,
    planned,
    setup_plan,
    subnet,
)
from wizard.apply import stored
from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal, OtherEnvironment
from wizard.apply.lock import Locked
from wizard.apply.run_id import new_run_id
from wizard.apply.schema import JournalError
from wizard.apply.state import replay
from wizard.errors import InputError
from wizard.records import FromRevision, Job, Literal, SecretRef, Service

pytestmark = pytest.mark.filterwarnings("error")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_can_read_it(tmp_path: Path, cloud: FakeCloud) -> None:
    with begin(tmp_path, plan_of(planned(subnet, cloud))):
        folder = tmp_path / "journal"
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert {"runs.sqlite", "runs.sqlite-wal"} <= {path.name for path in files}
        assert {mode(path) for path in files} == {0o600}
        assert mode(folder) == mode(folder / "locks") == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    path.touch(0o644)
    with Journal.open(path):
        assert mode(path) == 0o600


def test_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        assert journal.rows("PRAGMA journal_mode") == [("wal",)]
        assert journal.rows("PRAGMA synchronous") == [(2,)]


def test_a_file_system_without_wal_is_good_enough(tmp_path: Path, cloud: FakeCloud) -> None:
    class NoSharedMemory(Journal):
        @classmethod
        def _connect(cls, path: Path) -> sqlite3.Connection:
            return sqlite3.connect(f"file:{path}?vfs=unix-dotfile", isolation_level=None, uri=True)

    journal = open_journal(tmp_path, NoSharedMemory)
    assert journal.rows("PRAGMA journal_mode") == [("delete",)]
    assert journal.rows("PRAGMA synchronous") == [(2,)]
    with journal.begin(plan_of(planned(subnet, cloud)), ENVIRONMENT):
        assert len(journal.runs()) == 1


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    Journal.open(path).close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE schema SET version = 99")
    with pytest.raises(JournalError, match="version 99"):
        Journal.open(path)


def test_something_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 20)
    with pytest.raises(JournalError, match="not a database"):
        Journal.open(path)


async def test_a_full_disk_stops_the_run_before_anything_is_sent(tmp_path: Path, cloud: FakeCloud) -> None:
    class Full(Journal):
        def _commit(self, boundary: str) -> None:
            if boundary == "intent":
                raise sqlite3.OperationalError("database or disk is full")
            super()._commit(boundary)

    handle = open_journal(tmp_path, Full).begin(setup_plan(cloud), ENVIRONMENT)
    with pytest.raises(JournalError, match="disk is full"):
        await go(handle, cloud)
    assert cloud.world.sent == []


def test_one_process_at_a_time(tmp_path: Path, cloud: FakeCloud) -> None:
    with begin(tmp_path, plan_of(planned(subnet, cloud))) as handle:
        with pytest.raises(Locked, match=rf"process \d+.*{handle.id}"):
            attach(tmp_path)
        assert open_journal(tmp_path).find("last").alive
    with attach(tmp_path) as again:
        assert again.id == handle.id


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path, cloud: FakeCloud) -> None:
    assert died(tmp_path, "run", 8)
    row = open_journal(tmp_path).find("last")
    assert (row.status, row.alive, row.shown) == (RunStatus.RUNNING, False, RunStatus.STOPPED)
    with attach(tmp_path) as handle:
        assert handle.id == row.id


def test_a_run_belongs_to_its_environment(tmp_path: Path, cloud: FakeCloud) -> None:
    with begin(tmp_path, plan_of(planned(subnet, cloud))) as handle:
        run = handle.id
    with pytest.raises(OtherEnvironment, match=r"belongs to sandbox:abc; this is live:me@example\.com"):
        open_journal(tmp_path).attach(run, "live:me@example.com")
    with pytest.raises(InputError, match="no run last"):
        open_journal(tmp_path).attach("last", "live:me@example.com")


def test_runs_are_listed_and_found(tmp_path: Path, cloud: FakeCloud) -> None:
    journal = open_journal(tmp_path)
    ids = []
    for _ in range(3):
        with journal.begin(plan_of(planned(subnet, cloud)), ENVIRONMENT) as handle:
            ids.append(handle.id)
    assert [row.id for row in journal.runs()] == ids[::-1]
    assert journal.find("last").id == ids[-1]
    assert journal.find(ids[0].upper()).id == ids[0]
    row = journal.runs()[0]
    assert (row.flow, row.project, row.region, row.environment) == ("setup", "p", "r", ENVIRONMENT)
    with pytest.raises(InputError, match="more than one"):
        journal.find(ids[0][:3])
    for unknown in ("zzzzzzzz", ""):
        with pytest.raises(InputError, match="there is no run"):
            journal.find(unknown)


async def test_what_is_read_back_is_what_was_written(tmp_path: Path, cloud: FakeCloud) -> None:
    plan = plan_of(planned(subnet, cloud), planned(firewall, cloud, subnet))
    state = await go(begin(tmp_path, plan), cloud)
    journal = open_journal(tmp_path)
    record = journal.load("last")
    assert (record.plan, record.status) == (plan, RunStatus.DONE)
    numbered = journal.events(record.id)
    assert journal.state("last") == replay(event for _, event in numbered) == state
    number = numbered[3][0]
    assert journal.events(record.id, after=number) == numbered[4:]


async def test_no_value_of_the_persons_is_kept(tmp_path: Path, cloud: FakeCloud) -> None:
    await go(begin(tmp_path, setup_plan(cloud)), cloud)
    record = open_journal(tmp_path).load("last")
    kept = [attempt.kept for steps in record.steps.values() for step in steps.values() for attempt in step.attempts]
    assert any("web-00001" in text for text in kept)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "journal").rglob("*") if path.is_file())
    assert b"REDIS_HOST" in everything
    assert b"hunter2" not in everything
    assert b"localhost" not in everything


def test_a_kept_service_names_the_revision_that_has_the_value() -> None:
    web = a_service(TOKEN=Literal("s3cret"), DB=SecretRef("db"))
    kept = stored.encode(web)
    assert "s3cret" not in kept
    read = stored.decode(kept)
    assert isinstance(read, Service)
    assert read.env == {"TOKEN": FromRevision("web-00001"), "DB": SecretRef("db")}
    assert stored.decode(stored.encode(None)) is None


def test_a_kept_job_has_no_arguments() -> None:
    kept = stored.encode(Job(name="j", region="r", args=("--password=s3cret",), env={"A": Literal("s3cret")}))
    assert "s3cret" not in kept


@given(st.integers(1_704_067_200, 2_777_000_000), st.integers(1, 100_000))
def test_ids_sort_by_time(now: int, later: int) -> None:
    assert new_run_id(now) < new_run_id(now + later)
    assert len(new_run_id(now)) == 8
