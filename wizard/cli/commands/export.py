"""`runvpc export RUN --format …`: a run in other words, on standard output."""

from __future__ import annotations

from argparse import Namespace

from wizard.apply.journal import Journal
from wizard.apply.record import RunRecord
from wizard.apply.state import replay
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.errors import Exit, InputError
from wizard.export import gcloud, markdown, migration, terraform
from wizard.paths import find_paths


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Print the run in the wanted format; with --json as `{"run", "format", "text"}`."""
    with Journal.open(find_paths().journal) as journal:
        record = journal.load(parsed.run)
        state = replay(event for _, event in journal.events(record.id))
    match parsed.format:
        case "gcloud":
            text = gcloud.render(record.plan)
        case "terraform":
            text = terraform.render(record.plan)
        case "markdown":
            moves = bool(record.plan.groups)
            text = migration.render(record.plan, state) if moves else markdown.render(record.plan, state.probe)
        case _:
            text = _answers(record)
    if console.json:
        console.document({"run": record.id, "format": parsed.format, "text": text})
    else:
        console.stdout.write(text)
    return Exit.DONE


def _answers(record: RunRecord) -> str:
    path = find_paths().answers(record.id)
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        message = f"run {record.id} was not started from answers"
        raise InputError(message, field="RUN", fix="--format gcloud says what it did") from error
