"""Every service and job against every target: one verdict each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from wizard.inventory import Inventory
from wizard.network.path import trace
from wizard.network.topology import Topology
from wizard.network.tracing import Decided, Origin, Trace
from wizard.records import Target
from wizard.trace.goals import goal_of
from wizard.trace.origins import Subject, origin_of


class Cell(Struct, frozen=True, kw_only=True):
    """One sender and one target; `uncertain` when only a live test settles a point of it."""

    service: str
    target: str
    verdict: str
    cause: str
    decided_by: Decided | None
    uncertain: bool


def survey(
    inventory: Inventory, topology: Topology, subjects: Iterable[Subject], targets: Sequence[Target]
) -> Iterator[Cell]:
    """The cells sender by sender. A name is looked up anew for each sender: networks see different zones."""
    for subject in subjects:
        origin = origin_of(inventory, subject)
        for target in targets:
            yield _cell(_trace(inventory, topology, origin, target))


def _trace(inventory: Inventory, topology: Topology, origin: Origin, target: Target) -> Trace:
    return trace(topology, origin, goal_of(inventory, origin, target))


def _cell(found: Trace) -> Cell:
    return Cell(
        service=found.origin.resource,
        target=found.goal.label,
        verdict=found.verdict,
        cause=found.cause,
        decided_by=found.decided_by,
        uncertain=bool(found.verify),
    )


def counts(cells: Iterable[Cell]) -> dict[str, int]:
    """How many of each verdict."""
    return dict(sorted(Counter(cell.verdict for cell in cells).items()))
