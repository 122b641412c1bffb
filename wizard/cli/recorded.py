"""Finding the run that RUN means, and connecting to the cloud it belongs to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wizard.apply.handle import RunHandle
from wizard.apply.journal import Journal
from wizard.apply.record import RunRow
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.session import connected, environment_of
from wizard.desk import Session
from wizard.errors import InputError
from wizard.paths import find_paths


@asynccontextmanager
async def attached(options: Options, console: Console, name: str) -> AsyncIterator[tuple[Session, RunHandle]]:
    """The run's cloud and the right to work on the run. Raises InputError for an unknown run or another cloud."""
    with Journal.open(find_paths().journal) as journal:
        row = _row(journal, options, name)
        async with connected(options, console, project=row.project, region=row.region) as session:
            with journal.attach(row.id, session.environment) as handle:
                yield session, handle


def _row(journal: Journal, options: Options, name: str) -> RunRow:
    if name == "last" and options.sandbox:
        from wizard.cli.place import start_sandbox

        return journal.find(name, environment_of(start_sandbox(options), ""))
    if name == "last" and options.project:
        return journal.find(name, environment_of(None, options.project))
    row = journal.find(name)
    simulated = row.environment.startswith("sandbox:")
    if simulated and not options.sandbox:
        raise InputError(f"run {row.id} belongs to a sandbox", field="--sandbox", fix="add --sandbox NAME")
    if options.sandbox and not simulated:
        raise InputError(f"run {row.id} belongs to {row.environment}", field="--sandbox", fix="leave out --sandbox")
    if options.project not in ("", row.project):
        raise InputError(f"run {row.id} belongs to {row.project}", field="project", fix=f"--project {row.project}")
    return row
