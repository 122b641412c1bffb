"""`runvpc cleanup`: everything that could not be deleted yet because something still holds it, tried again.

The queue is the journal: it survives hours, a closed terminal and a restart.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace

from msgspec import to_builtins

from wizard.apply.events import RunStatus
from wizard.apply.journal import Journal
from wizard.apply.lock import Locked
from wizard.apply.record import RunRow
from wizard.apply.resume import resume
from wizard.apply.waiting import Waiting, describe, waiting_rows
from wizard.cli.console import Console
from wizard.cli.execute import carry_out
from wizard.cli.options import Options
from wizard.cli.recorded import attached
from wizard.cli.table import paragraph, table
from wizard.errors import Exit, ReadOnlyError
from wizard.paths import find_paths
from wizard.wording import one_line

_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 600.0
"""Seconds between two rounds of `--wait`."""


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """List what waits; unless only that is wanted, try each once, or until nothing waits any more."""
    queue = _queue(options)
    for line in _lines(queue):
        console.say(line)
    only_look = parsed.list or options.dry_run
    if not only_look and queue and options.read_only:
        raise ReadOnlyError("change anything")
    statuses = {} if only_look else asyncio.run(_work(options, console, queue, patient=parsed.wait))
    still = [one for one in queue if statuses.get(one.run) is not RunStatus.UNDONE]
    still = [one for one in still if statuses.get(one.run) is not RunStatus.DONE]
    if console.json:
        console.document(_document(queue, statuses))
    return Exit.FAILED if still and not only_look else Exit.DONE


def _queue(options: Options) -> tuple[Waiting, ...]:
    path = find_paths().journal
    if not path.exists():
        return ()
    with Journal.open(path) as journal:
        rows = [row for row in waiting_rows(journal.runs()) if _is_meant(options, row)]
        return tuple(describe(row, (event for _, event in journal.events(row.id))) for row in rows)


def _is_meant(options: Options, row: RunRow) -> bool:
    simulated = row.environment.startswith("sandbox:")
    if options.sandbox:
        from wizard.cli.place import scenario_hash

        return row.environment == f"sandbox:{scenario_hash(options.sandbox)}"
    return not simulated and options.project in ("", row.project)


async def _work(
    options: Options, console: Console, queue: tuple[Waiting, ...], *, patient: bool
) -> dict[str, RunStatus]:
    """The status of each run after it was tried; with `patient` again and again, with growing pauses."""
    statuses: dict[str, RunStatus] = {}
    pause, left = _FIRST_PAUSE, [one.run for one in queue]
    while left:
        for run_id in left:
            statuses[run_id] = await _try(options, console, run_id)
        left = [run_id for run_id in left if statuses[run_id] is RunStatus.WAITING]
        if not patient or not left:
            break
        console.say(f"{len(left)} still waiting; next try in {pause / 60:.0f} min (Ctrl+C ends this, nothing is lost)")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    return statuses


async def _try(options: Options, console: Console, run_id: str) -> RunStatus:
    try:
        async with attached(options, console, run_id) as (session, handle):
            return (await carry_out(resume, handle, session.cloud, console)).status
    except Locked as error:
        console.say(one_line(error.message))
        return RunStatus.WAITING


def _lines(queue: tuple[Waiting, ...]) -> list[str]:
    if not queue:
        return ["nothing waits"]
    lines: list[str] = []
    for one in queue:
        lines += [f"run {one.run} ({one.flow}, project {one.project}) waits since {_time(one.since)}"]
        lines += table((held.step, one_line(held.why)) for held in one.held)
        if one.free_from:
            text = f"likely free between {_time(one.free_from)} and {_time(one.free_until)} (Cloud Run gives a subnet"
            lines += paragraph(f"{text} back 1 to 2 hours after its last user is gone)")
    return lines


def _time(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC" if at else "an unknown time"


def _document(queue: tuple[Waiting, ...], statuses: dict[str, RunStatus]) -> dict[str, object]:
    entries = [
        {
            "run": one.run,
            "flow": one.flow,
            "project": one.project,
            "waits_for": to_builtins(one.held),
            "since": one.since,
            "estimate": {"from": one.free_from, "until": one.free_until} if one.free_from else None,
        }
        for one in queue
    ]
    return {"cleanup": entries, "runs": [{"id": id_, "status": status.value} for id_, status in statuses.items()]}
