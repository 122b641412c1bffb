"""`runvpc trace SERVICE --matrix`: what each egress mode lets through, as a table or a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard.cli.console import Console
from wizard.cli.table import paragraph, table
from wizard.errors import Exit
from wizard.inventory import Inventory
from wizard.network.topology import Topology
from wizard.network.tracing import Origin
from wizard.records import Target
from wizard.trace.matrix import MODES, WORKS, MatrixRow, destinations, egress_matrix


def show_matrix(
    facts: Inventory, topology: Topology, origin: Origin, targets: Sequence[Target], console: Console
) -> Exit:
    """Say the matrix for this sender and these targets. Always `DONE`: it is no question about one connection."""
    rows = egress_matrix(topology, origin, destinations(facts, topology, origin, targets))
    if console.json:
        console.document({"service": origin.resource, "matrix": [cell for row in rows for cell in _documents(row)]})
    else:
        for line in _lines(origin, rows):
            console.say(line)
    return Exit.DONE


def _documents(row: MatrixRow) -> Iterator[dict[str, object]]:
    for cell in row.cells:
        yield {
            "destination": row.name,
            "mode": cell.mode,
            "word": cell.word,
            "why": cell.why,
            "example": row.example,
            "verify": list(cell.verify),
        }


def _lines(origin: Origin, rows: Sequence[MatrixRow]) -> Iterator[str]:
    """The words as a table; below, the reason of each, said once where both modes have the same."""
    yield ""
    yield from paragraph(f"{origin.resource}: what each egress mode lets through", indent=0)
    yield ""
    words = [(row.name, *(cell.word for cell in row.cells)) for row in rows]
    yield from table(words, head=("DESTINATION", *MODES), indent=0)
    yield ""
    yield from table([reason for row in rows for reason in _reasons(row)], indent=0)
    doubts = dict.fromkeys(doubt for row in rows for cell in row.cells for doubt in cell.verify)
    if doubts:
        yield ""
        yield "Only a live test settles:"
        for doubt in doubts:
            yield from paragraph(doubt, mark="- ")


def _reasons(row: MatrixRow) -> list[tuple[str, str, str]]:
    by_text: dict[tuple[str, str], list[str]] = {}
    for cell in row.cells:
        by_text.setdefault((cell.word, cell.why), []).append(cell.mode)
    return [
        (row.name, modes[0] if len(modes) == 1 else "both", why if word == WORKS else f"{word}: {why}")
        for (word, why), modes in by_text.items()
    ]
