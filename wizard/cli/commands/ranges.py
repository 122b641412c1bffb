"""`runvpc ranges`: free blocks of addresses in a network, and what is in the way of the others."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from wizard import inventory
from wizard.cli.answer_flags import gather, given
from wizard.cli.console import Console
from wizard.cli.options import Options
from wizard.cli.session import connected
from wizard.cli.table import paragraph, table
from wizard.errors import Exit, InputError
from wizard.inventory import Inventory
from wizard.network.ranges import FreeBlocks, Taken, find_free, used_ranges
from wizard.records import Network


def run(options: Options, parsed: Namespace, console: Console) -> Exit:
    """Look for free blocks; exit code 1 when there is none of the wanted size."""
    return asyncio.run(_ranges(options, parsed, console))


async def _ranges(options: Options, parsed: Namespace, console: Console) -> Exit:
    answers = gather(options.answers, given(parsed))
    async with connected(options, console, project=answers.project, region=answers.region) as session:
        facts = await inventory.read(session.cloud, session.region, "", network=answers.network)
    network = _network(facts, answers.network)
    found = find_free(_taken(facts, network), parsed.prefix, start=parsed.start, count=parsed.count)
    for gap in facts.gaps:
        console.note(f"could not read {gap.what}: {gap.message}")
    if console.json:
        console.document(_document(found))
    else:
        for line in _lines(found, network, parsed.prefix):
            console.say(line)
    return Exit.DONE if found.free else Exit.FAILED


def _network(facts: Inventory, name: str) -> Network:
    """The named network, or the only one."""
    if not name and len(facts.networks) == 1:
        return facts.networks[0]
    network = next((n for n in facts.networks if n.name == name), None)
    if network is not None:
        return network
    known = ", ".join(sorted(n.name for n in facts.networks)[:8]) or "none that may be listed"
    what = f"there is no network {name}" if name else "which network?"
    raise InputError(f"{what}; networks of {facts.project}: {known}", field="network", fix="--network NAME")


def _taken(facts: Inventory, network: Network) -> tuple[Taken, ...]:
    return used_ranges(
        network,
        subnets=facts.subnets,
        connectors=facts.connectors,
        addresses=facts.addresses,
        routes=facts.routes,
        peering_routes=facts.peering_routes,
        routers=facts.routers,
    )


def _document(found: FreeBlocks) -> dict[str, object]:
    return {
        "free": [{"range": block.range, "why": block.why} for block in found.free],
        "rejected": [{"range": block.range, "blocked_by": block.blocked_by} for block in found.rejected],
        "largest_gap": found.largest_gap,
    }


def _lines(found: FreeBlocks, network: Network, prefix: int) -> list[str]:
    free = table([(block.range, block.why) for block in found.free], head=("FREE", "WHY"))
    rejected = table([(block.range, block.blocked_by) for block in found.rejected], head=("TAKEN", "BY"))
    lines = [f"Free /{prefix} ranges in {network.name}", *(free or ["  none"])]
    lines += ["", *rejected] if rejected else []
    gap = f"The largest free block is {found.largest_gap}." if found.largest_gap else "Everything is taken."
    return [*lines, "", *paragraph(gap, indent=0)]
