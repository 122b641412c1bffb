"""`runvpc migrate --inventory`: everything that uses a connector, as a table, as JSON and as CSV."""

from __future__ import annotations

from argparse import Namespace

from wizard.cli.console import Console
from wizard.cli.table import table
from wizard.desk import Session
from wizard.errors import Exit
from wizard.fleet.answered import read_answered
from wizard.fleet.answers import MigrateAnswers
from wizard.fleet.describe import HEAD, describe, sections
from wizard.fleet.known_targets import known_targets
from wizard.fleet.model import Fleet
from wizard.fleet.sheet import to_csv
from wizard.paths import write_named


async def show_inventory(session: Session, answers: MigrateAnswers, parsed: Namespace, console: Console) -> Exit:
    """Read and show it; nothing is changed."""
    fleet = await read_answered(session.cloud, session.region, answers, session.open_project, only_look=True)
    targets = known_targets(fleet, answers)
    if parsed.csv is not None:
        write_named(parsed.csv, to_csv(fleet, targets, parsed.filter), "--csv")
    if console.json:
        console.document(describe(fleet, targets=targets, text=parsed.filter))
        return Exit.DONE
    for line in _lines(fleet, parsed.filter):
        console.say(line)
    if parsed.csv is not None:
        console.say(f"written as CSV: {parsed.csv}")
    return Exit.DONE


def _lines(fleet: Fleet, text: str) -> list[str]:
    lines: list[str] = []
    for section in sections(fleet, text):
        lines += [section.title, *table(section.rows, head=HEAD), ""]
    if not lines:
        lines = ["nothing that can be seen uses it" if not text else "nothing matches", ""]
    for other in fleet.elsewhere:
        names = ", ".join(f"{user.kind} {user.name}" for user in other.users) or "nothing"
        lines.append(f"project {other.project}: {names}")
    lines += [f"not seen: {gap.what} ({gap.status}: {gap.message})" for gap in fleet.unseen]
    return lines
