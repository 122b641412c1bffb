"""`runvpc trace SERVICE TARGET --compare OTHER`: what a service that works has otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from wizard.cli import service_name
from wizard.cli.table import paragraph, table
from wizard.cli.trace_facts import read_for
from wizard.desk import Session
from wizard.inventory import Inventory
from wizard.network.tracing import DELIVER
from wizard.records import Target
from wizard.trace.compare import Difference, Side, differences, side_of
from wizard.trace.facts import topology_of
from wizard.trace.origins import origin_of

_NOTHING = "-"


async def other_side(session: Session, other: str, facts: Inventory, target: Target) -> Side:
    """The other service, revision or job as it is, with the firewall of its own network. Raises CloudError."""
    subject = await service_name.find(session.cloud, service_name.parse(other, session.project, session.region))
    network = origin_of(facts, subject).network
    if network and network not in facts.effective:
        own = await read_for(session, subject, network)
        known = {*facts.peering_routes}
        more = tuple(route for route in own.peering_routes if route not in known)
        facts = structs.replace(
            facts,
            effective={**own.effective, **facts.effective},
            peering_routes=(*facts.peering_routes, *more),
            gaps=(*facts.gaps, *(gap for gap in own.gaps if gap not in facts.gaps)),
        )
    return side_of(facts, topology_of(facts), subject, target)


def comparison_document(this: Side, other: Side) -> dict[str, object]:
    """What a comparison adds to the document of a trace."""
    found = other.trace
    return {
        "other": {"service": found.origin.resource, "verdict": found.verdict, "cause": found.cause},
        "compare": [structs.asdict(difference) for difference in differences(this, other)],
    }


def comparison_lines(this: Side, other: Side) -> Iterator[str]:
    """Both verdicts on top, then the differences side by side."""
    yield ""
    yield from paragraph(f"to {this.trace.goal.label}", indent=0)
    yield from table([_verdict(this), _verdict(other)], indent=0)
    yield ""
    found = differences(this, other)
    if not found:
        yield "No difference in network settings."
        return
    head = ("FIELD", this.origin.resource, other.origin.resource)
    yield from table([_row(difference) for difference in found], head=head, indent=0)


def _row(difference: Difference) -> tuple[str, str, str]:
    return difference.field, difference.this or _NOTHING, difference.other or _NOTHING


def _verdict(side: Side) -> tuple[str, str, str]:
    found = side.trace
    why = f"{found.cause}: {found.hops[-1].detail}" if found.verdict != DELIVER else f"decided by {found.decided_by}"
    return side.origin.resource, found.verdict, why
