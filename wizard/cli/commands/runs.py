"""`runvpc runs`: every run of this state folder, the newest first."""

from __future__ import annotations

from argparse import Namespace

from wizard.apply.journal import Journal
from wizard.apply.record import RunRow
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.table import table
from wizard.errors import Exit
from wizard.paths import find_paths


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """List the runs. Without a journal there are none, and none is made."""
    path = find_paths().journal
    rows: tuple[RunRow, ...] = ()
    if path.exists():
        with Journal.open(path) as journal:
            rows = journal.runs()
    if console.json:
        console.document({"runs": [_document(row) for row in rows]})
        return Exit.DONE
    lines = [(r.id, r.created[:16].replace("T", " "), r.shown, r.flow, r.project, _where(r)) for r in rows]
    for line in table(lines, head=("RUN", "STARTED (UTC)", "STATUS", "FLOW", "PROJECT", "CLOUD"), indent=0):
        console.say(line)
    if not rows:
        console.say("no runs yet")
    return Exit.DONE


def _where(row: RunRow) -> str:
    return "SIMULATION" if row.environment.startswith("sandbox:") else "LIVE"


def _document(row: RunRow) -> dict[str, object]:
    return {
        "id": row.id,
        "created": row.created,
        "status": row.shown,
        "flow": row.flow,
        "project": row.project,
        "region": row.region,
        "environment": row.environment,
    }
