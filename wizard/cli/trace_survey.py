"""`runvpc trace --all`: every service and job of the region against every target, as a table or a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from time import monotonic

from wizard.cli.console import Console
from wizard.cli.table import paragraph, table
from wizard.errors import Exit, InputError
from wizard.guide.targets import proposals
from wizard.inventory import Inventory
from wizard.network.tracing import DELIVER, DROP
from wizard.probe.targets import parse
from wizard.records import Target
from wizard.trace.document import decided_document
from wizard.trace.facts import topology_of
from wizard.trace.goals import named_target
from wizard.trace.origins import Subject
from wizard.trace.survey import Cell, counts, survey

_SECONDS = 2.0
"""Between two lines of progress."""


def trace_all(inventory: Inventory, named: Sequence[str], console: Console) -> Exit:
    """Say the whole matrix; exit code 4 when something in it is dropped. Raises InputError without any target."""
    subjects: tuple[Subject, ...] = (*inventory.services, *inventory.jobs)
    targets = tuple(named_target(inventory, text) for text in named) or _known(inventory)
    if not targets:
        raise InputError(
            "no target is known", field="TARGET", fix="runvpc trace --all redis://10.0.0.3:6379", code="missing_input"
        )
    total = len(subjects) * len(targets)
    cells = list(_with_progress(survey(inventory, topology_of(inventory), subjects, targets), total, console.note))
    if console.json:
        console.document({"all": [_document(cell) for cell in cells], "counts": counts(cells)})
    else:
        for line in _lines(cells, len(subjects), len(targets)):
            console.say(line)
    return Exit.NOT_CONNECTED if any(cell.verdict == DROP for cell in cells) else Exit.DONE


def _known(inventory: Inventory) -> tuple[Target, ...]:
    """What the environments of the services name, and what the project shows with a port."""
    found = [p.url for p in proposals(inventory, None) if not p.incomplete]
    for service in inventory.services:
        found += [p.url for p in proposals(inventory, service) if not p.incomplete]
    return tuple(parse(url) for url in dict.fromkeys(found))


def _with_progress(cells: Iterable[Cell], total: int, note: Callable[[str], None]) -> Iterator[Cell]:
    last = monotonic()
    for number, cell in enumerate(cells, 1):
        yield cell
        if monotonic() - last >= _SECONDS:
            last = monotonic()
            note(f"traced {number} of {total}")


def _document(cell: Cell) -> dict[str, object]:
    return {
        "service": cell.service,
        "target": cell.target,
        "verdict": cell.verdict,
        "cause": cell.cause,
        "decided_by": decided_document(cell.decided_by),
        "verify": cell.uncertain,
    }


def _lines(cells: Sequence[Cell], services: int, targets: int) -> Iterator[str]:
    """For each sender how many targets it reaches, then the others by what decides."""
    yield ""
    yield f"{services} services and jobs, {targets} targets"
    for service, own in groupby(cells, key=lambda cell: cell.service):
        rows = list(own)
        good = sum(row.verdict == DELIVER for row in rows)
        yield ""
        yield from paragraph(f"{service}: {good} of {len(rows)} delivered", indent=0)
        yield from table(_stopped(rows))


def _stopped(rows: Sequence[Cell]) -> list[tuple[str, str, str]]:
    """One line for each thing that stops packets, with the targets that it stops."""
    stopped = [row for row in rows if row.verdict != DELIVER]
    stopped.sort(key=_reason)
    found = []
    for (verdict, cause, decider), same in groupby(stopped, key=_reason):
        names = [row.target for row in same]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        found.append((verdict, f"{cause}: {decider}" if decider else cause, shown))
    return found


def _reason(cell: Cell) -> tuple[str, str, str]:
    return cell.verdict, cell.cause, str(cell.decided_by or "")
